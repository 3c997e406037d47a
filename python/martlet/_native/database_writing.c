// What changes the rows of a `Database`.

#include <string.h>

#include "native.h"

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
        self->handle, &rows, replaces, progress.callback ? report_progress : NULL, &progress, &error);
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

PyMethodDef database_writing_methods[] = {
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
    {NULL, NULL, 0, NULL},
};
