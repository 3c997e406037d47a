// The native side of martlet.encrypted. Its Python side, encrypted.py, checks arguments and writes
// JSON: here, keys and contents are bytes and batches are lists of equal length. Errors say which
// row of a batch is meant by its number: ids, vectors, contents and metadata are in no text.

#include <math.h>
#include <stdlib.h>

#include "native.h"

static PyTypeObject *client_type;
static PyTypeObject *index_type;

static PyObject *from_handle(PyTypeObject *type, void *handle) {
    handle_object *self = PyObject_New(handle_object, type);
    if (!self) {
        release_handle(handle);
        return NULL;
    }
    self->handle = handle;
    return (PyObject *)self;
}

static void *handle_of(PyObject *self) { return ((handle_object *)self)->handle; }

/// The bytes of a `bytes`, or none of None.
static bool take_bytes(PyObject *object, martlet_text *out) {
    *out = (martlet_text){NULL, 0};
    if (object == Py_None) return true;
    char *bytes;
    Py_ssize_t count;
    if (PyBytes_AsStringAndSize(object, &bytes, &count) < 0) return false;
    *out = (martlet_text){bytes, count};
    return true;
}

static PyObject *done(int32_t code, martlet_error *error) {
    if (code) return raise_failure(error);
    Py_RETURN_NONE;
}

// Ids

static bool take_id(PyObject *object, martlet_encrypted_id *out) {
    out->text = (martlet_text){NULL, 0};
    out->number = 0;
    if (PyUnicode_Check(object)) {
        if (take_text(object, "an id", &out->text)) return true;
        // Python's error shows a piece of the text.
        PyErr_Clear();
        raise_code(MARTLET_INVALID, "An id has half a character (a surrogate).");
        return false;
    }
    PyObject *number = PyBool_Check(object) ? NULL : PyNumber_Index(object);
    if (!number) {
        PyErr_Clear();
        PyErr_Format(
            PyExc_TypeError, "an id must be int or str, not %R", (PyObject *)Py_TYPE(object));
        return false;
    }
    int is_beyond = 0;
    out->number = PyLong_AsLongLongAndOverflow(number, &is_beyond);
    Py_DECREF(number);
    if (!is_beyond) return true;
    raise_code(MARTLET_INVALID, "An id that is a number has at most 64 bits.");
    return false;
}

/// Ids of a list, which keeps them alive. To be freed with PyMem_Free.
static martlet_encrypted_id *take_list(PyObject *list, int64_t *count) {
    Py_ssize_t size = PyList_Size(list);
    if (size < 0) return NULL;
    martlet_encrypted_id *ids = PyMem_Malloc((size_t)(size + 1) * sizeof *ids);
    if (!ids) {
        PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t place = 0; place < size; place++) {
        if (take_id(PyList_GetItem(list, place), &ids[place])) continue;
        PyMem_Free(ids);
        return NULL;
    }
    *count = size;
    return ids;
}

static PyObject *id_object(const martlet_encrypted_id *id) {
    if (!id->text.bytes) return PyLong_FromLongLong(id->number);
    return PyUnicode_DecodeUTF8(id->text.bytes, (Py_ssize_t)id->text.count, NULL);
}

/// A list of `bytes` and None, or None. To be freed with PyMem_Free. False with an error set.
static bool take_parts(PyObject *list, int64_t count, martlet_text **out) {
    *out = NULL;
    if (list == Py_None) return true;
    martlet_text *texts = PyMem_Malloc((size_t)(count + 1) * sizeof *texts);
    if (!texts) {
        PyErr_NoMemory();
        return false;
    }
    for (int64_t place = 0; place < count; place++) {
        PyObject *part = PyList_GetItem(list, (Py_ssize_t)place);
        if (part && take_bytes(part, &texts[place])) continue;
        PyMem_Free(texts);
        return false;
    }
    *out = texts;
    return true;
}

// Clients

/// open(path, catalog_key); None for indexes in memory
static PyObject *open_client(PyObject *type, PyObject *arguments) {
    (void)type;
    PyObject *given, *catalog_key, *holder = NULL;
    martlet_text path = {NULL, 0}, key;
    if (!PyArg_ParseTuple(arguments, "OO", &given, &catalog_key)) return NULL;
    if (!take_bytes(catalog_key, &key)) return NULL;
    if (given != Py_None && !take_path(given, &holder, &path)) return NULL;
    void *handle = NULL;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_open(path, key, &handle, &error));
    Py_XDECREF(holder);
    return code ? raise_failure(&error) : from_handle(client_type, handle);
}

