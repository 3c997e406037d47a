// What the files of the extension module share.
//
// An area of the module is one file here, one in Sources/MartletCAPI and one in the package. It adds
// itself to the table in module.c with a function that makes its types. Errors of Martlet's C
// functions become Python's through `raise_failure`, wherever they come from.
//
// The module uses Python's limited API of 3.10, so that one build serves all later versions. Static
// variables hold the types and what is imported late; they are written under the interpreter's lock.

#ifndef MARTLET_NATIVE_H
#define MARTLET_NATIVE_H

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030a0000
#include <Python.h>

#include <stdbool.h>

#include "martlet_basics.h"
#include "martlet_database.h"
#include "martlet_encrypted.h"
#include "martlet_exchange.h"
#include "martlet_index.h"
#include "martlet_remote.h"
#include "martlet_server.h"

// Buffers became part of the limited API with 3.11. The functions and the layout have been the same
// since 3.3, and what is in the limited API is never changed.
#ifndef PyBUF_FORMAT
typedef struct {
    void *buf;
    PyObject *obj;
    Py_ssize_t len;
    Py_ssize_t itemsize;
    int readonly;
    int ndim;
    char *format;
    Py_ssize_t *shape;
    Py_ssize_t *strides;
    Py_ssize_t *suboffsets;
    void *internal;
} Py_buffer;
#define PyBUF_FORMAT 0x0004
#define PyBUF_STRIDES (0x0010 | 0x0008)
PyAPI_FUNC(int) PyObject_CheckBuffer(PyObject *object);
PyAPI_FUNC(int) PyObject_GetBuffer(PyObject *object, Py_buffer *view, int flags);
PyAPI_FUNC(void) PyBuffer_Release(Py_buffer *view);
#endif

// errors.c

/// Sets the Python error for a failure of a C function, and frees the failure's message.
/// Returns NULL, so that callers can return it.
PyObject *raise_failure(martlet_error *error);
/// Sets the Python error of a code with a message of its own.
PyObject *raise_code(enum martlet_code code, const char *format, ...);

// arguments.c

/// Names of a method's parameters, in order; `required` of them must be given, and those from
/// `keyword_only` on only by name.
typedef struct {
    const char *method;
    const char *const *names;
    int count;
    int required;
    int keyword_only;
} parameters;

/// The arguments of a call by parameter, NULL for what is not given. False with a TypeError set.
bool take_arguments(
    const parameters *wanted, PyObject *const *given, Py_ssize_t positional_count,
    PyObject *keyword_names, PyObject **out);
/// The same for `tp_new`.
bool take_tuple_arguments(
    const parameters *wanted, PyObject *positional, PyObject *keywords, PyObject **out);

/// The bytes of a `str`, which live as long as it.
bool take_text(PyObject *object, const char *what, martlet_text *out);
/// A path as UTF-8 text, from `str` or `os.PathLike`. `*holder` keeps it alive; the caller drops it.
bool take_path(PyObject *object, PyObject **holder, martlet_text *out);
/// An int that is not negative; `absent` for NULL and None.
bool take_count(PyObject *object, const char *what, int64_t absent, int64_t *out);
/// A bool or what is true; `absent` for NULL.
bool take_flag(PyObject *object, bool absent, int32_t *out);
/// Ids of a batch. `*list` keeps them alive; `*texts` is to be freed with PyMem_Free.
bool take_ids(PyObject *object, PyObject **list, martlet_text **texts, int64_t *count);
bool is_given(PyObject *object);

// vectors.c

/// float32 numbers that lie one behind the other: a caller's buffer, or a copy.
typedef struct {
    const float *numbers;
    int64_t count;
    float *copy;
    Py_buffer view;
} floats;

/// Reads a vector of `dimensions` numbers. `id` names it in errors; NULL for a query.
bool take_vector(PyObject *object, int64_t dimensions, PyObject *id, floats *out);
/// Reads vectors: a sequence of them, or a two-dimensional buffer. `ids` names them in errors; NULL
/// for queries. `*rows` is how many there are.
bool take_vectors(
    PyObject *object, int64_t dimensions, PyObject *ids, floats *out, int64_t *rows);
void drop_floats(floats *vector);

