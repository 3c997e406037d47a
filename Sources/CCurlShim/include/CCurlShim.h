/*
 * HTTP POST over libcurl, typed: curl_easy_setopt takes anything, which Swift cannot call.
 *
 * libcurl is opened by martlet_curl_load and not linked: it brings two dozen libraries of its own,
 * which a server that calls nobody should neither load nor need.
 *
 * Thread safety: a connection belongs to one thread at a time; different ones to any. A connection
 * stays open between requests to the same host, as long as the other side keeps it.
 */
#ifndef CCURLSHIM_H
#define CCURLSHIM_H

#include <stddef.h>
#include <stdint.h>

struct martlet_curl;

/* Opens libcurl, once in a process. 0, or -1 when there is none, or none new enough. */
int martlet_curl_load(void);

/* NULL when memory is short. martlet_curl_load has returned 0. */
struct martlet_curl *martlet_curl_new(void);
void martlet_curl_free(struct martlet_curl *connection);

struct martlet_curl_request {
    const char *url;
    const char *const *headers; /* `Name: value` each */
    size_t header_count;
    const void *body;
    size_t body_bytes;
    size_t answer_bytes_limit; /* of the body; more fails the request */
    int64_t connect_milliseconds;
    int64_t total_milliseconds;
    const char *authorities; /* a PEM file; NULL: the system's */
};

/* Why there is no answer. What was sent may have been acted upon unless it says otherwise. */
enum martlet_curl_failure {
    MARTLET_CURL_NONE = 0,
    MARTLET_CURL_UNREACHABLE = 1, /* no such host, or nobody listens: nothing was sent */
    MARTLET_CURL_TIMED_OUT = 2,
    MARTLET_CURL_BROKEN = 3,    /* cut off, or no HTTP */
    MARTLET_CURL_UNTRUSTED = 4, /* the certificate, or TLS at all: nothing was sent */
    MARTLET_CURL_TOO_LARGE = 5,
    MARTLET_CURL_UNUSABLE = 6 /* the URL or the request */
};

/* Valid until the connection's next request. */
struct martlet_curl_answer {
    enum martlet_curl_failure failure;
    const char *text; /* of the failure, for people */
    long status;
    const char *headers; /* lines as received, of the last answer */
    size_t header_bytes;
    const uint8_t *body;
    size_t body_bytes;
};

struct martlet_curl_answer martlet_curl_post(
    struct martlet_curl *connection, const struct martlet_curl_request *request);

#endif