/// Optional text: none of None.
static bool take_setting(PyObject *object, martlet_text *out) {
    *out = (martlet_text){NULL, 0};
    return object == Py_None || take_text(object, "a setting", out);
}

/// open_table(name, endpoint, region, profile, id, secret, token, cache, catalog_key); None for
/// what is not given
static PyObject *open_table(PyObject *type, PyObject *arguments) {
    (void)type;
    PyObject *settings[7], *cache, *catalog_key, *holder = NULL;
    martlet_encrypted_table table;
    martlet_text key;
    if (!PyArg_ParseTuple(
            arguments, "OOOOOOOOO", &settings[0], &settings[1], &settings[2], &settings[3],
            &settings[4], &settings[5], &settings[6], &cache, &catalog_key)) {
        return NULL;
    }
    martlet_text *texts[7] = {
        &table.name, &table.endpoint, &table.region, &table.profile, &table.access_key_id,
        &table.secret_access_key, &table.session_token,
    };
    for (int place = 0; place < 7; place++) {
        if (!take_setting(settings[place], texts[place])) return NULL;
    }
    if (!take_bytes(catalog_key, &key)) return NULL;
    table.cache = (martlet_text){NULL, 0};
    if (cache != Py_None && !take_path(cache, &holder, &table.cache)) return NULL;
    void *handle = NULL;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_open_table(&table, key, &handle, &error));
    Py_XDECREF(holder);
    return code ? raise_failure(&error) : from_handle(client_type, handle);
}

static PyObject *close_client(PyObject *self, PyObject *nothing) {
    (void)nothing;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_close(handle_of(self), &error));
    return done(code, &error);
}

static PyObject *list_indexes(PyObject *self, PyObject *nothing) {
    (void)nothing;
    martlet_texts names;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_list(handle_of(self), &names, &error));
    return code ? raise_failure(&error) : list_from_texts(&names);
}

static PyObject *take_log(PyObject *self, PyObject *nothing) {
    (void)nothing;
    martlet_texts lines;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_take_log(handle_of(self), &lines, &error));
    return code ? raise_failure(&error) : list_from_texts(&lines);
}

/// create(name, key, dimension, metric); -1 for no dimension
static PyObject *create(PyObject *self, PyObject *arguments) {
    PyObject *given, *given_key;
    long long dimension;
    int metric;
    martlet_text name, key;
    if (!PyArg_ParseTuple(arguments, "OOLi", &given, &given_key, &dimension, &metric)) return NULL;
    if (!take_text(given, "index_name", &name) || !take_bytes(given_key, &key)) return NULL;
    void *handle = NULL;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_create(handle_of(self), name, key, dimension, metric, &handle, &error));
    return code ? raise_failure(&error) : from_handle(index_type, handle);
}

/// load(name, key, version)
static PyObject *load(PyObject *self, PyObject *arguments) {
    PyObject *given, *given_key;
    unsigned long long version;
    martlet_text name, key;
    if (!PyArg_ParseTuple(arguments, "OOK", &given, &given_key, &version)) return NULL;
    if (!take_text(given, "index_name", &name) || !take_bytes(given_key, &key)) return NULL;
    void *handle = NULL;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_load(handle_of(self), name, key, version, &handle, &error));
    return code ? raise_failure(&error) : from_handle(index_type, handle);
}

static PyObject *generate_key(PyObject *type, PyObject *nothing) {
    (void)type;
    (void)nothing;
    uint8_t key[32];
    martlet_encrypted_generate_key(key);
    return PyBytes_FromStringAndSize((const char *)key, sizeof key);
}

// Indexes

/// facts() -> (dimension or -1, metric, count, version, is_trained)
static PyObject *facts(PyObject *self, PyObject *nothing) {
    (void)nothing;
    martlet_encrypted_facts facts;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_get_facts(handle_of(self), &facts, &error));
    if (code) return raise_failure(&error);
    return Py_BuildValue(
        "LiLKN", (long long)facts.dimension, (int)facts.metric, (long long)facts.count,
        (unsigned long long)facts.version, PyBool_FromLong(facts.is_trained));
}

static PyObject *check_key(PyObject *self, PyObject *given) {
    martlet_text key;
    if (!take_bytes(given, &key)) return NULL;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_check_key(handle_of(self), key, &error));
    return done(code, &error);
}

