// The way to a server, for databases and clients that are there: `martlet._remote.Transport` sends
// the bytes. The library calls it without the interpreter's lock, from any thread.

#include <stdlib.h>
#include <string.h>

#include "native.h"

bool is_address(PyObject *object) {
    if (!PyUnicode_Check(object)) return false;
    martlet_text text;
    if (!take_text(object, "path", &text)) {
        // Whoever takes it as a path says what is wrong with it.
        PyErr_Clear();
        return false;
    }
    return (text.count >= 7 && memcmp(text.bytes, "http://", 7) == 0)
        || (text.count >= 8 && memcmp(text.bytes, "https://", 8) == 0);
}

/// A copy of `malloc`; NULL when there is no memory.
static char *copied(const char *bytes, size_t count) {
    char *copy = malloc(count ? count : 1);
    if (copy) memcpy(copy, bytes, count);
    return copy;
}

/// Takes the error that is set as an answer.
static int32_t answer_error(martlet_error *error) {
    PyObject *kind, *value, *trace;
    PyErr_Fetch(&kind, &value, &trace);
    PyErr_NormalizeException(&kind, &value, &trace);
    // It is raised once more where the interpreter next looks, past the call that it broke off.
    if (PyErr_GivenExceptionMatches(kind, PyExc_KeyboardInterrupt)) PyErr_SetInterrupt();
    PyObject *text = value ? PyObject_Str(value) : NULL;
    const char *bytes = text ? PyUnicode_AsUTF8AndSize(text, NULL) : NULL;
    error->code = MARTLET_STORAGE;
    if (!bytes) bytes = "The server was not reached.";
    error->message = copied(bytes, strlen(bytes) + 1);
    Py_XDECREF(text);
    Py_XDECREF(kind);
    Py_XDECREF(value);
    Py_XDECREF(trace);
    PyErr_Clear();
    return MARTLET_STORAGE;
}

static int32_t exchange(
    void *context, martlet_text call, martlet_text *answer, martlet_error *error) {
    PyGILState_STATE state = PyGILState_Ensure();
    int32_t code = 0;
    PyObject *reply = PyObject_CallMethod(
        (PyObject *)context, "exchange", "y#", call.bytes, (Py_ssize_t)call.count);
    char *bytes;
    Py_ssize_t count;
    if (!reply || PyBytes_AsStringAndSize(reply, &bytes, &count) < 0) {
        code = answer_error(error);
    } else {
        char *copy = copied(bytes, (size_t)count);
        if (copy) {
            *answer = (martlet_text){copy, count};
        } else {
            PyErr_NoMemory();
            code = answer_error(error);
        }
    }
    Py_XDECREF(reply);
    PyGILState_Release(state);
    return code;
}

static void release(void *context) {
    // At the very end of a program nothing can be given back any more.
    if (!Py_IsInitialized()) return;
    PyGILState_STATE state = PyGILState_Ensure();
    Py_DECREF((PyObject *)context);
    PyGILState_Release(state);
}

bool take_transport(
    PyObject *address, martlet_transport *transport, martlet_text *name, PyObject **holder) {
    memset(transport, 0, sizeof *transport);
    *name = (martlet_text){0};
    *holder = NULL;
    PyObject *module = PyImport_ImportModule("martlet._remote");
    if (!module) return false;
    PyObject *object = PyObject_CallMethod(module, "Transport", "O", address);
    Py_DECREF(module);
    if (!object) return false;
    PyObject *place = PyObject_GetAttrString(object, "place");
    PyObject *collection = place ? PyObject_GetAttrString(object, "collection") : NULL;
    bool is_right = collection && take_text(place, "place", &transport->place)
        && (collection == Py_None || take_text(collection, "collection", name));
    if (is_right) *holder = PyTuple_Pack(2, place, collection);
    Py_XDECREF(place);
    Py_XDECREF(collection);
    if (!*holder) {
        Py_DECREF(object);
        return false;
    }
    transport->context = object;
    transport->exchange = exchange;
    transport->release = release;
    return true;
}
