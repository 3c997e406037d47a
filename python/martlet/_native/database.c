// `Database`: a collection of vectors, in a folder or at a server. Each method takes its arguments
// apart, lets go of the interpreter's lock, calls the library, and makes the answer. Here are
// opening, upkeep and the type; the other methods are in database_reading.c, database_writing.c and
// exchange.c.

#include <string.h>

#include "native.h"

PyTypeObject *database_type;

// Opening

PyObject *database_from_handle(PyTypeObject *type, void *handle) {
    martlet_database_facts facts;
    martlet_error error = {0};
    if (martlet_database_get_facts(handle, &facts, &error)) {
        martlet_release(handle);
        return raise_failure(&error);
    }
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    database_object *self = (database_object *)allocate(type, 0);
    if (!self) {
        martlet_release(handle);
        return NULL;
    }
    self->handle = handle;
    self->dimensions = facts.dimensions;
    self->metric = facts.metric;
    return (PyObject *)self;
}

bool take_durability(PyObject *object, int32_t *is_async) {
    *is_async = 0;
    if (!object) return true;
    martlet_text text;
    if (!take_text(object, "durability", &text)) return false;
    *is_async = strcmp(text.bytes, "async") == 0;
    if (*is_async || strcmp(text.bytes, "sync") == 0) return true;
    raise_code(MARTLET_INVALID, "durability must be \"sync\" or \"async\", not %R.", object);
    return false;
}

bool take_options(
    PyObject *dimensions, PyObject *metric, PyObject *m, PyObject *ef_construction,
    PyObject *quantize, martlet_database_options *out) {
    memset(out, 0, sizeof *out);
    if (is_given(metric) && !take_text(metric, "metric", &out->metric)) return false;
    return take_count(dimensions, "dim", -1, &out->dimensions) && take_count(m, "m", -1, &out->m)
        && take_count(ef_construction, "ef_construction", -1, &out->ef_construction)
        && take_flag(quantize, false, &out->is_quantized);
}

static PyObject *new_database(PyTypeObject *type, PyObject *positional, PyObject *keywords) {
    static const char *const names[] = {
        "path", "dim", "metric", "m", "ef_construction", "quantize", "durability"};
    static const parameters wanted = {"Database", names, 7, 1, 6};
    PyObject *given[7];
    if (!take_tuple_arguments(&wanted, positional, keywords, given)) return NULL;
    martlet_database_options options;
    if (!take_options(given[1], given[2], given[3], given[4], given[5], &options)) return NULL;
    if (!take_durability(given[6], &options.is_async)) return NULL;
    PyObject *holder;
    void *handle = NULL;
    martlet_error error = {0};
    int32_t code;
    if (is_address(given[0])) {
        martlet_transport transport;
        martlet_text name;
        if (!take_transport(given[0], &transport, &name, &holder)) return NULL;
        CALL(martlet_database_connect(&transport, name, &options, &handle, &error));
    } else {
        martlet_text path;
        if (!take_path(given[0], &holder, &path)) return NULL;
        CALL(martlet_database_open(path, &options, &handle, &error));
    }
    Py_DECREF(holder);
    if (code) return raise_failure(&error);
    return database_from_handle(type, handle);
}

static PyObject *close_database(database_object *self, PyObject *Py_UNUSED(nothing)) {
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_close(self->handle, &error));
    if (code) return raise_failure(&error);
    self->is_closed = true;
    Py_RETURN_NONE;
}

// Upkeep

static PyObject *save(database_object *self, PyObject *Py_UNUSED(nothing)) {
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_save(self->handle, &error));
    if (code) return raise_failure(&error);
    Py_RETURN_NONE;
}

static PyObject *compact(database_object *self, PyObject *Py_UNUSED(nothing)) {
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_compact(self->handle, &error));
    if (code) return raise_failure(&error);
    Py_RETURN_NONE;
}

static PyObject *set_quantized(database_object *self, int32_t is_on) {
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_set_quantized(self->handle, is_on, &error));
    if (code) return raise_failure(&error);
    Py_RETURN_NONE;
}

static PyObject *enable_quantized(database_object *self, PyObject *Py_UNUSED(nothing)) {
    return set_quantized(self, 1);
}

static PyObject *disable_quantized(database_object *self, PyObject *Py_UNUSED(nothing)) {
    return set_quantized(self, 0);
}

static PyObject *stats(database_object *self, PyObject *Py_UNUSED(nothing)) {
    martlet_database_stats stats = {0};
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_get_stats(self->handle, &stats, &error));
    if (code) return raise_failure(&error);
    return Py_BuildValue(
        "{s:L,s:L,s:L,s:d,s:L,s:L,s:L,s:L,s:L,s:O,s:O}",
        "num_vectors", (long long)stats.vector_count,
        "num_deleted", (long long)stats.deleted_count,
        "num_layers", (long long)stats.layer_count,
        "avg_degree_layer0", stats.average_degree,
        "max_degree_layer0", (long long)stats.maximum_degree,
        "min_degree_layer0", (long long)stats.minimum_degree,
        "memory_vectors_bytes", (long long)stats.vector_bytes,
        "memory_graph_bytes", (long long)stats.graph_bytes,
        "memory_quantized_bytes", (long long)stats.code_bytes,
        "uses_brute_force", stats.is_scanned ? Py_True : Py_False,
        "uses_quantized_search", stats.is_quantized ? Py_True : Py_False);
}

