// JSON between Python and the library, by Python's own module, which is imported when it is first
// needed: importing it takes longer than importing this module.

#include "native.h"

static PyObject *encode;
static PyObject *decode;

static bool import_json(void) {
    if (decode) return true;
    PyObject *module = PyImport_ImportModule("json");
    if (!module) return false;
    PyObject *type = PyObject_GetAttrString(module, "JSONEncoder");
    PyObject *none = PyTuple_New(0);
    PyObject *options = Py_BuildValue(
        "{s:O,s:O,s:(ss)}", "ensure_ascii", Py_False, "allow_nan", Py_False, "separators", ",",
        ":");
    PyObject *encoder = type && none && options ? PyObject_Call(type, none, options) : NULL;
    PyObject *encoder_method = encoder ? PyObject_GetAttrString(encoder, "encode") : NULL;
    PyObject *loads = PyObject_GetAttrString(module, "loads");
    Py_XDECREF(type);
    Py_XDECREF(none);
    Py_XDECREF(options);
    Py_XDECREF(encoder);
    Py_DECREF(module);
    if (!encoder_method || !loads) {
        Py_XDECREF(encoder_method);
        Py_XDECREF(loads);
        return false;
    }
    // Another thread may have been here meanwhile; what it set stays in use for ever.
    encode = encoder_method;
    decode = loads;
    return true;
}

PyObject *write_json(PyObject *object, martlet_text *text) {
    if (!import_json()) return NULL;
    PyObject *json = PyObject_CallFunctionObjArgs(encode, object, NULL);
    if (!json) return NULL;
    if (take_text(json, "JSON", text)) return json;
    Py_DECREF(json);
    return NULL;
}

PyObject *read_json(const char *bytes, Py_ssize_t count) {
    if (!import_json()) return NULL;
    PyObject *text = PyUnicode_DecodeUTF8(bytes, count, NULL);
    if (!text) return NULL;
    PyObject *value = PyObject_CallFunctionObjArgs(decode, text, NULL);
    Py_DECREF(text);
    return value;
}
