// The native side of `martlet.Index`. Its Python side, index.py, checks types and shapes: here,
// buffers are C-contiguous and of the right element type, and lengths are only compared.

#include <stdlib.h>

#include "native.h"

typedef struct {
    PyObject_HEAD
    void *handle;
} index_object;

static PyTypeObject *index_type;

static PyObject *from_handle(void *handle) {
    index_object *self = PyObject_New(index_object, index_type);
    if (!self) {
        martlet_index_release(handle);
        return NULL;
    }
    self->handle = handle;
    return (PyObject *)self;
}

static void *handle_of(PyObject *self) { return ((index_object *)self)->handle; }

static void drop(PyObject *self) {
    void *handle = handle_of(self);
    if (handle) {
        // A large index takes a while to give its memory back.
        Py_BEGIN_ALLOW_THREADS
        martlet_index_release(handle);
        Py_END_ALLOW_THREADS
    }
    free_object(self);
}

static PyObject *make(PyObject *type, PyObject *arguments) {
    (void)type;
    martlet_index_options options;
    PyObject *metric, *codes;
    long long dimensions, m, ef_construction;
    if (!PyArg_ParseTuple(
            arguments, "LOLLO", &dimensions, &metric, &m, &ef_construction, &codes)) {
        return NULL;
    }
    options.dimensions = dimensions;
    options.m = m;
    options.ef_construction = ef_construction;
    if (!take_text(metric, "metric", &options.metric)) return NULL;
    if (!take_text(codes, "codes", &options.codes)) return NULL;
    void *handle = NULL;
    martlet_error error;
    if (martlet_index_make(&options, &handle, &error)) return raise_failure(&error);
    return from_handle(handle);
}

static PyObject *load(PyObject *type, PyObject *arguments) {
    (void)type;
    PyObject *given, *holder;
    int is_mapped;
    martlet_text path;
    if (!PyArg_ParseTuple(arguments, "Op", &given, &is_mapped)) return NULL;
    if (!take_path(given, &holder, &path)) return NULL;
    void *handle = NULL;
    martlet_error error;
    int32_t code;
    Py_BEGIN_ALLOW_THREADS
    code = martlet_index_load(path, is_mapped, &handle, &error);
    Py_END_ALLOW_THREADS
    Py_DECREF(holder);
    return code ? raise_failure(&error) : from_handle(handle);
}

static PyObject *save(PyObject *self, PyObject *given) {
    PyObject *holder;
    martlet_text path;
    if (!take_path(given, &holder, &path)) return NULL;
    martlet_error error;
    int32_t code;
    Py_BEGIN_ALLOW_THREADS
    code = martlet_index_save(handle_of(self), path, &error);
    Py_END_ALLOW_THREADS
    Py_DECREF(holder);
    if (code) return raise_failure(&error);
    Py_RETURN_NONE;
}

static PyObject *facts(PyObject *self, PyObject *nothing) {
    (void)nothing;
    martlet_index_facts facts;
    martlet_index_get_facts(handle_of(self), &facts);
    return Py_BuildValue(
        "LLLss", (long long)facts.dimensions, (long long)facts.m,
        (long long)facts.ef_construction, facts.metric, facts.codes);
}

static PyObject *count(PyObject *self, PyObject *nothing) {
    (void)nothing;
    return PyLong_FromLongLong(martlet_index_count(handle_of(self)));
}

static PyObject *memory(PyObject *self, PyObject *nothing) {
    (void)nothing;
    return PyLong_FromLongLong(martlet_index_memory(handle_of(self)));
}

static PyObject *contains(PyObject *self, PyObject *id) {
    long long number = PyLong_AsLongLong(id);
    if (number == -1 && PyErr_Occurred()) return NULL;
    return PyBool_FromLong(martlet_index_contains(handle_of(self), number));
}

/// Bytes of int64.
static PyObject *ids(PyObject *self, PyObject *nothing) {
    (void)nothing;
    int64_t *numbers;
    int64_t count;
    Py_BEGIN_ALLOW_THREADS
    martlet_index_ids(handle_of(self), &numbers, &count);
    Py_END_ALLOW_THREADS
    PyObject *bytes =
        PyBytes_FromStringAndSize((const char *)numbers, (Py_ssize_t)(count * 8));
    free(numbers);
    return bytes;
}

static PyObject *wrong_length(void) {
    PyErr_SetString(PyExc_SystemError, "buffers of an index have unequal lengths");
    return NULL;
}

static int64_t width(PyObject *self) {
    martlet_index_facts facts;
    martlet_index_get_facts(handle_of(self), &facts);
    return facts.dimensions * (int64_t)sizeof(float);
}

/// get(id, vector)
static PyObject *get(PyObject *self, PyObject *arguments) {
    long long id;
    Py_buffer vector;
    if (!PyArg_ParseTuple(arguments, "Lw*", &id, &vector)) return NULL;
    PyObject *answer = NULL;
    martlet_error error;
    if (vector.len != width(self)) {
        wrong_length();
    } else if (martlet_index_get(handle_of(self), id, vector.buf, &error)) {
        raise_failure(&error);
    } else {
        answer = Py_NewRef(Py_None);
    }
    PyBuffer_Release(&vector);
    return answer;
}

