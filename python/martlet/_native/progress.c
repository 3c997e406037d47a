// Callbacks that are told how far a call is.

#include <string.h>

#include "native.h"

void report_progress(int64_t done, void *context) {
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

bool take_progress(PyObject *object, progress_context *out) {
    memset(out, 0, sizeof *out);
    if (!is_given(object)) return true;
    if (!PyCallable_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "progress must be callable");
        return false;
    }
    out->callback = object;
    return true;
}

bool raise_progress(progress_context *progress) {
    if (!progress->error[0]) return false;
    PyErr_Restore(progress->error[0], progress->error[1], progress->error[2]);
    return true;
}
