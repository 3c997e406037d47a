// Vectors from Python: buffers are read where they lie when they are float32 in order, else number
// by number; everything else by the sequence protocol. Nothing here needs NumPy. Little-endian
// machines only, as the library is.

#include <string.h>

#include "native.h"

typedef enum { FLOAT, SIGNED, UNSIGNED, TRUTH, OTHER } kind;


/// How a buffer's numbers are written: by the format of `struct`, and the size of an item.
static kind kind_of(const Py_buffer *view, bool *is_swapped) {
    const char *format = view->format ? view->format : "B";
    *is_swapped = false;
    if (*format && strchr("@=<>!", *format)) {
        *is_swapped = (*format == '>' || *format == '!');
        format++;
    }
    if (!format[0] || format[1]) return OTHER;
    Py_ssize_t size = view->itemsize;
    bool is_integer_size = size == 1 || size == 2 || size == 4 || size == 8;
    if (strchr("efd", *format)) return size == 2 || size == 4 || size == 8 ? FLOAT : OTHER;
    if (strchr("bhilqn", *format)) return is_integer_size ? SIGNED : OTHER;
    if (strchr("BHILQN", *format)) return is_integer_size ? UNSIGNED : OTHER;
    if (*format == '?') return size == 1 ? TRUTH : OTHER;
    return OTHER;
}

static float half(uint16_t bits) {
    uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
    uint32_t exponent = bits >> 10 & 31, fraction = bits & 0x3ff;
    float magnitude;
    if (exponent == 31) {
        magnitude = fraction ? __builtin_nanf("") : __builtin_inff();
    } else if (exponent == 0) {
        magnitude = (float)fraction * 0x1p-24f;
    } else {
        uint32_t widened = (exponent + 112) << 23 | fraction << 13;
        memcpy(&magnitude, &widened, sizeof magnitude);
    }
    return sign ? -magnitude : magnitude;
}

static float number_at(const char *place, kind kind, Py_ssize_t size, bool is_swapped) {
    uint64_t bits = 0;
    if (is_swapped) {
        for (Py_ssize_t byte = 0; byte < size; byte++) {
            bits = bits << 8 | (unsigned char)place[byte];
        }
    } else {
        memcpy(&bits, place, (size_t)size);
    }
    switch (kind) {
        case FLOAT:
            if (size == 8) {
                double number;
                memcpy(&number, &bits, sizeof number);
                return (float)number;
            } else if (size == 4) {
                uint32_t low = (uint32_t)bits;
                float number;
                memcpy(&number, &low, sizeof number);
                return number;
            }
            return half((uint16_t)bits);
        case SIGNED: return (float)((int64_t)(bits << (64 - 8 * size)) >> (64 - 8 * size));
        case UNSIGNED: return (float)bits;
        default: return bits != 0;
    }
}

static void copy_numbers(
    const char *place, Py_ssize_t count, Py_ssize_t stride, const Py_buffer *view, kind kind,
    bool is_swapped, float *out) {
    for (Py_ssize_t number = 0; number < count; number++, place += stride) {
        out[number] = number_at(place, kind, view->itemsize, is_swapped);
    }
}

static bool is_plain(const Py_buffer *view, kind kind, bool is_swapped) {
    return kind == FLOAT && view->itemsize == 4 && !is_swapped
        && (uintptr_t)view->buf % sizeof(float) == 0;
}

/// Gets a buffer of numbers. False without an error when the object has none.
static bool get_buffer(PyObject *object, Py_buffer *view, kind *kind, bool *is_swapped) {
    if (!PyObject_CheckBuffer(object)) return false;
    if (PyObject_GetBuffer(object, view, PyBUF_FORMAT | PyBUF_STRIDES) < 0) {
        PyErr_Clear();
        return false;
    }
    *kind = kind_of(view, is_swapped);
    if (*kind != OTHER) return true;
    PyBuffer_Release(view);
    return false;
}

/// What tensors and series offer that have no buffer themselves: an array. NULL without an error
/// when the object is none of these.
static PyObject *array_of(PyObject *object) {
    if (PyList_Check(object) || PyTuple_Check(object) || PyObject_CheckBuffer(object)) return NULL;
    if (!PyObject_HasAttrString(object, "__array__")) return NULL;
    PyObject *array = PyObject_CallMethod(object, "__array__", NULL);
    if (array && PyObject_CheckBuffer(array)) return array;
    Py_XDECREF(array);
    PyErr_Clear();
    return NULL;
}

static void raise_length(PyObject *id, Py_ssize_t length, int64_t dimensions) {
    if (id) {
        raise_code(
            MARTLET_DIMENSION, "The vector of %R has %zd elements, but the collection has %lld "
            "dimensions.", id, length, (long long)dimensions);
    } else {
        raise_code(
            MARTLET_DIMENSION, "The query has %zd elements, but the collection has %lld "
            "dimensions.", length, (long long)dimensions);
    }
}

