#define _GNU_SOURCE
/* struct tcp_info grew bytes_received in the kernel's own header, not in glibc's. */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "CHTTPShim.h"

struct MHD_Daemon *martlet_http_start(const struct martlet_http_options *options) {
    /*
     * No internal thread: our worker waits on MHD's epoll descriptor and its own event descriptor
     * together, so that answers from other threads arrive in batches with one wake-up, where MHD's
     * own resume writes to a descriptor once per connection.
     */
    unsigned int flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_OptionItem items[16];
    size_t count = 0;
#define ADD(name, number, pointer) \
    items[count++] = (struct MHD_OptionItem){(name), (intptr_t)(number), (pointer)}
    ADD(MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->connection_memory_bytes, NULL);
    ADD(MHD_OPTION_CONNECTION_LIMIT, options->connection_limit, NULL);
    ADD(MHD_OPTION_CONNECTION_TIMEOUT, options->inactivity_seconds, NULL);
    ADD(MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL);
    /* Workers block SIGPIPE; without this MHD would avoid writev. */
    ADD(MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL);
    ADD(MHD_OPTION_NOTIFY_CONNECTION, options->connection, options->context);
    ADD(MHD_OPTION_NOTIFY_COMPLETED, options->completed, options->context);
    ADD(MHD_OPTION_URI_LOG_CALLBACK, options->target, options->context);
    if (options->certificate_pem != NULL) {
        flags |= MHD_USE_TLS;
        ADD(MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)options->certificate_pem);
        ADD(MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)options->private_key_pem);
    } else {
        /* Optimistic reads, and no shutdown() before close; MHD allows neither under TLS. */
        flags |= MHD_USE_TURBO;
    }
    ADD(MHD_OPTION_END, 0, NULL);
#undef ADD
    return MHD_start_daemon(
        flags, 0, NULL, NULL, options->access, options->context, MHD_OPTION_ARRAY, items,
        MHD_OPTION_END);
}

int martlet_http_epoll_fd(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info == NULL ? -1 : info->epoll_fd;
}

void *martlet_http_socket_context(struct MHD_Connection *connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

int martlet_http_socket(struct MHD_Connection *connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

const struct sockaddr *martlet_http_peer(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info == NULL ? NULL : info->client_addr;
}

struct martlet_tcp_state martlet_tcp_state(int socket) {
    enum { close_wait = 8 }; /* TCP_CLOSE_WAIT, which only glibc's conflicting header names. */
    struct martlet_tcp_state state = {0, 0};
    struct tcp_info info;
    socklen_t size = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return state;
    state.bytes_received = info.tcpi_bytes_received;
    state.peer_has_finished = info.tcpi_state == close_wait;
    return state;
}

struct MHD_Response *martlet_http_response(
    const void *body, size_t body_bytes, const char *headers, size_t header_bytes) {
    struct MHD_Response *response = MHD_create_response_from_buffer(
        body_bytes, (void *)body, MHD_RESPMEM_PERSISTENT);
    if (response == NULL) return NULL;
    const char *end = headers + header_bytes;
    while (headers < end) {
        const char *value = headers + strlen(headers) + 1;
        MHD_add_response_header(response, headers, value);
        headers = value + strlen(value) + 1;
    }
    return response;
}

int martlet_event_open(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void martlet_event_set(int event) { eventfd_write(event, 1); }

void martlet_event_clear(int event) {
    eventfd_t value;
    eventfd_read(event, &value);
}

int martlet_accept(int listener, struct sockaddr *address, socklen_t *address_bytes) {
    return accept4(listener, address, address_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void martlet_thread_name(pthread_t thread, const char *name) { pthread_setname_np(thread, name); }
