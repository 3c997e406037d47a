// `Database`: a collection of vectors. Each method takes its arguments apart, lets go of the
// interpreter's lock, calls the library, and makes the answer.

#include <math.h>
#include <stdlib.h>
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
    martlet_text path;
    if (!take_path(given[0], &holder, &path)) return NULL;
    void *handle = NULL;
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_open(path, &options, &handle, &error));
    Py_DECREF(holder);
    if (code) return raise_failure(&error);
    return database_from_handle(type, handle);
}

static void dealloc(database_object *self) {
    PyTypeObject *type = Py_TYPE(self);
    if (self->handle) {
        // The last one closes the database, which may write files.
        PyObject *kind, *value, *trace;
        PyErr_Fetch(&kind, &value, &trace);
        Py_BEGIN_ALLOW_THREADS
        martlet_release(self->handle);
        Py_END_ALLOW_THREADS
        PyErr_Restore(kind, value, trace);
    }
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static PyObject *close_database(database_object *self, PyObject *Py_UNUSED(nothing)) {
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_close(self->handle, &error));
    if (code) return raise_failure(&error);
    self->is_closed = true;
    Py_RETURN_NONE;
}

// Progress

typedef struct {
    PyObject *callback;
    int64_t total;
    PyThreadState *thread;
    /// The first error of the callback, which is not called again.
    PyObject *error[3];
} progress_context;

static void report(int64_t done, void *context) {
    progress_context *progress = context;
    if (!progress->callback) return;
    PyEval_RestoreThread(progress->thread);
    PyObject *answer =
        progress->total >= 0
        ? PyObject_CallFunction(
              progress->callback, "LL", (long long)done, (long long)progress->total)
        : PyObject_CallFunction(progress->callback, "L", (long long)done);
    if (!answer) {
        PyErr_Fetch(&progress->error[0], &progress->error[1], &progress->error[2]);
        progress->callback = NULL;
    }
    Py_XDECREF(answer);
    progress->thread = PyEval_SaveThread();
}

static bool take_progress(PyObject *object, progress_context *out) {
    memset(out, 0, sizeof *out);
    if (!is_given(object)) return true;
    if (!PyCallable_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "progress must be callable");
        return false;
    }
    out->callback = object;
    return true;
}

/// Hands an error of the callback on. True when there was one.
static bool raise_progress(progress_context *progress) {
    if (!progress->error[0]) return false;
    PyErr_Restore(progress->error[0], progress->error[1], progress->error[2]);
    return true;
}

// Writing

static bool check_metadata(PyObject *object) {
    if (!is_given(object) || PyDict_Check(object)) return true;
    PyErr_Format(
        PyExc_TypeError, "metadata must be a dict or None, not %R", (PyObject *)Py_TYPE(object));
    return false;
}

static PyObject *put_one(database_object *self, PyObject *const *given, int32_t replaces) {
    martlet_text id, metadata = {0};
    floats vector;
    if (!take_text(given[0], "id", &id) || !check_metadata(given[2])) return NULL;
    if (!take_vector(given[1], self->dimensions, given[0], &vector)) return NULL;
    PyObject *json = NULL;
    if (is_given(given[2])) {
        json = write_json(given[2], &metadata);
        if (!json) {
            drop_floats(&vector);
            return NULL;
        }
    }
    martlet_rows rows = {&id, vector.numbers, json ? &metadata : NULL, 1};
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_put(self->handle, &rows, replaces, NULL, NULL, &error));
    drop_floats(&vector);
    Py_XDECREF(json);
    if (code) return raise_failure(&error);
    Py_RETURN_NONE;
}

METHOD(database_object, add) {
    TAKE("add", 2, 3, "id", "vector", "metadata");
    return put_one(self, given, 0);
}

METHOD(database_object, upsert) {
    TAKE("upsert", 2, 3, "id", "vector", "metadata");
    return put_one(self, given, 1);
}

