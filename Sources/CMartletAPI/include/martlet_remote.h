// Databases and collections of a server. Handles are those of martlet_database.h, and every function
// there takes them. How bytes get to the server is the caller's business.

#ifndef MARTLET_REMOTE_H
#define MARTLET_REMOTE_H

#include "martlet_database.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct martlet_transport {
    /// Where the server is, for messages.
    martlet_text place;
    void *context;
    /// Sends a call and waits for the answer, `free(answer->bytes)`. Any thread may call, several at
    /// once. Answers 0, or a code of `martlet_code` after writing `*error`.
    int32_t (*exchange)(
        void *context, martlet_text call, martlet_text *answer, martlet_error *error);
    /// Called once, by any thread, when nothing is sent any more; also if connecting fails.
    void (*release)(void *context);
} martlet_transport;

/// As `martlet_database_open`. `name`: none for the only collection.
int32_t martlet_database_connect(
    const martlet_transport *transport, martlet_text name,
    const martlet_database_options *options, void **out, martlet_error *error);

/// As `martlet_client_open`.
int32_t martlet_client_connect(
    const martlet_transport *transport, void **out, martlet_error *error);

#ifdef __cplusplus
}
#endif

#endif