// json.c

/// The JSON text of a dict, as an object that `text` points into; NULL with an error set.
PyObject *write_json(PyObject *object, martlet_text *text);
PyObject *read_json(const char *bytes, Py_ssize_t count);

// search_result.c

/// A list of results; frees the hits.
PyObject *results_from_hits(martlet_hits *hits);

// database.c

/// Begins as `handle_object`.
typedef struct {
    PyObject_HEAD
    void *handle;
    int64_t dimensions;
    const char *metric;
    bool is_closed;
} database_object;

extern PyTypeObject *database_type;
/// A database that owns the handle, which is given back on failure.
PyObject *database_from_handle(PyTypeObject *type, void *handle);

/// Options of a new database; what is NULL or None is not given.
bool take_options(
    PyObject *dimensions, PyObject *metric, PyObject *m, PyObject *ef_construction,
    PyObject *quantize, martlet_database_options *out);
bool take_durability(PyObject *object, int32_t *is_async);

// database_reading.c, database_writing.c, exchange.c

extern PyMethodDef database_reading_methods[];
extern PyMethodDef database_writing_methods[];
extern PyMethodDef database_exchange_methods[];
Py_ssize_t database_length(database_object *self);
int database_contains(database_object *self, PyObject *key);
PyObject *iterate_database(database_object *self);
/// A list of `str`; frees the texts.
PyObject *list_from_texts(martlet_texts *texts);

// remote.c

/// Whether an argument is the address of a server, and not a path.
bool is_address(PyObject *object);
/// The way to the server of an address. `*holder` keeps what `transport` and `name` point to alive
/// until the call that takes them returns; `name` is none where the address has no collection.
bool take_transport(
    PyObject *address, martlet_transport *transport, martlet_text *name, PyObject **holder);

// progress.c

typedef struct {
    PyObject *callback;
    /// Negative: not known, and not told.
    int64_t total;
    /// To be set by `PyEval_SaveThread` before the call.
    PyThreadState *thread;
    /// The first error of the callback, which is not called again.
    PyObject *error[3];
} progress_context;

bool take_progress(PyObject *object, progress_context *out);
/// A `martlet_progress`.
void report_progress(int64_t done, void *context);
/// Hands an error of the callback on. True when there was one.
bool raise_progress(progress_context *progress);

// Methods

/// Runs a C function of the library without the interpreter's lock.
#define CALL(call)            \
    Py_BEGIN_ALLOW_THREADS    \
    code = call;              \
    Py_END_ALLOW_THREADS

/// The head of a method that takes arguments by position and by name.
#define METHOD(type, name)                                                                     \
    static PyObject *name(                                                                     \
        type *self, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords)

/// Takes a method's arguments into `given`, by parameter.
#define TAKE(method, required, keyword_only, ...)                                              \
    static const char *const names[] = {__VA_ARGS__};                                          \
    enum { parameter_count = sizeof names / sizeof names[0] };                                 \
    static const parameters wanted = {method, names, parameter_count, required, keyword_only}; \
    PyObject *given[parameter_count];                                                          \
    if (!take_arguments(&wanted, arguments, count, keywords, given)) return NULL

/// How the methods are called that `METHOD` heads.
#define FAST (METH_FASTCALL | METH_KEYWORDS)

// module.c

/// The beginning of every object that owns a handle of the library; NULL for one half made.
typedef struct {
    PyObject_HEAD
    void *handle;
} handle_object;

/// Gives a handle back, whose object may take its time to go. Keeps an error that is set.
void release_handle(void *handle);
/// The end of a `tp_dealloc`.
void free_object(PyObject *self);
/// The `tp_dealloc` of a `handle_object`.
void drop_object(PyObject *self);

// Areas: make their types and add them to the module. False with an error set.

bool add_errors(PyObject *module);
bool add_search_result(PyObject *module);
bool add_database(PyObject *module);
bool add_client(PyObject *module);
bool add_index(PyObject *module);
bool add_server(PyObject *module);
bool add_encrypted(PyObject *module);

/// Makes a type and adds it to the module under its last name. NULL with an error set.
PyTypeObject *add_type(PyObject *module, PyType_Spec *spec);

#endif
