// `Client`: named collections in one folder, or at a server.

#include "native.h"

typedef handle_object client_object;

static PyObject *new_client(PyTypeObject *type, PyObject *positional, PyObject *keywords) {
    static const char *const names[] = {"path", "durability"};
    static const parameters wanted = {"Client", names, 2, 1, 1};
    PyObject *given[2];
    if (!take_tuple_arguments(&wanted, positional, keywords, given)) return NULL;
    int32_t is_async, code;
    if (!take_durability(given[1], &is_async)) return NULL;
    PyObject *holder;
    void *handle = NULL;
    martlet_error error = {0};
    if (is_address(given[0])) {
        martlet_transport transport;
        martlet_text name;
        if (!take_transport(given[0], &transport, &name, &holder)) return NULL;
        if (name.bytes) {
            transport.release(transport.context);
            Py_DECREF(holder);
            return raise_code(
                MARTLET_INVALID, "A Client's address has no collection: %R.", given[0]);
        }
        CALL(martlet_client_connect(&transport, &handle, &error));
    } else {
        martlet_text path;
        if (!take_path(given[0], &holder, &path)) return NULL;
        CALL(martlet_client_open(path, is_async, &handle, &error));
    }
    Py_DECREF(holder);
    if (code) return raise_failure(&error);
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    client_object *self = (client_object *)allocate(type, 0);
    if (self) {
        self->handle = handle;
    } else {
        martlet_release(handle);
    }
    return (PyObject *)self;
}

static PyObject *close_client(client_object *self, PyObject *Py_UNUSED(arguments)) {
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_client_close(self->handle, &error));
    if (code) return raise_failure(&error);
    Py_RETURN_NONE;
}

typedef int32_t making(
    void *client, martlet_text name, const martlet_database_options *options, void **out,
    martlet_error *error);

static PyObject *make(
    client_object *self, PyObject *name, const martlet_database_options *options, making *call) {
    martlet_text text;
    if (!take_text(name, "name", &text)) return NULL;
    void *handle = NULL;
    martlet_error error = {0};
    int32_t code;
    CALL(call(self->handle, text, options, &handle, &error));
    if (code) return raise_failure(&error);
    return database_from_handle(database_type, handle);
}

METHOD(client_object, create_collection) {
    TAKE(
        "create_collection", 2, 6, "name", "dim", "metric", "m", "ef_construction", "quantize");
    martlet_database_options options;
    if (!take_options(given[1], given[2], given[3], given[4], given[5], &options)) return NULL;
    return make(self, given[0], &options, martlet_client_create);
}

METHOD(client_object, get_or_create_collection) {
    TAKE("get_or_create_collection", 2, 3, "name", "dim", "metric");
    martlet_database_options options;
    if (!take_options(given[1], given[2], NULL, NULL, NULL, &options)) return NULL;
    return make(self, given[0], &options, martlet_client_get_or_create);
}

METHOD(client_object, get_collection) {
    TAKE("get_collection", 1, 1, "name");
    martlet_text name;
    if (!take_text(given[0], "name", &name)) return NULL;
    void *handle = NULL;
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_client_get(self->handle, name, &handle, &error));
    if (code) return raise_failure(&error);
    return database_from_handle(database_type, handle);
}

METHOD(client_object, delete_collection) {
    TAKE("delete_collection", 1, 1, "name");
    martlet_text name;
    if (!take_text(given[0], "name", &name)) return NULL;
    int32_t was_there = 0, code;
    martlet_error error = {0};
    CALL(martlet_client_delete(self->handle, name, &was_there, &error));
    if (code) return raise_failure(&error);
    return PyBool_FromLong(was_there);
}

static PyObject *list_collections(client_object *self, PyObject *Py_UNUSED(nothing)) {
    martlet_texts texts = {0};
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_client_list(self->handle, &texts, &error));
    if (code) return raise_failure(&error);
    return list_from_texts(&texts);
}

static PyObject *enter(PyObject *self, PyObject *Py_UNUSED(nothing)) {
    Py_INCREF(self);
    return self;
}

static PyMethodDef methods[] = {
    {"create_collection", (PyCFunction)(void *)create_collection, FAST,
     "create_collection($self, name, dim, metric=None, m=None, ef_construction=None, "
     "quantize=False)\n--\n\nMakes a collection, which is there at once."},
    {"get_collection", (PyCFunction)(void *)get_collection, FAST,
     "get_collection($self, name)\n--\n\nThe collection of this name."},
    {"get_or_create_collection", (PyCFunction)(void *)get_or_create_collection, FAST,
     "get_or_create_collection($self, name, dim, metric=None)\n--\n\n"
     "The collection of this name as it is, or a new one."},
    {"delete_collection", (PyCFunction)(void *)delete_collection, FAST,
     "delete_collection($self, name)\n--\n\nDeletes a collection; says whether it was there."},
    {"list_collections", (PyCFunction)list_collections, METH_NOARGS,
     "list_collections($self)\n--\n\nThe names, sorted."},
    {"close", (PyCFunction)close_client, METH_NOARGS,
     "close($self)\n--\n\nLets go of the folder; collections that are open stay so."},
    {"__enter__", (PyCFunction)enter, METH_NOARGS, NULL},
    {"__exit__", (PyCFunction)close_client, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc,
     "Client(path, *, durability='sync')\n--\n\nNamed collections of vectors in one folder."},
    {Py_tp_new, new_client},
    {Py_tp_dealloc, drop_object},
    {Py_tp_methods, methods},
    {0, NULL},
};

static PyType_Spec spec = {
    "martlet.Client", sizeof(client_object), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots,
};

bool add_client(PyObject *module) { return add_type(module, &spec) != NULL; }
