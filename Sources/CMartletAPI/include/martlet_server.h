// A DynamoDB endpoint in this process, on a port of the loopback interface.

#ifndef MARTLET_SERVER_H
#define MARTLET_SERVER_H

#include "martlet_basics.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct martlet_server_options {
    /// A data directory; none: in memory, gone with the server.
    martlet_text path;
    /// 0: a free port.
    int64_t port;
    /// A folder whose folders are the buckets of exports and imports; none: there are none.
    martlet_text bucket_root;
    /// Writes that were answered survive the end of the process, but not power loss.
    int32_t is_async;
} martlet_server_options;

int32_t martlet_server_start(
    const martlet_server_options *options, void **out, martlet_error *error);

/// The port in use; 0 after a fork.
int64_t martlet_server_port(void *server);

/// Finishes what was accepted, then closes the database. A second stop does nothing.
int32_t martlet_server_stop(void *server, martlet_error *error);

#ifdef __cplusplus
}
#endif

#endif