/// Metadata of a batch as JSON. `*holders` keeps the texts alive, `*texts` is to be freed.
static bool take_metadatas(
    PyObject *object, PyObject *ids, PyObject **holders, martlet_text **texts) {
    *holders = NULL;
    *texts = NULL;
    if (!is_given(object)) return true;
    if (PyDict_Check(object) || PyUnicode_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "metadatas must be a list with a dict or None per id");
        return false;
    }
    PyObject *list = PySequence_List(object);
    if (!list) return false;
    Py_ssize_t count = PyList_Size(list);
    bool is_right = false;
    if (count != PyList_Size(ids)) {
        raise_code(
            MARTLET_COUNTS, "There are %zd ids, but %zd metadata entries.", PyList_Size(ids),
            count);
        goto done;
    }
    *holders = PyList_New(count);
    *texts = PyMem_Malloc((size_t)(count + 1) * sizeof(martlet_text));
    if (!*holders || !*texts) {
        PyErr_NoMemory();
        goto done;
    }
    for (Py_ssize_t place = 0; place < count; place++) {
        PyObject *metadata = PyList_GetItem(list, place);
        (*texts)[place] = (martlet_text){0};
        PyObject *json = Py_None;
        if (metadata == Py_None) {
            Py_INCREF(json);
        } else if (PyDict_Check(metadata)) {
            json = write_json(metadata, &(*texts)[place]);
            if (!json) goto done;
        } else {
            raise_code(
                MARTLET_INVALID, "The metadata of %R is neither a dict nor None.",
                PyList_GetItem(ids, place));
            goto done;
        }
        PyList_SetItem(*holders, place, json);
    }
    is_right = true;
done:
    Py_DECREF(list);
    if (!is_right) {
        Py_CLEAR(*holders);
        PyMem_Free(*texts);
        *texts = NULL;
    }
    return is_right;
}

static PyObject *put_many(database_object *self, PyObject *const *given, int32_t replaces) {
    progress_context progress;
    if (!take_progress(given[3], &progress)) return NULL;
    PyObject *ids, *holders = NULL;
    martlet_text *texts, *metadata = NULL;
    martlet_rows rows = {0};
    if (!take_ids(given[0], &ids, &texts, &rows.count)) return NULL;
    floats vectors = {0};
    int64_t vector_count = 0;
    PyObject *answer = NULL;
    if (!take_vectors(given[1], self->dimensions, ids, &vectors, &vector_count)) goto done;
    if (vector_count != rows.count) {
        raise_code(
            MARTLET_COUNTS, "There are %lld ids, but %lld vectors.", (long long)rows.count,
            (long long)vector_count);
        goto done;
    }
    if (!take_metadatas(given[2], ids, &holders, &metadata)) goto done;
    rows.ids = texts;
    rows.vectors = vectors.numbers;
    rows.metadata = metadata;
    progress.total = rows.count;
    martlet_error error = {0};
    int32_t code;
    progress.thread = PyEval_SaveThread();
    code = martlet_database_put(
        self->handle, &rows, replaces, progress.callback ? report : NULL, &progress, &error);
    PyEval_RestoreThread(progress.thread);
    if (code) {
        raise_failure(&error);
    } else if (!raise_progress(&progress)) {
        Py_INCREF(Py_None);
        answer = Py_None;
    }
done:
    drop_floats(&vectors);
    PyMem_Free(texts);
    PyMem_Free(metadata);
    Py_XDECREF(holders);
    Py_DECREF(ids);
    return answer;
}

METHOD(database_object, add_many) {
    TAKE("add_many", 2, 3, "ids", "vectors", "metadatas", "progress");
    return put_many(self, given, 0);
}

METHOD(database_object, upsert_many) {
    TAKE("upsert_many", 2, 3, "ids", "vectors", "metadatas", "progress");
    return put_many(self, given, 1);
}

