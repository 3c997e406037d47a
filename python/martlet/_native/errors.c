// Errors by code: the one table that gives each code of martlet_basics.h its class.

#include <stdlib.h>

#include "native.h"

typedef struct {
    enum martlet_code code;
    const char *name;
    const char *documentation;
    PyObject *type;
} error_class;

static PyObject *base;

static error_class classes[] = {
    {MARTLET_INVALID, "martlet.InvalidValueError",
     "A parameter is outside its range, or a value cannot be kept.", NULL},
    {MARTLET_DIMENSION, "martlet.DimensionError",
     "A vector has another length than the collection's vectors.", NULL},
    {MARTLET_NOT_FINITE, "martlet.NotFiniteError",
     "A number is infinite, not a number, or too large for a float32.", NULL},
    {MARTLET_PRESENT, "martlet.DuplicateIdError",
     "An id is there already, or twice in one batch.", NULL},
    {MARTLET_ABSENT, "martlet.NotFoundError", "An id is not there.", NULL},
    {MARTLET_COUNTS, "martlet.LengthError",
     "The parts of a batch are of different lengths.", NULL},
    {MARTLET_FILTER, "martlet.FilterError", "A filter has no meaning.", NULL},
    {MARTLET_COLLECTION, "martlet.CollectionError",
     "A collection's name is none, is taken, or stands for no collection.", NULL},
    {MARTLET_FILE, "martlet.FileError",
     "A file cannot be read or written, or is not what it should be.", NULL},
    {MARTLET_CLOSED, "martlet.ClosedError", "The database was closed.", NULL},
    {MARTLET_STORAGE, "martlet.StorageError",
     "The database's files are held by another process, damaged, or not writable.", NULL},
    {MARTLET_KEY, "martlet.WrongKeyError", "A key does not open what it was given for.", NULL},
    {MARTLET_PERMISSION, "martlet.PermissionDeniedError",
     "A key opens an index, but does not give the permission that this needs.", NULL},
    {MARTLET_INTEGRITY, "martlet.IntegrityError",
     "Encrypted data was altered, moved, cut or removed, or is older than it must be.", NULL},
    {MARTLET_CONFLICT, "martlet.ConflictError",
     "Another program has written to what this one has open. Nothing was written.", NULL},
};

static const size_t class_count = sizeof classes / sizeof classes[0];

static PyObject *class_of(int32_t code) {
    for (size_t place = 0; place < class_count; place++) {
        if (classes[place].code == (enum martlet_code)code) return classes[place].type;
    }
    return base;
}

PyObject *raise_failure(martlet_error *error) {
    PyErr_SetString(class_of(error->code), error->message);
    free(error->message);
    error->message = NULL;
    return NULL;
}

PyObject *raise_code(enum martlet_code code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    PyErr_FormatV(class_of(code), format, arguments);
    va_end(arguments);
    return NULL;
}

static bool add(
    PyObject *module, const char *name, const char *documentation, PyObject *parent,
    PyObject **out) {
    PyObject *type = PyErr_NewExceptionWithDoc(name, documentation, parent, NULL);
    if (!type) return false;
    *out = type;
    Py_INCREF(type);
    if (PyModule_AddObject(module, strrchr(name, '.') + 1, type) == 0) return true;
    Py_DECREF(type);
    return false;
}

bool add_errors(PyObject *module) {
    if (!add(module, "martlet.MartletError", "What Martlet refuses, or fails at.",
             PyExc_ValueError, &base)) {
        return false;
    }
    for (size_t place = 0; place < class_count; place++) {
        error_class *class = &classes[place];
        if (!add(module, class->name, class->documentation, base, &class->type)) return false;
    }
    return true;
}