/// Writes a vector of `dimensions` numbers.
static bool copy_vector(PyObject *object, int64_t dimensions, PyObject *id, float *out) {
    Py_buffer view;
    kind kind;
    bool is_swapped;
    if (get_buffer(object, &view, &kind, &is_swapped)) {
        bool is_right = view.ndim == 1 && view.shape[0] == dimensions;
        if (is_right && is_plain(&view, kind, is_swapped) && view.strides[0] == sizeof(float)) {
            memcpy(out, view.buf, (size_t)dimensions * sizeof(float));
        } else if (is_right) {
            copy_numbers(
                view.buf, view.shape[0], view.strides[0], &view, kind, is_swapped, out);
        } else if (view.ndim != 1) {
            raise_code(
                MARTLET_DIMENSION, "A vector has one axis, but the array has %d.", view.ndim);
        } else {
            raise_length(id, view.shape[0], dimensions);
        }
        PyBuffer_Release(&view);
        return is_right;
    }
    PyObject *array = array_of(object);
    if (array) {
        bool is_right = copy_vector(array, dimensions, id, out);
        Py_DECREF(array);
        return is_right;
    }
    if (!PySequence_Check(object) || PyUnicode_Check(object)) {
        PyErr_Format(
            PyExc_TypeError, "a vector must be a sequence of numbers, not %R",
            (PyObject *)Py_TYPE(object));
        return false;
    }
    Py_ssize_t length = PySequence_Size(object);
    if (length < 0) return false;
    if (length != dimensions) {
        raise_length(id, length, dimensions);
        return false;
    }
    bool is_list = PyList_Check(object);
    for (Py_ssize_t place = 0; place < length; place++) {
        PyObject *element;
        if (is_list) {
            element = PyList_GetItem(object, place);
            Py_XINCREF(element);
        } else {
            element = PySequence_GetItem(object, place);
        }
        if (!element) return false;
        double number = PyFloat_AsDouble(element);
        Py_DECREF(element);
        if (number == -1 && PyErr_Occurred()) {
            // An int too large for a double is too large for a vector.
            if (PyErr_ExceptionMatches(PyExc_OverflowError)) {
                PyErr_Clear();
                number = __builtin_inf();
            } else {
                return false;
            }
        }
        out[place] = (float)number;
    }
    return true;
}

static bool allocate(floats *out, int64_t count) {
    out->copy = PyMem_Malloc((size_t)(count > 0 ? count : 1) * sizeof(float));
    out->numbers = out->copy;
    out->count = count;
    if (!out->copy) PyErr_NoMemory();
    return out->copy != NULL;
}

void drop_floats(floats *vector) {
    PyMem_Free(vector->copy);
    if (vector->view.obj) PyBuffer_Release(&vector->view);
    memset(vector, 0, sizeof *vector);
}

bool take_vector(PyObject *object, int64_t dimensions, PyObject *id, floats *out) {
    memset(out, 0, sizeof *out);
    kind kind;
    bool is_swapped;
    if (get_buffer(object, &out->view, &kind, &is_swapped)) {
        const Py_buffer *view = &out->view;
        if (view->ndim == 1 && view->shape[0] == dimensions
            && view->strides[0] == sizeof(float) && is_plain(view, kind, is_swapped)) {
            out->numbers = view->buf;
            out->count = dimensions;
            return true;
        }
        PyBuffer_Release(&out->view);
        memset(&out->view, 0, sizeof out->view);
    }
    if (!allocate(out, dimensions)) return false;
    if (copy_vector(object, dimensions, id, out->copy)) return true;
    drop_floats(out);
    return false;
}

/// A two-dimensional buffer.
static bool take_rows(
    floats *out, kind kind, bool is_swapped, int64_t dimensions, int64_t *rows) {
    const Py_buffer *view = &out->view;
    *rows = view->shape[0];
    if (view->shape[1] != dimensions && *rows > 0) {
        raise_code(
            MARTLET_DIMENSION, "The vectors have %zd elements, but the collection has %lld "
            "dimensions.", view->shape[1], (long long)dimensions);
        return false;
    }
    Py_ssize_t row_bytes = (Py_ssize_t)(dimensions * (int64_t)sizeof(float));
    if (is_plain(view, kind, is_swapped) && view->strides[1] == sizeof(float)
        && view->strides[0] == row_bytes) {
        out->numbers = view->buf;
        out->count = *rows * dimensions;
        return true;
    }
    if (!allocate(out, *rows * dimensions)) return false;
    const char *place = view->buf;
    for (int64_t row = 0; row < *rows; row++, place += view->strides[0]) {
        copy_numbers(
            place, (Py_ssize_t)dimensions, view->strides[1], view, kind, is_swapped,
            out->copy + row * dimensions);
    }
    return true;
}

bool take_vectors(
    PyObject *object, int64_t dimensions, PyObject *ids, floats *out, int64_t *rows) {
    memset(out, 0, sizeof *out);
    kind kind;
    bool is_swapped;
    if (get_buffer(object, &out->view, &kind, &is_swapped)) {
        if (out->view.ndim == 2) {
            if (take_rows(out, kind, is_swapped, dimensions, rows)) return true;
            drop_floats(out);
            return false;
        }
        bool is_empty = out->view.ndim == 1 && out->view.shape[0] == 0;
        int axes = out->view.ndim;
        drop_floats(out);
        if (is_empty) {
            *rows = 0;
            return allocate(out, 0);
        }
        raise_code(MARTLET_DIMENSION, "A batch has two axes, but the array has %d.", axes);
        return false;
    }
    PyObject *array = array_of(object);
    if (array) {
        bool is_right = take_vectors(array, dimensions, ids, out, rows);
        Py_DECREF(array);
        return is_right;
    }
    if (PyUnicode_Check(object) || PyDict_Check(object)) {
        PyErr_Format(
            PyExc_TypeError, "vectors must be a list of vectors, not %R",
            (PyObject *)Py_TYPE(object));
        return false;
    }
    PyObject *list = PySequence_List(object);
    if (!list) return false;
    Py_ssize_t count = PyList_Size(list);
    bool is_right = allocate(out, count * dimensions);
    for (Py_ssize_t row = 0; is_right && row < count; row++) {
        PyObject *id = ids && row < PyList_Size(ids) ? PyList_GetItem(ids, row) : NULL;
        is_right = copy_vector(
            PyList_GetItem(list, row), dimensions, id, out->copy + row * dimensions);
    }
    Py_DECREF(list);
    *rows = count;
    if (!is_right) drop_floats(out);
    return is_right;
}