/// A call that takes and answers nothing.
static PyObject *run(PyObject *self, int32_t (*call)(void *index, martlet_error *error)) {
    martlet_error error;
    int32_t code;
    CALL(call(handle_of(self), &error));
    return done(code, &error);
}

static PyObject *close_index(PyObject *self, PyObject *nothing) {
    (void)nothing;
    return run(self, martlet_encrypted_index_close);
}

static PyObject *delete_index(PyObject *self, PyObject *nothing) {
    (void)nothing;
    return run(self, martlet_encrypted_index_delete);
}

static PyObject *train(PyObject *self, PyObject *nothing) {
    (void)nothing;
    return run(self, martlet_encrypted_train);
}

/// upsert(ids, vectors, dimension, contents, metadata)
static PyObject *upsert(PyObject *self, PyObject *arguments) {
    PyObject *given_ids, *given_vectors, *given_contents, *given_metadata;
    long long dimension;
    if (!PyArg_ParseTuple(
            arguments, "OOLOO", &given_ids, &given_vectors, &dimension, &given_contents,
            &given_metadata)) {
        return NULL;
    }
    int64_t count = 0, rows = 0;
    martlet_encrypted_id *ids = take_list(given_ids, &count);
    if (!ids) return NULL;
    PyObject *answer = NULL;
    floats vectors = {0};
    martlet_text *contents = NULL, *metadata = NULL;
    if (!take_vectors(given_vectors, dimension, NULL, &vectors, &rows)) goto done;
    if (rows != count) {
        raise_code(
            MARTLET_COUNTS, "There are %lld ids, but %lld vectors.", (long long)count,
            (long long)rows);
        goto done;
    }
    if (!take_parts(given_contents, count, &contents)) goto done;
    if (!take_parts(given_metadata, count, &metadata)) goto done;
    martlet_encrypted_batch batch = {
        .ids = ids, .count = count, .vectors = vectors.numbers, .number_count = vectors.count,
        .contents = contents, .metadata = metadata};
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_upsert(handle_of(self), &batch, &error));
    answer = code ? raise_failure(&error) : Py_NewRef(Py_None);
done:
    drop_floats(&vectors);
    PyMem_Free(ids);
    PyMem_Free(contents);
    PyMem_Free(metadata);
    return answer;
}

static PyObject *delete_rows(PyObject *self, PyObject *list) {
    int64_t count = 0;
    martlet_encrypted_id *ids = take_list(list, &count);
    if (!ids) return NULL;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_delete(handle_of(self), ids, count, &error));
    PyMem_Free(ids);
    return done(code, &error);
}

static PyObject *all_ids(PyObject *self, PyObject *nothing) {
    (void)nothing;
    martlet_encrypted_id *ids;
    int64_t count;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_ids(handle_of(self), &ids, &count, &error));
    if (code) return raise_failure(&error);
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (int64_t place = 0; list && place < count; place++) {
        PyObject *id = id_object(&ids[place]);
        if (id) {
            PyList_SetItem(list, (Py_ssize_t)place, id);
        } else {
            Py_CLEAR(list);
        }
    }
    free(ids);
    return list;
}

static PyObject *vector_object(const float *vector, int64_t dimension) {
    PyObject *list = PyList_New((Py_ssize_t)dimension);
    for (int64_t place = 0; list && place < dimension; place++) {
        PyObject *number = PyFloat_FromDouble(vector[place]);
        if (number) {
            PyList_SetItem(list, (Py_ssize_t)place, number);
        } else {
            Py_CLEAR(list);
        }
    }
    return list;
}

/// Metadata; none is an empty dict.
static PyObject *metadata_object(const martlet_text *text) {
    return text->bytes ? read_json(text->bytes, (Py_ssize_t)text->count) : PyDict_New();
}

/// Puts a value that may be NULL, and drops it.
static bool put(PyObject *dict, const char *name, PyObject *value) {
    bool is_put = value && PyDict_SetItemString(dict, name, value) == 0;
    Py_XDECREF(value);
    return is_put;
}

enum { WANTS_VECTOR = 1, WANTS_CONTENTS = 2, WANTS_ITEM = 4, WANTS_METADATA = 8 };