static PyObject *reserve_ids(PyObject *self, PyObject *given) {
    long long count = PyLong_AsLongLong(given);
    if (count == -1 && PyErr_Occurred()) return NULL;
    int64_t first = 0;
    martlet_error error;
    if (martlet_index_reserve_ids(handle_of(self), count, &first, &error)) {
        return raise_failure(&error);
    }
    return PyLong_FromLongLong(first);
}

/// check(vectors, first_row)
static PyObject *check(PyObject *self, PyObject *arguments) {
    Py_buffer vectors;
    long long first_row;
    if (!PyArg_ParseTuple(arguments, "y*L", &vectors, &first_row)) return NULL;
    int64_t count = vectors.len / width(self);
    martlet_error error;
    int32_t code;
    Py_BEGIN_ALLOW_THREADS
    code = martlet_index_check(handle_of(self), vectors.buf, count, first_row, &error);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&vectors);
    if (code) return raise_failure(&error);
    Py_RETURN_NONE;
}

/// add(vectors, ids, threads)
static PyObject *add(PyObject *self, PyObject *arguments) {
    Py_buffer vectors, ids;
    long long threads;
    if (!PyArg_ParseTuple(arguments, "y*y*L", &vectors, &ids, &threads)) return NULL;
    int64_t count = ids.len / 8;
    martlet_error error;
    int32_t code = 0;
    bool is_wrong = vectors.len != count * width(self);
    if (!is_wrong) {
        Py_BEGIN_ALLOW_THREADS
        code = martlet_index_add(
            handle_of(self), vectors.buf, ids.buf, count, threads, &error);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&vectors);
    PyBuffer_Release(&ids);
    if (is_wrong) return wrong_length();
    if (code) return raise_failure(&error);
    Py_RETURN_NONE;
}

/// remove(ids, threads) -> how many were there
static PyObject *remove_ids(PyObject *self, PyObject *arguments) {
    Py_buffer ids;
    long long threads;
    if (!PyArg_ParseTuple(arguments, "y*L", &ids, &threads)) return NULL;
    int64_t removed = 0;
    martlet_error error;
    int32_t code;
    Py_BEGIN_ALLOW_THREADS
    code = martlet_index_remove(
        handle_of(self), ids.buf, ids.len / 8, threads, &removed, &error);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&ids);
    return code ? raise_failure(&error) : PyLong_FromLongLong(removed);
}

/// run(queries, k, ef, threads, is_exact, allowed, is_mask, ids, distances); `allowed` is None for
/// all.
static PyObject *run(PyObject *self, PyObject *arguments) {
    Py_buffer queries, ids, distances, allowed = {0};
    long long k, ef, threads;
    int is_exact, is_mask;
    PyObject *given;
    if (!PyArg_ParseTuple(
            arguments, "y*LLLpOpw*w*", &queries, &k, &ef, &threads, &is_exact, &given, &is_mask,
            &ids, &distances)) {
        return NULL;
    }
    PyObject *answer = NULL;
    int64_t count = queries.len / width(self);
    if (ids.len != count * k * 8 || distances.len != count * k * 4) {
        wrong_length();
        goto done;
    }
    martlet_index_search search = {
        .queries = queries.buf, .count = count, .k = k, .ef = ef, .threads = threads,
        .is_exact = is_exact};
    if (given != Py_None) {
        // PyBUF_SIMPLE: bytes one behind the other.
        if (PyObject_GetBuffer(given, &allowed, 0) < 0) goto done;
        // An empty buffer may have no address, and stands for no ids at all.
        static const int64_t nothing = 0;
        const void *start = allowed.len > 0 ? allowed.buf : &nothing;
        if (is_mask) {
            search.allowed_mask = start;
            search.allowed_mask_count = allowed.len;
        } else {
            search.allowed_ids = start;
            search.allowed_id_count = allowed.len / 8;
        }
    }
    martlet_error error;
    int32_t code;
    Py_BEGIN_ALLOW_THREADS
    code = martlet_index_run(handle_of(self), &search, ids.buf, distances.buf, &error);
    Py_END_ALLOW_THREADS
    if (allowed.obj) PyBuffer_Release(&allowed);
    answer = code ? raise_failure(&error) : Py_NewRef(Py_None);
done:
    PyBuffer_Release(&queries);
    PyBuffer_Release(&ids);
    PyBuffer_Release(&distances);
    return answer;
}

static PyMethodDef methods[] = {
    {"make", make, METH_VARARGS | METH_STATIC, NULL},
    {"load", load, METH_VARARGS | METH_STATIC, NULL},
    {"save", save, METH_O, NULL},
    {"facts", facts, METH_NOARGS, NULL},
    {"count", count, METH_NOARGS, NULL},
    {"memory", memory, METH_NOARGS, NULL},
    {"contains", contains, METH_O, NULL},
    {"ids", ids, METH_NOARGS, NULL},
    {"get", get, METH_VARARGS, NULL},
    {"reserve_ids", reserve_ids, METH_O, NULL},
    {"check", check, METH_VARARGS, NULL},
    {"add", add, METH_VARARGS, NULL},
    {"remove", remove_ids, METH_VARARGS, NULL},
    {"run", run, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_dealloc, drop},
    {Py_tp_methods, methods},
    {Py_tp_doc, "The native side of martlet.Index."},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "martlet._martlet.NativeIndex",
    .basicsize = sizeof(index_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};

bool add_index(PyObject *module) {
    index_type = add_type(module, &spec);
    return index_type != NULL;
}
