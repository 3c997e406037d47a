// How rows leave a `Database` and come to it: files of JSON, NumPy's arrays, Arrow's streams.

#include <stdlib.h>
#include <string.h>

#include "native.h"

// Files

typedef int32_t importing(
    void *database, martlet_text path, martlet_progress progress, void *context,
    martlet_error *error);

static PyObject *import_file(
    database_object *self, PyObject *const *given, importing *call) {
    progress_context progress;
    PyObject *holder;
    martlet_text path;
    if (!take_progress(given[1], &progress) || !take_path(given[0], &holder, &path)) return NULL;
    progress.total = -1;
    martlet_error error = {0};
    progress.thread = PyEval_SaveThread();
    int32_t code = call(
        self->handle, path, progress.callback ? report_progress : NULL, &progress, &error);
    PyEval_RestoreThread(progress.thread);
    Py_DECREF(holder);
    if (code) return raise_failure(&error);
    if (raise_progress(&progress)) return NULL;
    Py_RETURN_NONE;
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
    return import_file(self, given, martlet_database_import_json);
}

METHOD(database_object, export_jsonl) {
    TAKE("export_jsonl", 1, 1, "path");
    int32_t code;
    PyObject *holder;
    martlet_text path;
    if (!take_path(given[0], &holder, &path)) return NULL;
    martlet_error error = {0};
    CALL(martlet_database_export_lines(self->handle, path, &error));
    Py_DECREF(holder);
    if (code) return raise_failure(&error);
    Py_RETURN_NONE;
}

METHOD(database_object, import_jsonl) {
    TAKE("import_jsonl", 1, 1, "path", "progress");
    return import_file(self, given, martlet_database_import_lines);
}

// NumPy

/// Appends an object that is given away. False with an error set, also for NULL.
static bool append_object(PyObject *list, PyObject *object) {
    if (!object) return false;
    int status = PyList_Append(list, object);
    Py_DECREF(object);
    return status == 0;
}

static bool append_rows(
    const martlet_columns *columns, int64_t dimensions, PyObject *ids, PyObject *numbers,
    PyObject *metadata) {
    for (int64_t row = 0; row < columns->count; row++) {
        const int32_t *place = &columns->id_offsets[row];
        PyObject *id = PyUnicode_DecodeUTF8(columns->ids + place[0], place[1] - place[0], NULL);
        if (!append_object(ids, id)) return false;
        PyObject *value = Py_None;
        if (columns->has_metadata[row / 8] >> (row % 8) & 1) {
            place = &columns->metadata_offsets[row];
            value = read_json(columns->metadata + place[0], place[1] - place[0]);
        } else {
            Py_INCREF(value);
        }
        if (!append_object(metadata, value)) return false;
    }
    Py_ssize_t start = PyByteArray_Size(numbers);
    size_t bytes = (size_t)(columns->count * dimensions) * sizeof(float);
    if (PyByteArray_Resize(numbers, start + (Py_ssize_t)bytes) < 0) return false;
    memcpy(PyByteArray_AsString(numbers) + start, columns->vectors, bytes);
    return true;
}

/// The bytes as a matrix, which they are not copied for.
static PyObject *matrix_from(PyObject *numbers, int64_t dimensions) {
    PyObject *numpy = PyImport_ImportModule("numpy");
    if (!numpy) return NULL;
    PyObject *flat = NULL, *matrix = NULL;
    flat = PyByteArray_Size(numbers)
        ? PyObject_CallMethod(numpy, "frombuffer", "Os", numbers, "float32")
        : PyObject_CallMethod(numpy, "empty", "is", 0, "float32");
    if (flat) {
        Py_ssize_t rows = PyByteArray_Size(numbers) / (Py_ssize_t)sizeof(float) / dimensions;
        matrix = PyObject_CallMethod(flat, "reshape", "nL", rows, (long long)dimensions);
    }
    Py_XDECREF(flat);
    Py_DECREF(numpy);
    return matrix;
}

static PyObject *to_numpy(database_object *self, PyObject *Py_UNUSED(nothing)) {
    void *rows = NULL;
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_rows_open(self->handle, &rows, &error));
    if (code) return raise_failure(&error);
    PyObject *ids = PyList_New(0), *metadata = PyList_New(0), *matrix = NULL, *answer = NULL;
    PyObject *numbers = PyByteArray_FromStringAndSize(NULL, 0);
    if (!ids || !metadata || !numbers) goto done;
    while (true) {
        martlet_columns columns = {0};
        CALL(martlet_rows_next(rows, &columns, &error));
        if (code) {
            raise_failure(&error);
            goto done;
        }
        if (columns.count == 0) break;
        bool is_done = append_rows(&columns, self->dimensions, ids, numbers, metadata);
        martlet_release(columns.holder);
        if (!is_done) goto done;
    }
    matrix = matrix_from(numbers, self->dimensions);
    if (matrix) answer = PyTuple_Pack(3, ids, matrix, metadata);
done:
    release_handle(rows);
    Py_XDECREF(ids);
    Py_XDECREF(metadata);
    Py_XDECREF(numbers);
    Py_XDECREF(matrix);
    return answer;
}

// Arrow

/// The name that the PyCapsule interface gives to streams.
static const char stream_name[] = "arrow_array_stream";