METHOD(database_object, update) {
    TAKE("update", 1, 3, "id", "vector", "metadata");
    martlet_text id, metadata = {0};
    floats vector = {0};
    if (!take_text(given[0], "id", &id) || !check_metadata(given[2])) return NULL;
    if (is_given(given[1]) && !take_vector(given[1], self->dimensions, given[0], &vector)) {
        return NULL;
    }
    PyObject *json = NULL;
    if (is_given(given[2])) {
        json = write_json(given[2], &metadata);
        if (!json) {
            drop_floats(&vector);
            return NULL;
        }
    }
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_update(self->handle, id, vector.numbers, metadata, &error));
    drop_floats(&vector);
    Py_XDECREF(json);
    if (code) return raise_failure(&error);
    Py_RETURN_NONE;
}

METHOD(database_object, delete_one) {
    TAKE("delete", 1, 1, "id");
    martlet_text id;
    if (!take_text(given[0], "id", &id)) return NULL;
    int64_t deleted = 0;
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_delete(self->handle, &id, 1, &deleted, &error));
    if (code) return raise_failure(&error);
    return PyBool_FromLong(deleted != 0);
}

METHOD(database_object, delete_many) {
    TAKE("delete_many", 1, 1, "ids");
    PyObject *ids;
    martlet_text *texts;
    int64_t id_count = 0, deleted = 0;
    if (!take_ids(given[0], &ids, &texts, &id_count)) return NULL;
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_delete(self->handle, texts, id_count, &deleted, &error));
    PyMem_Free(texts);
    Py_DECREF(ids);
    if (code) return raise_failure(&error);
    return PyLong_FromLongLong(deleted);
}

// Reading

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

static int contains(database_object *self, PyObject *key) {
    martlet_text id;
    if (!take_text(key, "id", &id)) return -1;
    int32_t is_there = 0, code;
    martlet_error error = {0};
    CALL(martlet_database_contains(self->handle, id, &is_there, &error));
    if (!code) return is_there;
    raise_failure(&error);
    return -1;
}

