// What all of Martlet's C functions share: errors, texts, handles. The other headers of this folder
// have the functions, one area each; Sources/MartletCAPI implements them in Swift, and its compiler
// checks that both agree.
//
// Functions answer 0, or a code of `martlet_code` after writing `*error`, which was untouched
// before and whose message the caller frees. What else they would have written is then undefined.
// Everything that is handed out in `*out` parameters and that `free` is named for is one block of
// `malloc`. Texts are UTF-8 with a length, not ended by a zero.
//
// Thread safety: every function may be called from any thread with any live handle; only the
// caller of `martlet_release` must be the handle's last user.

#ifndef MARTLET_BASICS_H
#define MARTLET_BASICS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What went wrong, by what a caller can do. Numbers are never given another meaning.
enum martlet_code {
    MARTLET_OK = 0,
    /// A parameter outside its range, or a value that cannot be kept.
    MARTLET_INVALID = 1,
    /// A vector of another length than the collection's.
    MARTLET_DIMENSION = 2,
    /// An infinity, or something that is no number.
    MARTLET_NOT_FINITE = 3,
    /// An id that is there already, or twice in one batch.
    MARTLET_PRESENT = 4,
    MARTLET_ABSENT = 5,
    /// The parts of a batch are of different lengths.
    MARTLET_COUNTS = 6,
    MARTLET_FILTER = 7,
    /// A name that a collection cannot have, has already, or that no collection has.
    MARTLET_COLLECTION = 8,
    /// A file of the caller's cannot be read or written, or is not what it should be.
    MARTLET_FILE = 9,
    /// The handle was closed, or belongs to the process that this one was forked from.
    MARTLET_CLOSED = 10,
    /// The database's own files: held by another process, damaged, not writable.
    MARTLET_STORAGE = 11,
    /// A key does not open what it was given for.
    MARTLET_KEY = 12,
    /// A key opens it, but does not give this permission.
    MARTLET_PERMISSION = 13,
    /// Sealed data was altered, moved, cut, removed, or is older than it must be.
    MARTLET_INTEGRITY = 14,
    /// Somebody else has written meanwhile; nothing was written.
    MARTLET_CONFLICT = 15,
};

typedef struct martlet_error {
    int32_t code;
    /// Ends with a zero; to be freed.
    char *message;
} martlet_error;

/// Text that somebody else owns; `bytes` is NULL for none.
typedef struct martlet_text {
    const char *bytes;
    int64_t count;
} martlet_text;

/// Texts in one block: `free(texts)`.
typedef struct martlet_texts {
    martlet_text *texts;
    int64_t count;
} martlet_texts;

/// The library's version; never freed.
const char *martlet_version(void);

/// Gives a handle back. The object goes away with its last user, which may take as long as closing
/// a database.
void martlet_release(void *handle);

/// Closes every database that is open in this process, whoever has it. For the end of a program.
void martlet_close_all(void);

/// Whether this process was forked from one that used the library. Then its threads are missing:
/// every call with a handle fails with `MARTLET_CLOSED`, and handles are not given back.
int32_t martlet_is_forked(void);

/// Says that this process uses the library from now on.
void martlet_note_use(void);

#ifdef __cplusplus
}
#endif

#endif