static void drop_stream(PyObject *capsule) {
    struct ArrowArrayStream *stream = PyCapsule_GetPointer(capsule, stream_name);
    if (!stream) return;
    // One that somebody has taken over is released already.
    if (stream->release) {
        PyObject *kind, *value, *trace;
        PyErr_Fetch(&kind, &value, &trace);
        Py_BEGIN_ALLOW_THREADS
        stream->release(stream);
        Py_END_ALLOW_THREADS
        PyErr_Restore(kind, value, trace);
    }
    free(stream);
}

METHOD(database_object, arrow_stream) {
    // A wish for other types, which need not be granted.
    TAKE("__arrow_c_stream__", 0, 1, "requested_schema");
    struct ArrowArrayStream *stream = calloc(1, sizeof *stream);
    if (!stream) return PyErr_NoMemory();
    martlet_error error = {0};
    int32_t code;
    CALL(martlet_database_export_arrow(self->handle, stream, &error));
    if (code) {
        free(stream);
        return raise_failure(&error);
    }
    PyObject *capsule = PyCapsule_New(stream, stream_name, drop_stream);
    if (!capsule) {
        stream->release(stream);
        free(stream);
    }
    return capsule;
}

METHOD(database_object, import_arrow) {
    TAKE("import_arrow", 1, 1, "data", "id", "vector", "metadata", "progress");
    martlet_arrow_names columns = {
        .id = {"id", 2}, .vector = {"vector", 6}, .metadata = {"metadata", 8}};
    if (given[1] && !take_text(given[1], "id", &columns.id)) return NULL;
    if (given[2] && !take_text(given[2], "vector", &columns.vector)) return NULL;
    if (given[3] == Py_None) {
        columns.metadata = (martlet_text){0};
    } else if (given[3]) {
        if (!take_text(given[3], "metadata", &columns.metadata)) return NULL;
        // A column of the usual name may be missing; who says another one means it.
        columns.needs_metadata = PyUnicode_CompareWithASCIIString(given[3], "metadata") != 0;
    }
    progress_context progress;
    if (!take_progress(given[4], &progress)) return NULL;
    progress.total = -1;
    if (!PyObject_HasAttrString(given[0], "__arrow_c_stream__")) {
        return PyErr_Format(
            PyExc_TypeError, "data must have __arrow_c_stream__, as tables have, not %R",
            (PyObject *)Py_TYPE(given[0]));
    }
    PyObject *capsule = PyObject_CallMethod(given[0], "__arrow_c_stream__", NULL);
    if (!capsule) return NULL;
    struct ArrowArrayStream *stream = PyCapsule_GetPointer(capsule, stream_name);
    if (!stream || !stream->release) {
        if (stream) PyErr_SetString(PyExc_TypeError, "the stream of data was taken already");
        Py_DECREF(capsule);
        return NULL;
    }
    martlet_error error = {0};
    progress.thread = PyEval_SaveThread();
    int32_t code = martlet_database_import_arrow(
        self->handle, stream, &columns, progress.callback ? report_progress : NULL, &progress,
        &error);
    PyEval_RestoreThread(progress.thread);
    // Its destructor releases the stream.
    Py_DECREF(capsule);
    if (code) return raise_failure(&error);
    if (raise_progress(&progress)) return NULL;
    Py_RETURN_NONE;
}

PyMethodDef database_exchange_methods[] = {
    {"export_json", (PyCFunction)(void *)export_json, FAST,
     "export_json($self, path, pretty=False)\n--\n\nWrites all rows to a file."},
    {"import_json", (PyCFunction)(void *)import_json, FAST,
     "import_json($self, path, *, progress=None)\n--\n\n"
     "Upserts all rows of a file. `progress(done)` is called now and then."},
    {"export_jsonl", (PyCFunction)(void *)export_jsonl, FAST,
     "export_jsonl($self, path)\n--\n\n"
     "Writes all rows to a file of JSON Lines, few at a time: `id`, `vector`, `metadata`."},
    {"import_jsonl", (PyCFunction)(void *)import_jsonl, FAST,
     "import_jsonl($self, path, *, progress=None)\n--\n\n"
     "Upserts all rows of a file of JSON Lines, few at a time. A file with a line that is none\n"
     "changes nothing."},
    {"to_numpy", (PyCFunction)to_numpy, METH_NOARGS,
     "to_numpy($self)\n--\n\n"
     "All rows: ids, a float32 matrix (n, dim), and metadata, each a dict or None."},
    {"__arrow_c_stream__", (PyCFunction)(void *)arrow_stream, FAST,
     "__arrow_c_stream__($self, requested_schema=None)\n--\n\n"
     "All rows for Arrow's readers: columns id (utf8), vector (fixed_size_list of float32) and\n"
     "metadata (utf8: JSON, or null)."},
    {"import_arrow", (PyCFunction)(void *)import_arrow, FAST,
     "import_arrow($self, data, *, id='id', vector='vector', metadata='metadata', "
     "progress=None)\n--\n\n"
     "Upserts the rows of whatever has `__arrow_c_stream__`, from columns of these names; metadata\n"
     "are JSON texts or structures, and may be missing. Batch by batch: one that is refused leaves\n"
     "those before it."},
    {NULL, NULL, 0, NULL},
};