static Py_ssize_t length(database_object *self) {
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

static PyObject *iterate(database_object *self) {
    PyObject *list = ids(self, NULL);
    if (!list) return NULL;
    PyObject *iterator = PyObject_GetIter(list);
    Py_DECREF(list);
    return iterator;
}

/// All but the vector of `search` and `search_many`.
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

METHOD(database_object, search) {
    TAKE("search", 1, 5, "vector", "k", "ef_search", "where_filter", "max_distance", "exact");
    martlet_search search;
    PyObject *holder;
    floats query;
    if (!take_search(given, &holder, &search)) return NULL;
    if (!take_vector(given[0], self->dimensions, NULL, &query)) {
        Py_XDECREF(holder);
        return NULL;
    }
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
    if (!take_search(given, &holder, &search)) return NULL;
    if (!take_vector(given[0], self->dimensions, NULL, &query)) {
        Py_XDECREF(holder);
        return NULL;
    }
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

METHOD(database_object, export_json) {
    TAKE("export_json", 1, 2, "path", "pretty");
    int32_t is_pretty, code;
    PyObject *holder;
    martlet_text path;
    if (!take_flag(given[1], false, &is_pretty) || !take_path(given[0], &holder, &path)) {
        return NULL;
    }
    martlet_error error = {0};
    CALL(martlet_database_export_json(self->handle, path, is_pretty, &error));
    Py_DECREF(holder);
    if (code) return raise_failure(&error);
    Py_RETURN_NONE;
}

METHOD(database_object, import_json) {
    TAKE("import_json", 1, 1, "path", "progress");
    progress_context progress;
    PyObject *holder;
    martlet_text path;
    if (!take_progress(given[1], &progress) || !take_path(given[0], &holder, &path)) return NULL;
    progress.total = -1;
    martlet_error error = {0};
    progress.thread = PyEval_SaveThread();
    int32_t code = martlet_database_import_json(
        self->handle, path, progress.callback ? report : NULL, &progress, &error);
    PyEval_RestoreThread(progress.thread);
    Py_DECREF(holder);
    if (code) return raise_failure(&error);
    if (raise_progress(&progress)) return NULL;
    Py_RETURN_NONE;
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
    Py_ssize_t rows = length(self);
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

#define FAST (METH_FASTCALL | METH_KEYWORDS)

static PyMethodDef methods[] = {
    {"add", (PyCFunction)(void *)add, FAST,
     "add($self, id, vector, metadata=None)\n--\n\nAdds a row under a new id."},
    {"upsert", (PyCFunction)(void *)upsert, FAST,
     "upsert($self, id, vector, metadata=None)\n--\n\n"
     "Adds a row, or replaces vector and metadata of the row that is there."},
    {"add_many", (PyCFunction)(void *)add_many, FAST,
     "add_many($self, ids, vectors, metadatas=None, *, progress=None)\n--\n\n"
     "Adds rows, all or none. `progress(done, total)` is called now and then."},
    {"upsert_many", (PyCFunction)(void *)upsert_many, FAST,
     "upsert_many($self, ids, vectors, metadatas=None, *, progress=None)\n--\n\n"
     "Adds or replaces rows, in order."},
    {"update", (PyCFunction)(void *)update, FAST,
     "update($self, id, vector=None, metadata=None)\n--\n\nReplaces only what is given."},
    {"delete", (PyCFunction)(void *)delete_one, FAST,
     "delete($self, id)\n--\n\nRemoves a row; says whether it was there."},
    {"delete_many", (PyCFunction)(void *)delete_many, FAST,
     "delete_many($self, ids)\n--\n\nRemoves rows; says how many were there."},
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
    {"save", (PyCFunction)save, METH_NOARGS,
     "save($self)\n--\n\nMakes all writes survive power loss."},
    {"compact", (PyCFunction)compact, METH_NOARGS,
     "compact($self)\n--\n\nLets the space of deleted rows be used again."},
    {"enable_quantized_search", (PyCFunction)enable_quantized, METH_NOARGS,
     "enable_quantized_search($self)\n--\n\nHas searches walk on copies of few bits."},
    {"disable_quantized_search", (PyCFunction)disable_quantized, METH_NOARGS,
     "disable_quantized_search($self)\n--\n\nTakes that back."},
    {"stats", (PyCFunction)stats, METH_NOARGS, "stats($self)\n--\n\nFigures by name."},
    {"export_json", (PyCFunction)(void *)export_json, FAST,
     "export_json($self, path, pretty=False)\n--\n\nWrites all rows to a file."},
    {"import_json", (PyCFunction)(void *)import_json, FAST,
     "import_json($self, path, *, progress=None)\n--\n\n"
     "Upserts all rows of a file. `progress(done)` is called now and then."},
    {"close", (PyCFunction)close_database, METH_NOARGS,
     "close($self)\n--\n\nLets go of the folder; later calls raise ClosedError."},
    {"__enter__", (PyCFunction)enter, METH_NOARGS, NULL},
    {"__exit__", (PyCFunction)leave, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc,
     "Database(path, dim=None, metric=None, m=None, ef_construction=None, quantize=False, *, "
     "durability='sync')\n--\n\nA durable collection of vectors in a folder."},
    {Py_tp_new, new_database},
    {Py_tp_dealloc, dealloc},
    {Py_tp_repr, represent},
    {Py_tp_iter, iterate},
    {Py_tp_getset, attributes},
    {Py_tp_methods, methods},
    {Py_sq_length, length},
    {Py_sq_contains, contains},
    {0, NULL},
};

static PyType_Spec spec = {
    "martlet.Database", sizeof(database_object), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    slots,
};

bool add_database(PyObject *module) {
    database_type = add_type(module, &spec);
    return database_type != NULL;
}