// The object

static PyObject *enter(PyObject *self, PyObject *Py_UNUSED(nothing)) {
    Py_INCREF(self);
    return self;
}

static PyObject *leave(database_object *self, PyObject *Py_UNUSED(arguments)) {
    // Closed inside the block: what was written is safe.
    if (self->is_closed) Py_RETURN_NONE;
    // A subclass may save in its own way.
    PyObject *answer = PyObject_CallMethod((PyObject *)self, "save", NULL);
    if (!answer) return NULL;
    Py_DECREF(answer);
    Py_RETURN_NONE;
}

static PyObject *get_dimensions(database_object *self, void *Py_UNUSED(context)) {
    return PyLong_FromLongLong(self->dimensions);
}

static PyObject *get_metric(database_object *self, void *Py_UNUSED(context)) {
    return PyUnicode_FromString(self->metric);
}

static PyObject *get_quantized(database_object *self, void *Py_UNUSED(context)) {
    int32_t is_quantized = 0;
    martlet_error error = {0};
    if (martlet_database_is_quantized(self->handle, &is_quantized, &error)) {
        return raise_failure(&error);
    }
    return PyBool_FromLong(is_quantized);
}

static PyObject *get_deleted(database_object *self, void *Py_UNUSED(context)) {
    int64_t deleted = 0;
    martlet_error error = {0};
    if (martlet_database_deleted_count(self->handle, &deleted, &error)) {
        return raise_failure(&error);
    }
    return PyLong_FromLongLong(deleted);
}

static PyObject *get_slots(database_object *self, void *Py_UNUSED(context)) {
    int64_t deleted = 0;
    martlet_error error = {0};
    if (martlet_database_deleted_count(self->handle, &deleted, &error)) {
        return raise_failure(&error);
    }
    Py_ssize_t rows = database_length(self);
    return rows < 0 ? NULL : PyLong_FromLongLong(deleted + rows);
}

static PyObject *represent(database_object *self) {
    return PyUnicode_FromFormat(
        "<martlet.Database dim=%lld metric=%s>", (long long)self->dimensions, self->metric);
}

static PyGetSetDef attributes[] = {
    {"dim", (getter)get_dimensions, NULL, "Elements of a vector.", NULL},
    {"metric", (getter)get_metric, NULL, "cosine, euclidean or dot_product.", NULL},
    {"quantized_search", (getter)get_quantized, NULL,
     "Whether searches were asked to walk on 8-bit copies.", NULL},
    {"deleted_count", (getter)get_deleted, NULL,
     "Rows deleted since the database was opened or compacted.", NULL},
    {"total_slots", (getter)get_slots, NULL, "Live rows and deleted ones.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef upkeep_methods[] = {
    {"save", (PyCFunction)save, METH_NOARGS,
     "save($self)\n--\n\nMakes all writes survive power loss."},
    {"compact", (PyCFunction)compact, METH_NOARGS,
     "compact($self)\n--\n\nLets the space of deleted rows be used again."},
    {"enable_quantized_search", (PyCFunction)enable_quantized, METH_NOARGS,
     "enable_quantized_search($self)\n--\n\nHas searches walk on copies of few bits."},
    {"disable_quantized_search", (PyCFunction)disable_quantized, METH_NOARGS,
     "disable_quantized_search($self)\n--\n\nTakes that back."},
    {"stats", (PyCFunction)stats, METH_NOARGS, "stats($self)\n--\n\nFigures by name."},
    {"close", (PyCFunction)close_database, METH_NOARGS,
     "close($self)\n--\n\nLets go of the folder; later calls raise ClosedError."},
    {"__enter__", (PyCFunction)enter, METH_NOARGS, NULL},
    {"__exit__", (PyCFunction)leave, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

/// All methods, in one table as a type needs them.
static PyMethodDef methods[40];

static void gather_methods(void) {
    static PyMethodDef *const parts[] = {
        database_writing_methods, database_reading_methods, database_exchange_methods,
        upkeep_methods};
    size_t count = 0;
    for (size_t part = 0; part < sizeof parts / sizeof parts[0]; part++) {
        for (const PyMethodDef *method = parts[part]; method->ml_name; method++) {
            // The last stays empty: it ends the table.
            if (count + 1 == sizeof methods / sizeof methods[0]) Py_FatalError("methods");
            methods[count++] = *method;
        }
    }
}

static PyType_Slot slots[] = {
    {Py_tp_doc,
     "Database(path, dim=None, metric=None, m=None, ef_construction=None, quantize=False, *, "
     "durability='sync')\n--\n\nA durable collection of vectors in a folder."},
    {Py_tp_new, new_database},
    {Py_tp_dealloc, drop_object},
    {Py_tp_repr, represent},
    {Py_tp_iter, iterate_database},
    {Py_tp_getset, attributes},
    {Py_tp_methods, methods},
    {Py_sq_length, database_length},
    {Py_sq_contains, database_contains},
    {0, NULL},
};

static PyType_Spec spec = {
    "martlet.Database", sizeof(database_object), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    slots,
};

bool add_database(PyObject *module) {
    gather_methods();
    database_type = add_type(module, &spec);
    return database_type != NULL;
}
