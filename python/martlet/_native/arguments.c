// Arguments of calls: by position and name, and as the types that the library takes.

#include "native.h"

static bool put_named(
    const parameters *wanted, PyObject *name, PyObject *value, PyObject **out) {
    for (int place = 0; place < wanted->count; place++) {
        if (PyUnicode_CompareWithASCIIString(name, wanted->names[place]) != 0) continue;
        if (out[place]) {
            PyErr_Format(
                PyExc_TypeError, "%s() got multiple values for argument '%s'", wanted->method,
                wanted->names[place]);
            return false;
        }
        out[place] = value;
        return true;
    }
    PyErr_Format(
        PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", wanted->method, name);
    return false;
}

static bool check_count(const parameters *wanted, Py_ssize_t positional_count) {
    if (positional_count <= wanted->keyword_only) return true;
    PyErr_Format(
        PyExc_TypeError, "%s() takes at most %d positional arguments (%zd given)", wanted->method,
        wanted->keyword_only, positional_count);
    return false;
}

static bool check_required(const parameters *wanted, PyObject **out) {
    for (int place = 0; place < wanted->required; place++) {
        if (out[place]) continue;
        PyErr_Format(
            PyExc_TypeError, "%s() missing required argument: '%s'", wanted->method,
            wanted->names[place]);
        return false;
    }
    return true;
}

bool take_arguments(
    const parameters *wanted, PyObject *const *given, Py_ssize_t positional_count,
    PyObject *keyword_names, PyObject **out) {
    if (!check_count(wanted, positional_count)) return false;
    for (int place = 0; place < wanted->count; place++) {
        out[place] = place < positional_count ? given[place] : NULL;
    }
    Py_ssize_t named_count = keyword_names ? PyTuple_Size(keyword_names) : 0;
    for (Py_ssize_t named = 0; named < named_count; named++) {
        PyObject *name = PyTuple_GetItem(keyword_names, named);
        if (!put_named(wanted, name, given[positional_count + named], out)) return false;
    }
    return check_required(wanted, out);
}

bool take_tuple_arguments(
    const parameters *wanted, PyObject *positional, PyObject *keywords, PyObject **out) {
    Py_ssize_t positional_count = PyTuple_Size(positional);
    if (!check_count(wanted, positional_count)) return false;
    for (int place = 0; place < wanted->count; place++) {
        out[place] = place < positional_count ? PyTuple_GetItem(positional, place) : NULL;
    }
    PyObject *name, *value;
    Py_ssize_t position = 0;
    while (keywords && PyDict_Next(keywords, &position, &name, &value)) {
        if (!put_named(wanted, name, value, out)) return false;
    }
    return check_required(wanted, out);
}

bool is_given(PyObject *object) { return object && object != Py_None; }

bool take_text(PyObject *object, const char *what, martlet_text *out) {
    if (!PyUnicode_Check(object)) {
        PyErr_Format(PyExc_TypeError, "%s must be str, not %R", what, (PyObject *)Py_TYPE(object));
        return false;
    }
    Py_ssize_t count;
    out->bytes = PyUnicode_AsUTF8AndSize(object, &count);
    out->count = count;
    return out->bytes != NULL;
}

bool take_path(PyObject *object, PyObject **holder, martlet_text *out) {
    if (!PyUnicode_FSConverter(object, holder)) return false;
    char *bytes;
    Py_ssize_t count;
    if (PyBytes_AsStringAndSize(*holder, &bytes, &count) < 0) {
        Py_CLEAR(*holder);
        return false;
    }
    *out = (martlet_text){bytes, count};
    return true;
}

bool take_count(PyObject *object, const char *what, int64_t absent, int64_t *out) {
    if (!is_given(object)) {
        *out = absent;
        return true;
    }
    PyObject *number = PyNumber_Index(object);
    if (!number) return false;
    *out = PyLong_AsLongLong(number);
    Py_DECREF(number);
    if (*out == -1 && PyErr_Occurred()) return false;
    if (*out >= 0) return true;
    raise_code(MARTLET_INVALID, "%s must not be negative.", what);
    return false;
}

bool take_flag(PyObject *object, bool absent, int32_t *out) {
    if (!object) {
        *out = absent;
        return true;
    }
    int is_true = PyObject_IsTrue(object);
    *out = is_true;
    return is_true >= 0;
}

bool take_ids(PyObject *object, PyObject **list, martlet_text **texts, int64_t *count) {
    *texts = NULL;
    *list = NULL;
    // A text is a sequence of texts, too, and hardly ever meant so.
    if (PyUnicode_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "ids must be a list of str, not str");
        return false;
    }
    *list = PySequence_List(object);
    if (!*list) return false;
    Py_ssize_t size = PyList_Size(*list);
    *texts = PyMem_Malloc((size_t)(size + 1) * sizeof(martlet_text));
    if (!*texts) {
        PyErr_NoMemory();
        goto failed;
    }
    for (Py_ssize_t place = 0; place < size; place++) {
        if (!take_text(PyList_GetItem(*list, place), "an id", &(*texts)[place])) goto failed;
    }
    *count = size;
    return true;
failed:
    PyMem_Free(*texts);
    *texts = NULL;
    Py_CLEAR(*list);
    return false;
}
