// The extension module `martlet._martlet`.

#include "native.h"

static bool (*const areas[])(PyObject *module) = {
    add_errors, add_search_result, add_database, add_client, add_index, add_server,
    add_encrypted,
};

void release_handle(void *handle) {
    if (!handle) return;
    PyObject *kind, *value, *trace;
    PyErr_Fetch(&kind, &value, &trace);
    Py_BEGIN_ALLOW_THREADS
    martlet_release(handle);
    Py_END_ALLOW_THREADS
    PyErr_Restore(kind, value, trace);
}

void free_object(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

void drop_object(PyObject *self) {
    release_handle(((handle_object *)self)->handle);
    free_object(self);
}

PyTypeObject *add_type(PyObject *module, PyType_Spec *spec) {
    PyObject *type = PyType_FromSpec(spec);
    if (!type) return NULL;
    const char *name = strrchr(spec->name, '.') + 1;
    Py_INCREF(type);
    if (PyModule_AddObject(module, name, type) < 0) {
        Py_DECREF(type);
        Py_DECREF(type);
        return NULL;
    }
    // Types live as long as the process.
    return (PyTypeObject *)type;
}

static PyObject *close_all(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(nothing)) {
    Py_BEGIN_ALLOW_THREADS
    martlet_close_all();
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"_close_all", close_all, METH_NOARGS, "Closes all databases of this process."},
    {NULL, NULL, 0, NULL},
};

// At the end of the process the library's threads must be gone before its memory is.
static bool close_at_exit(PyObject *module) {
    PyObject *exits = PyImport_ImportModule("atexit");
    if (!exits) return false;
    PyObject *function = PyObject_GetAttrString(module, "_close_all");
    PyObject *done =
        function ? PyObject_CallMethod(exits, "register", "O", function) : NULL;
    Py_XDECREF(function);
    Py_DECREF(exits);
    Py_XDECREF(done);
    return done != NULL;
}

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "martlet._martlet", "Martlet's databases.", -1, methods,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__martlet(void) {
    PyObject *module = PyModule_Create(&definition);
    if (!module) return NULL;
    bool is_whole = PyModule_AddStringConstant(module, "__version__", martlet_version()) == 0;
    for (size_t area = 0; is_whole && area < sizeof areas / sizeof areas[0]; area++) {
        is_whole = areas[area](module);
    }
    if (is_whole && close_at_exit(module)) return module;
    Py_DECREF(module);
    return NULL;
}
