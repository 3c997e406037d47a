/*
 * What Swift cannot say to libmicrohttpd and libdeflate: MHD's start call takes variable arguments,
 * and its option list is easy to get wrong from a distance. Everything else of both libraries is
 * called from Swift directly. A few system calls are here that Swift's Glibc module lacks.
 *
 * Thread safety: a daemon is driven by one thread, the one that calls MHD_run.
 */
#ifndef CHTTPSHIM_H
#define CHTTPSHIM_H

#include <libdeflate.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Options of one MHD daemon that is run by our own thread and given its sockets by our listener. */
struct martlet_http_options {
    /* Bytes of MHD's per-connection arena: request line and headers must fit, or MHD says 431. */
    size_t connection_memory_bytes;
    uint32_t connection_limit;
    /* Seconds without a byte in either direction; 0 for none. */
    uint32_t inactivity_seconds;
    /* PEM text, both or neither. Read at start only. */
    const char *certificate_pem;
    const char *private_key_pem;

    void *context;
    MHD_AccessHandlerCallback access;
    void *(*target)(void *context, const char *target, struct MHD_Connection *connection);
    MHD_NotifyConnectionCallback connection;
    MHD_RequestCompletedCallback completed;
};

/* NULL when MHD refuses to start: no memory or descriptors, or a certificate it cannot use. */
struct MHD_Daemon *martlet_http_start(const struct martlet_http_options *options);

/* The epoll descriptor to wait on before MHD_run. */
int martlet_http_epoll_fd(struct MHD_Daemon *daemon);

/* The pointer that the connection callback left in the socket context. */
void *martlet_http_socket_context(struct MHD_Connection *connection);

/* The socket of a connection. */
int martlet_http_socket(struct MHD_Connection *connection);

/* The peer's address; NULL when MHD has none. Lives as long as the connection. */
const struct sockaddr *martlet_http_peer(struct MHD_Connection *connection);

struct martlet_tcp_state {
    /* Since the socket was opened. */
    uint64_t bytes_received;
    /* The peer will send nothing more. */
    int peer_has_finished;
};

/* Zeros when the kernel does not say. */
struct martlet_tcp_state martlet_tcp_state(int socket);

/*
 * A response over borrowed memory. headers is `header_bytes` of "name\0value\0name\0value\0…";
 * body must live until MHD reports the request completed. NULL when memory is out.
 */
struct MHD_Response *martlet_http_response(
    const void *body, size_t body_bytes, const char *headers, size_t header_bytes);

/* An event descriptor, non-blocking; -1 with errno. martlet_event_set wakes who polls it. */
int martlet_event_open(void);
void martlet_event_set(int event);
void martlet_event_clear(int event);

/* accept4, giving a non-blocking socket that child processes do not inherit. */
int martlet_accept(int listener, struct sockaddr *address, socklen_t *address_bytes);

void martlet_thread_name(pthread_t thread, const char *name);

#endif
