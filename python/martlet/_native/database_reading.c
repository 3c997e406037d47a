// What `Database` is asked: rows by their ids, counts, and searches.

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "native.h"

METHOD(database_object, get) {
    TAKE("get", 1, 1, "id");
    martlet_text id, metadata = {0};
    if (!take_text(given[0], "id", &id)) return NULL;
    float *numbers = PyMem_Malloc((size_t)self->dimensions * sizeof(float));
    if (!numbers) return PyErr_NoMemory();
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_get(self->handle, id, numbers, &metadata, &error));
    PyObject *vector = NULL, *value = NULL, *answer = NULL;
    if (code) {
        raise_failure(&error);
        goto done;
    }
    vector = PyList_New((Py_ssize_t)self->dimensions);
    for (int64_t place = 0; vector && place < self->dimensions; place++) {
        PyObject *number = PyFloat_FromDouble(numbers[place]);
        if (!number) goto done;
        PyList_SetItem(vector, (Py_ssize_t)place, number);
    }
    if (metadata.bytes) {
        value = read_json(metadata.bytes, (Py_ssize_t)metadata.count);
    } else {
        Py_INCREF(Py_None);
        value = Py_None;
    }
    if (vector && value) answer = PyTuple_Pack(2, vector, value);
done:
    Py_XDECREF(vector);
    Py_XDECREF(value);
    free((void *)metadata.bytes);
    PyMem_Free(numbers);
    return answer;
}

int database_contains(database_object *self, PyObject *key) {
    martlet_text id;
    if (!take_text(key, "id", &id)) return -1;
    int32_t is_there = 0, code;
    martlet_error error = {0};
    CALL(martlet_database_contains(self->handle, id, &is_there, &error));
    if (!code) return is_there;
    raise_failure(&error);
    return -1;
}

Py_ssize_t database_length(database_object *self) {
    int64_t rows = 0;
    martlet_error error = {0};
    if (!martlet_database_count(self->handle, (martlet_text){0}, &rows, &error)) return rows;
    raise_failure(&error);
    return -1;
}

/// A filter as JSON; `*holder` keeps it alive, NULL without one.
static bool take_filter(PyObject *object, PyObject **holder, martlet_text *out) {
    *holder = NULL;
    *out = (martlet_text){0};
    if (!is_given(object)) return true;
    if (!PyDict_Check(object)) {
        PyErr_Format(
            PyExc_TypeError, "where_filter must be a dict, not %R", (PyObject *)Py_TYPE(object));
        return false;
    }
    *holder = write_json(object, out);
    return *holder != NULL;
}

METHOD(database_object, count_rows) {
    TAKE("count", 0, 1, "where_filter");
    PyObject *holder;
    martlet_text filter;
    if (!take_filter(given[0], &holder, &filter)) return NULL;
    int64_t rows = 0;
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_count(self->handle, filter, &rows, &error));
    Py_XDECREF(holder);
    if (code) return raise_failure(&error);
    return PyLong_FromLongLong(rows);
}

PyObject *list_from_texts(martlet_texts *texts) {
    PyObject *list = PyList_New((Py_ssize_t)texts->count);
    for (int64_t place = 0; list && place < texts->count; place++) {
        const martlet_text *text = &texts->texts[place];
        PyObject *object = PyUnicode_DecodeUTF8(text->bytes, (Py_ssize_t)text->count, NULL);
        if (!object) {
            Py_CLEAR(list);
        } else {
            PyList_SetItem(list, (Py_ssize_t)place, object);
        }
    }
    free(texts->texts);
    return list;
}

static PyObject *ids(database_object *self, PyObject *Py_UNUSED(nothing)) {
    martlet_texts texts = {0};
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_ids(self->handle, &texts, &error));
    if (code) return raise_failure(&error);
    return list_from_texts(&texts);
}

PyObject *iterate_database(database_object *self) {
    PyObject *list = ids(self, NULL);
    if (!list) return NULL;
    PyObject *iterator = PyObject_GetIter(list);
    Py_DECREF(list);
    return iterator;
}

/// All but the vector of searches.
static bool take_search(PyObject *const *given, PyObject **holder, martlet_search *out) {
    memset(out, 0, sizeof *out);
    *holder = NULL;
    out->maximum_distance = INFINITY;
    if (!take_count(given[1], "k", 10, &out->k)) return false;
    if (!take_count(given[2], "ef_search", -1, &out->ef)) return false;
    if (is_given(given[4])) {
        out->maximum_distance = PyFloat_AsDouble(given[4]);
        if (out->maximum_distance == -1 && PyErr_Occurred()) return false;
        if (isnan(out->maximum_distance)) {
            raise_code(MARTLET_NOT_FINITE, "max_distance is not a number.");
            return false;
        }
    }
    if (!take_flag(given[5], false, &out->is_exact)) return false;
    return take_filter(given[3], holder, &out->filter);
}