static PyObject *row_object(
    const martlet_encrypted_row *row, int64_t dimension, const martlet_encrypted_id *ids,
    int wanted) {
    PyObject *dict = PyDict_New();
    if (!dict) return NULL;
    const martlet_text *contents = &row->contents;
    bool is_whole = put(dict, "id", id_object(&ids[row->place]));
    if (is_whole && wanted & WANTS_VECTOR) {
        is_whole = put(dict, "vector", vector_object(row->vector, dimension));
    }
    if (is_whole && wanted & WANTS_CONTENTS) {
        is_whole = put(
            dict, "contents",
            PyBytes_FromStringAndSize(contents->bytes, (Py_ssize_t)contents->count));
    }
    if (is_whole && wanted & WANTS_ITEM) {
        is_whole = put(
            dict, "item", PyBytes_FromStringAndSize(contents->bytes, (Py_ssize_t)contents->count));
    }
    if (is_whole && wanted & WANTS_METADATA) {
        is_whole = put(dict, "metadata", metadata_object(&row->metadata));
    }
    if (!is_whole) Py_CLEAR(dict);
    return dict;
}

/// get(ids, wanted) -> dicts of those that are there
static PyObject *get(PyObject *self, PyObject *arguments) {
    PyObject *given;
    int wanted;
    if (!PyArg_ParseTuple(arguments, "Oi", &given, &wanted)) return NULL;
    int64_t count = 0;
    martlet_encrypted_id *ids = take_list(given, &count);
    if (!ids) return NULL;
    martlet_encrypted_found found;
    martlet_error error;
    int32_t code;
    PyObject *list = NULL;
    CALL(martlet_encrypted_get(handle_of(self), ids, count, &found, &error));
    if (code) {
        raise_failure(&error);
    } else {
        list = PyList_New((Py_ssize_t)found.count);
        for (int64_t place = 0; list && place < found.count; place++) {
            PyObject *row = row_object(&found.rows[place], found.dimension, ids, wanted);
            if (row) {
                PyList_SetItem(list, (Py_ssize_t)place, row);
            } else {
                Py_CLEAR(list);
            }
        }
        free(found.rows);
    }
    PyMem_Free(ids);
    return list;
}

/// items(ids) -> bytes for each, empty where there are none
static PyObject *items(PyObject *self, PyObject *given) {
    int64_t count = 0;
    martlet_encrypted_id *ids = take_list(given, &count);
    if (!ids) return NULL;
    martlet_encrypted_found found;
    martlet_error error;
    int32_t code;
    PyObject *list = NULL;
    CALL(martlet_encrypted_get(handle_of(self), ids, count, &found, &error));
    if (code) {
        raise_failure(&error);
    } else {
        list = PyList_New((Py_ssize_t)count);
        int64_t next = 0;
        for (int64_t place = 0; list && place < count; place++) {
            martlet_text contents = {NULL, 0};
            if (next < found.count && found.rows[next].place == place) {
                contents = found.rows[next++].contents;
            }
            PyObject *bytes =
                PyBytes_FromStringAndSize(contents.bytes, (Py_ssize_t)contents.count);
            if (bytes) {
                PyList_SetItem(list, (Py_ssize_t)place, bytes);
            } else {
                Py_CLEAR(list);
            }
        }
        free(found.rows);
    }
    PyMem_Free(ids);
    return list;
}

static PyObject *hit_object(
    const martlet_encrypted_hit *hit, int wants_distance, int wants_metadata) {
    PyObject *dict = PyDict_New();
    if (!dict) return NULL;
    bool is_whole = put(dict, "id", id_object(&hit->id));
    if (is_whole && wants_distance) {
        is_whole = put(dict, "distance", PyFloat_FromDouble(hit->distance));
    }
    if (is_whole && wants_metadata) {
        is_whole = put(dict, "metadata", metadata_object(&hit->metadata));
    }
    if (!is_whole) Py_CLEAR(dict);
    return dict;
}

static PyObject *hits_object(
    const martlet_encrypted_hit *hits, int64_t count, int wants_distance, int wants_metadata) {
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (int64_t place = 0; list && place < count; place++) {
        PyObject *hit = hit_object(&hits[place], wants_distance, wants_metadata);
        if (hit) {
            PyList_SetItem(list, (Py_ssize_t)place, hit);
        } else {
            Py_CLEAR(list);
        }
    }
    return list;
}

/// Lists of hits, one for each query.
static PyObject *lists_object(
    const martlet_encrypted_hit *hits, const int64_t *counts, int64_t query_count,
    int wants_distance, int wants_metadata) {
    PyObject *lists = PyList_New((Py_ssize_t)query_count);
    for (int64_t place = 0; lists && place < query_count; place++) {
        PyObject *list = hits_object(hits, counts[place], wants_distance, wants_metadata);
        hits += counts[place];
        if (list) {
            PyList_SetItem(lists, (Py_ssize_t)place, list);
        } else {
            Py_CLEAR(lists);
        }
    }
    return lists;
}

