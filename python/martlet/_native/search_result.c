// `SearchResult`: an id, a distance and metadata, which stay JSON until somebody looks at them.

#include <stdlib.h>

#include "native.h"

typedef struct {
    PyObject_HEAD
    PyObject *id;
    double distance;
    /// The metadata, or NULL until `json` was read.
    PyObject *metadata;
    PyObject *json;
} result_object;

static PyTypeObject *result_type;

static PyObject *get_metadata(result_object *self, void *Py_UNUSED(context)) {
    if (!self->metadata) {
        char *bytes;
        Py_ssize_t count;
        if (PyBytes_AsStringAndSize(self->json, &bytes, &count) < 0) return NULL;
        PyObject *metadata = read_json(bytes, count);
        if (!metadata) return NULL;
        // Reading may have let another thread come first: all see the same dict.
        if (self->metadata) {
            Py_DECREF(metadata);
        } else {
            self->metadata = metadata;
            Py_CLEAR(self->json);
        }
    }
    Py_INCREF(self->metadata);
    return self->metadata;
}

static PyObject *get_id(result_object *self, void *Py_UNUSED(context)) {
    Py_INCREF(self->id);
    return self->id;
}

static PyObject *get_distance(result_object *self, void *Py_UNUSED(context)) {
    return PyFloat_FromDouble(self->distance);
}

static PyObject *new_result(PyTypeObject *type, PyObject *positional, PyObject *keywords) {
    static const char *const names[] = {"id", "distance", "metadata"};
    static const parameters wanted = {"SearchResult", names, 3, 2, 3};
    PyObject *given[3];
    if (!take_tuple_arguments(&wanted, positional, keywords, given)) return NULL;
    martlet_text id;
    if (!take_text(given[0], "id", &id)) return NULL;
    double distance = PyFloat_AsDouble(given[1]);
    if (distance == -1 && PyErr_Occurred()) return NULL;
    PyObject *metadata = given[2] ? given[2] : Py_None;
    if (metadata != Py_None && !PyDict_Check(metadata)) {
        PyErr_SetString(PyExc_TypeError, "metadata must be a dict or None");
        return NULL;
    }
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    result_object *self = (result_object *)allocate(type, 0);
    if (!self) return NULL;
    Py_INCREF(given[0]);
    self->id = given[0];
    self->distance = distance;
    Py_INCREF(metadata);
    self->metadata = metadata;
    return (PyObject *)self;
}

static int traverse(result_object *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->metadata);
    return 0;
}

static int clear(result_object *self) {
    // What refers to itself here can only be metadata.
    Py_CLEAR(self->metadata);
    return 0;
}

static void dealloc(result_object *self) {
    PyObject_GC_UnTrack(self);
    Py_CLEAR(self->id);
    Py_CLEAR(self->metadata);
    Py_CLEAR(self->json);
    free_object((PyObject *)self);
}

static Py_ssize_t length(PyObject *Py_UNUSED(self)) { return 3; }

static PyObject *item(result_object *self, Py_ssize_t position) {
    switch (position) {
        case 0: return get_id(self, NULL);
        case 1: return get_distance(self, NULL);
        case 2: return get_metadata(self, NULL);
        default:
            PyErr_SetString(PyExc_IndexError, "SearchResult index out of range");
            return NULL;
    }
}

static PyObject *represent(result_object *self) {
    char *distance = PyOS_double_to_string(self->distance, 'f', 4, 0, NULL);
    if (!distance) return NULL;
    PyObject *text =
        PyUnicode_FromFormat("SearchResult(id=%R, distance=%s)", self->id, distance);
    PyMem_Free(distance);
    return text;
}

static PyObject *compare(result_object *self, PyObject *other, int operation) {
    if ((operation != Py_EQ && operation != Py_NE)
        || !PyObject_TypeCheck(other, result_type)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    result_object *that = (result_object *)other;
    int is_equal = self->distance == that->distance;
    if (is_equal) is_equal = PyObject_RichCompareBool(self->id, that->id, Py_EQ);
    if (is_equal > 0) {
        PyObject *mine = get_metadata(self, NULL);
        PyObject *others = mine ? get_metadata(that, NULL) : NULL;
        is_equal = others ? PyObject_RichCompareBool(mine, others, Py_EQ) : -1;
        Py_XDECREF(mine);
        Py_XDECREF(others);
    }
    if (is_equal < 0) return NULL;
    return PyBool_FromLong((operation == Py_EQ) == is_equal);
}

static Py_hash_t hash(result_object *self) {
    // Equal results have equal ids; metadata cannot be hashed.
    return PyObject_Hash(self->id);
}

static PyObject *reduce(result_object *self, PyObject *Py_UNUSED(nothing)) {
    PyObject *metadata = get_metadata(self, NULL);
    if (!metadata) return NULL;
    return Py_BuildValue(
        "O(OdN)", (PyObject *)Py_TYPE(self), self->id, self->distance, metadata);
}

static PyGetSetDef attributes[] = {
    {"id", (getter)get_id, NULL, "The row's id.", NULL},
    {"distance", (getter)get_distance, NULL, "Smaller is nearer, for every metric.", NULL},
    {"metadata", (getter)get_metadata, NULL, "The row's metadata, or None.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef methods[] = {
    {"__reduce__", (PyCFunction)reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "SearchResult(id, distance, metadata=None)\n--\n\nA row that a search found."},
    {Py_tp_new, new_result},
    {Py_tp_dealloc, dealloc},
    {Py_tp_traverse, traverse},
    {Py_tp_clear, clear},
    {Py_tp_repr, represent},
    {Py_tp_richcompare, compare},
    {Py_tp_hash, hash},
    {Py_tp_getset, attributes},
    {Py_tp_methods, methods},
    {Py_sq_length, length},
    {Py_sq_item, item},
    {0, NULL},
};

static PyType_Spec spec = {
    "martlet.SearchResult", sizeof(result_object), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, slots,
};

static PyObject *result_from_hit(const martlet_hit *hit, allocfunc allocate) {
    result_object *self = (result_object *)allocate(result_type, 0);
    if (!self) return NULL;
    self->distance = hit->distance;
    self->id = PyUnicode_DecodeUTF8(hit->id.bytes, (Py_ssize_t)hit->id.count, NULL);
    if (hit->metadata.bytes) {
        self->json = PyBytes_FromStringAndSize(
            hit->metadata.bytes, (Py_ssize_t)hit->metadata.count);
    } else {
        Py_INCREF(Py_None);
        self->metadata = Py_None;
    }
    if (self->id && (self->json || self->metadata)) return (PyObject *)self;
    Py_DECREF(self);
    return NULL;
}

PyObject *results_from_hits(martlet_hits *hits) {
    PyObject *list = PyList_New((Py_ssize_t)hits->count);
    allocfunc allocate = (allocfunc)PyType_GetSlot(result_type, Py_tp_alloc);
    for (int64_t place = 0; list && place < hits->count; place++) {
        PyObject *result = result_from_hit(&hits->hits[place], allocate);
        if (!result) {
            Py_CLEAR(list);
        } else {
            PyList_SetItem(list, (Py_ssize_t)place, result);
        }
    }
    free(hits->hits);
    return list;
}

bool add_search_result(PyObject *module) {
    result_type = add_type(module, &spec);
    if (!result_type) return false;
    PyObject *names = Py_BuildValue("(sss)", "id", "distance", "metadata");
    if (!names) return false;
    int status = PyObject_SetAttrString((PyObject *)result_type, "__match_args__", names);
    Py_DECREF(names);
    return status == 0;
}