/// What `search` and `explain` are given. To be dropped: `query` and `holder`.
static bool take_query(
    const database_object *self, PyObject *const *given, PyObject **holder, martlet_search *search,
    floats *query
) {
    if (!take_search(given, holder, search)) return false;
    if (take_vector(given[0], self->dimensions, NULL, query)) return true;
    Py_CLEAR(*holder);
    return false;
}

METHOD(database_object, search) {
    TAKE("search", 1, 5, "vector", "k", "ef_search", "where_filter", "max_distance", "exact");
    martlet_search search;
    PyObject *holder;
    floats query;
    if (!take_query(self, given, &holder, &search, &query)) return NULL;
    martlet_hits hits = {0};
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_search(self->handle, query.numbers, &search, &hits, &error));
    drop_floats(&query);
    Py_XDECREF(holder);
    if (code) return raise_failure(&error);
    return results_from_hits(&hits);
}

METHOD(database_object, explain) {
    TAKE("explain", 1, 5, "vector", "k", "ef_search", "where_filter", "max_distance", "exact");
    martlet_search search;
    PyObject *holder;
    floats query;
    if (!take_query(self, given, &holder, &search, &query)) return NULL;
    martlet_explanation explanation = {0};
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_explain(self->handle, query.numbers, &search, &explanation, &error));
    drop_floats(&query);
    Py_XDECREF(holder);
    if (code) return raise_failure(&error);
    return Py_BuildValue(
        "{s:s,s:O,s:L,s:L}", "method", explanation.used_graph ? "graph" : "exact",
        "reads_codes", explanation.read_codes ? Py_True : Py_False,
        "candidates_visited", (long long)explanation.compared_count,
        "rows_matched", (long long)explanation.matching_count);
}

METHOD(database_object, search_many) {
    TAKE(
        "search_many", 1, 5, "vectors", "k", "ef_search", "where_filter", "max_distance", "exact");
    martlet_search search;
    PyObject *holder, *list = NULL;
    floats queries;
    int64_t query_count = 0;
    if (!take_search(given, &holder, &search)) return NULL;
    if (!take_vectors(given[0], self->dimensions, NULL, &queries, &query_count)) {
        Py_XDECREF(holder);
        return NULL;
    }
    martlet_hits *hits = PyMem_Calloc((size_t)query_count + 1, sizeof *hits);
    martlet_error error = {0};
    int32_t code = 0;
    if (!hits) {
        PyErr_NoMemory();
        goto done;
    }
    CALL(martlet_database_search_many(
        self->handle, queries.numbers, query_count, &search, hits, &error));
    if (code) {
        raise_failure(&error);
        goto done;
    }
    list = PyList_New((Py_ssize_t)query_count);
    for (int64_t place = 0; place < query_count; place++) {
        // All are taken, so that all are freed.
        PyObject *results = results_from_hits(&hits[place]);
        if (!results) Py_CLEAR(list);
        if (list) {
            PyList_SetItem(list, (Py_ssize_t)place, results);
        } else {
            Py_XDECREF(results);
        }
    }
done:
    PyMem_Free(hits);
    drop_floats(&queries);
    Py_XDECREF(holder);
    return list;
}

PyMethodDef database_reading_methods[] = {
    {"get", (PyCFunction)(void *)get, FAST,
     "get($self, id)\n--\n\nThe vector and the metadata of an id."},
    {"count", (PyCFunction)(void *)count_rows, FAST,
     "count($self, where_filter=None)\n--\n\nHow many rows there are, or match."},
    {"ids", (PyCFunction)ids, METH_NOARGS, "ids($self)\n--\n\nAll ids, in no order."},
    {"search", (PyCFunction)(void *)search, FAST,
     "search($self, vector, k=10, ef_search=None, where_filter=None, max_distance=None, *, "
     "exact=False)\n--\n\nThe rows nearest to a vector, nearest first."},
    {"explain", (PyCFunction)(void *)explain, FAST,
     "explain($self, vector, k=10, ef_search=None, where_filter=None, max_distance=None, *, "
     "exact=False)\n--\n\nHow a search of this vector is done."},
    {"search_many", (PyCFunction)(void *)search_many, FAST,
     "search_many($self, vectors, k=10, ef_search=None, where_filter=None, max_distance=None, *, "
     "exact=False)\n--\n\nFor each vector what `search` finds, on all cores."},
    {NULL, NULL, 0, NULL},
};