/// (ids, distances, width): row-major, `width` for each query, which is the greatest number of hits;
/// the rest of a row is -1, or None, and infinity. Ids are bytes of int64 or, if there is a text
/// among them, a list; distances are bytes of double.
static PyObject *columns_object(
    const martlet_encrypted_hit *hits, int64_t hit_count, const int64_t *counts,
    int64_t query_count) {
    int64_t width = 0;
    for (int64_t place = 0; place < query_count; place++) {
        if (counts[place] > width) width = counts[place];
    }
    bool has_texts = false;
    for (int64_t place = 0; place < hit_count; place++) {
        if (hits[place].id.text.bytes) has_texts = true;
    }
    const int64_t size = query_count * width;
    PyObject *distances = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(size * 8));
    PyObject *ids = has_texts ? PyList_New((Py_ssize_t)size)
                              : PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(size * 8));
    if (!ids || !distances) goto failed;
    char *distance = PyBytes_AsString(distances);
    char *number = has_texts ? NULL : PyBytes_AsString(ids);
    for (int64_t row = 0; row < query_count; row++) {
        for (int64_t column = 0; column < width; column++) {
            const int64_t place = row * width + column;
            const bool is_there = column < counts[row];
            const double far = is_there ? hits->distance : (double)INFINITY;
            memcpy(distance + place * 8, &far, 8);
            if (has_texts) {
                PyObject *id = is_there ? id_object(&hits->id) : Py_NewRef(Py_None);
                if (!id) goto failed;
                PyList_SetItem(ids, (Py_ssize_t)place, id);
            } else {
                const int64_t id = is_there ? hits->id.number : -1;
                memcpy(number + place * 8, &id, 8);
            }
            if (is_there) hits++;
        }
    }
    return Py_BuildValue("NNL", ids, distances, (long long)width);
failed:
    Py_XDECREF(ids);
    Py_XDECREF(distances);
    return NULL;
}

static PyObject *answer_queries(PyObject *self, PyObject *arguments, bool as_columns) {
    PyObject *given, *filter;
    long long dimension, top_k, ef;
    int is_exact, wants_distance, wants_metadata;
    if (!PyArg_ParseTuple(
            arguments, "OLLLpOpp", &given, &dimension, &top_k, &ef, &is_exact, &filter,
            &wants_distance, &wants_metadata)) {
        return NULL;
    }
    martlet_encrypted_search search = {
        .dimension = dimension, .top_k = top_k, .ef = ef, .is_exact = is_exact};
    if (!take_bytes(filter, &search.filter)) return NULL;
    floats queries = {0};
    if (!take_vectors(given, dimension, NULL, &queries, &search.count)) return NULL;
    search.queries = queries.numbers;
    PyObject *answers = NULL;
    int64_t *counts = PyMem_Malloc((size_t)(search.count + 1) * sizeof *counts);
    if (!counts) {
        PyErr_NoMemory();
        goto done;
    }
    martlet_encrypted_hits found;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_query(handle_of(self), &search, &found, counts, &error));
    if (code) {
        raise_failure(&error);
        goto done;
    }
    answers =
        as_columns
            ? columns_object(found.hits, found.count, counts, search.count)
            : lists_object(found.hits, counts, search.count, wants_distance, wants_metadata);
    free(found.hits);
done:
    PyMem_Free(counts);
    drop_floats(&queries);
    return answers;
}

/// query(queries, dimension, top_k, ef, is_exact, filter, wants_distance, wants_metadata) -> a list
/// of hits for each query
static PyObject *query(PyObject *self, PyObject *arguments) {
    return answer_queries(self, arguments, false);
}

/// query_columns(…, as query) -> (ids, distances, width)
static PyObject *query_columns(PyObject *self, PyObject *arguments) {
    return answer_queries(self, arguments, true);
}

// Keys

/// rotate_key(old, new)
static PyObject *rotate_key(PyObject *self, PyObject *arguments) {
    PyObject *given_old, *given_new;
    martlet_text old_key, new_key;
    if (!PyArg_ParseTuple(arguments, "OO", &given_old, &given_new)) return NULL;
    if (!take_bytes(given_old, &old_key) || !take_bytes(given_new, &new_key)) return NULL;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_rotate_key(handle_of(self), old_key, new_key, &error));
    return done(code, &error);
}

static PyObject *rekey(PyObject *self, PyObject *nothing) {
    (void)nothing;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_rekey(handle_of(self), &error));
    return done(code, &error);
}

