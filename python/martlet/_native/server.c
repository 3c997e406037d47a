// The native side of `martlet.LocalServer`.

#include "native.h"

typedef handle_object server_object;

static PyTypeObject *server_type;

/// start(path, port, buckets, is_async); None for a path that is not given
static PyObject *start(PyObject *nothing, PyObject *arguments) {
    (void)nothing;
    PyObject *path, *buckets, *path_holder = NULL, *buckets_holder = NULL;
    long long port;
    int is_async;
    if (!PyArg_ParseTuple(arguments, "OLOp", &path, &port, &buckets, &is_async)) return NULL;
    martlet_server_options options = {.port = port, .is_async = is_async};
    PyObject *answer = NULL;
    if (is_given(path) && !take_path(path, &path_holder, &options.path)) goto done;
    if (is_given(buckets) && !take_path(buckets, &buckets_holder, &options.bucket_root)) {
        goto done;
    }
    void *handle = NULL;
    martlet_error error;
    int32_t code;
    Py_BEGIN_ALLOW_THREADS
    code = martlet_server_start(&options, &handle, &error);
    Py_END_ALLOW_THREADS
    if (code) {
        raise_failure(&error);
        goto done;
    }
    server_object *self = PyObject_New(server_object, server_type);
    if (self) {
        self->handle = handle;
        answer = (PyObject *)self;
    } else {
        martlet_release(handle);
    }
done:
    Py_XDECREF(path_holder);
    Py_XDECREF(buckets_holder);
    return answer;
}

static PyObject *port(PyObject *self, PyObject *nothing) {
    (void)nothing;
    return PyLong_FromLongLong(martlet_server_port(((server_object *)self)->handle));
}

static PyObject *stop(PyObject *self, PyObject *nothing) {
    (void)nothing;
    martlet_error error;
    int32_t code;
    Py_BEGIN_ALLOW_THREADS
    code = martlet_server_stop(((server_object *)self)->handle, &error);
    Py_END_ALLOW_THREADS
    if (code) return raise_failure(&error);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"start", start, METH_VARARGS | METH_STATIC, NULL},
    {"port", port, METH_NOARGS, NULL},
    {"stop", stop, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_dealloc, drop_object},
    {Py_tp_methods, methods},
    {Py_tp_doc, "The native side of martlet.LocalServer."},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "martlet._martlet.NativeServer",
    .basicsize = sizeof(server_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};

bool add_server(PyObject *module) {
    server_type = add_type(module, &spec);
    return server_type != NULL;
}