static PyObject *rekey_progress(PyObject *self, PyObject *nothing) {
    (void)nothing;
    double part = 0;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_rekey_progress(handle_of(self), &part, &error));
    return code ? raise_failure(&error) : PyFloat_FromDouble(part);
}

/// create_user(id, key, may_write)
static PyObject *create_user(PyObject *self, PyObject *arguments) {
    PyObject *given_id, *given_key;
    int may_write;
    martlet_text id, key;
    if (!PyArg_ParseTuple(arguments, "OOp", &given_id, &given_key, &may_write)) return NULL;
    if (!take_bytes(given_id, &id) || !take_bytes(given_key, &key)) return NULL;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_create_user(handle_of(self), id, key, may_write, &error));
    return done(code, &error);
}

static PyObject *revoke_user(PyObject *self, PyObject *given) {
    martlet_text id;
    if (!take_bytes(given, &id)) return NULL;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_revoke_user(handle_of(self), id, &error));
    return done(code, &error);
}

/// users() -> a list of (id, may_write)
static PyObject *users(PyObject *self, PyObject *nothing) {
    (void)nothing;
    uint8_t *bytes;
    int64_t count;
    martlet_error error;
    int32_t code;
    CALL(martlet_encrypted_users(handle_of(self), &bytes, &count, &error));
    if (code) return raise_failure(&error);
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (int64_t place = 0; list && place < count; place++) {
        const uint8_t *user = bytes + place * 17;
        PyObject *pair = Py_BuildValue(
            "(y#N)", (const char *)user, (Py_ssize_t)16, PyBool_FromLong(user[16]));
        if (pair) {
            PyList_SetItem(list, (Py_ssize_t)place, pair);
        } else {
            Py_CLEAR(list);
        }
    }
    free(bytes);
    return list;
}

static PyMethodDef client_methods[] = {
    {"open", open_client, METH_VARARGS | METH_STATIC, NULL},
    {"open_table", open_table, METH_VARARGS | METH_STATIC, NULL},
    {"generate_key", generate_key, METH_NOARGS | METH_STATIC, NULL},
    {"close", close_client, METH_NOARGS, NULL},
    {"names", list_indexes, METH_NOARGS, NULL},
    {"take_log", take_log, METH_NOARGS, NULL},
    {"create", create, METH_VARARGS, NULL},
    {"load", load, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef index_methods[] = {
    {"facts", facts, METH_NOARGS, NULL},
    {"check_key", check_key, METH_O, NULL},
    {"close", close_index, METH_NOARGS, NULL},
    {"delete_index", delete_index, METH_NOARGS, NULL},
    {"train", train, METH_NOARGS, NULL},
    {"upsert", upsert, METH_VARARGS, NULL},
    {"delete", delete_rows, METH_O, NULL},
    {"ids", all_ids, METH_NOARGS, NULL},
    {"get", get, METH_VARARGS, NULL},
    {"items", items, METH_O, NULL},
    {"query", query, METH_VARARGS, NULL},
    {"query_columns", query_columns, METH_VARARGS, NULL},
    {"rotate_key", rotate_key, METH_VARARGS, NULL},
    {"rekey", rekey, METH_NOARGS, NULL},
    {"rekey_progress", rekey_progress, METH_NOARGS, NULL},
    {"create_user", create_user, METH_VARARGS, NULL},
    {"revoke_user", revoke_user, METH_O, NULL},
    {"users", users, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot client_slots[] = {
    {Py_tp_dealloc, drop_object},
    {Py_tp_methods, client_methods},
    {Py_tp_doc, "The native side of martlet.encrypted.Client."},
    {0, NULL},
};

static PyType_Slot index_slots[] = {
    {Py_tp_dealloc, drop_object},
    {Py_tp_methods, index_methods},
    {Py_tp_doc, "The native side of martlet.encrypted.EncryptedIndex."},
    {0, NULL},
};

static PyType_Spec client_spec = {
    .name = "martlet._martlet.NativeEncryptedClient",
    .basicsize = sizeof(handle_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = client_slots,
};

static PyType_Spec index_spec = {
    .name = "martlet._martlet.NativeEncryptedIndex",
    .basicsize = sizeof(handle_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = index_slots,
};

bool add_encrypted(PyObject *module) {
    client_type = add_type(module, &client_spec);
    index_type = client_type ? add_type(module, &index_spec) : NULL;
    return index_type != NULL;
}
