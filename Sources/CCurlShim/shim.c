#include "CCurlShim.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* What is used of libcurl, under the names it has there. */
static struct {
    CURLcode (*global_init)(long);
    CURL *(*easy_init)(void);
    void (*easy_reset)(CURL *);
    CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
    CURLcode (*easy_perform)(CURL *);
    CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
    void (*easy_cleanup)(CURL *);
    const char *(*easy_strerror)(CURLcode);
    struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
    void (*slist_free_all)(struct curl_slist *);
} curl;

/* curl.h checks the types of arguments in macros of these names. */
#undef curl_easy_setopt
#undef curl_easy_getinfo

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int is_loaded = 0;

static void load(void) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    int missing = 0;
#define FIND(name) missing |= !(*(void **)&curl.name = dlsym(library, "curl_" #name))
    FIND(global_init);
    FIND(easy_init);
    FIND(easy_reset);
    FIND(easy_setopt);
    FIND(easy_perform);
    FIND(easy_getinfo);
    FIND(easy_cleanup);
    FIND(easy_strerror);
    FIND(slist_append);
    FIND(slist_free_all);
#undef FIND
    if (missing || curl.global_init(CURL_GLOBAL_ALL) != CURLE_OK) return;
    is_loaded = 1;
}

int martlet_curl_load(void) {
    pthread_once(&once, load);
    return is_loaded ? 0 : -1;
}

struct bytes {
    uint8_t *start;
    size_t count, room, limit;
    int is_full; /* more than the limit came */
};

struct martlet_curl {
    CURL *easy;
    struct bytes body, headers;
    char text[CURL_ERROR_SIZE];
};

/* 0 when it does not fit, which makes libcurl give up with CURLE_WRITE_ERROR. */
static size_t append(struct bytes *to, const void *data, size_t count) {
    if (count > to->limit - to->count) {
        to->is_full = 1;
        return 0;
    }
    if (count > to->room - to->count) {
        size_t room = to->room ? to->room : 4096;
        while (room - to->count < count) room *= 2;
        uint8_t *larger = realloc(to->start, room);
        if (!larger) return 0;
        to->start = larger;
        to->room = room;
    }
    memcpy(to->start + to->count, data, count);
    to->count += count;
    return count;
}

static size_t take_body(char *data, size_t size, size_t count, void *connection) {
    return append(&((struct martlet_curl *)connection)->body, data, size * count);
}

static size_t take_header(char *data, size_t size, size_t count, void *connection) {
    struct bytes *headers = &((struct martlet_curl *)connection)->headers;
    /* An answer begins: what came before was `100 Continue`. */
    if (size * count >= 5 && memcmp(data, "HTTP/", 5) == 0) headers->count = 0;
    return append(headers, data, size * count);
}

struct martlet_curl *martlet_curl_new(void) {
    struct martlet_curl *connection = calloc(1, sizeof *connection);
    if (!connection) return NULL;
    connection->easy = curl.easy_init();
    if (connection->easy) return connection;
    free(connection);
    return NULL;
}

void martlet_curl_free(struct martlet_curl *connection) {
    if (!connection) return;
    curl.easy_cleanup(connection->easy);
    free(connection->body.start);
    free(connection->headers.start);
    free(connection);
}

static enum martlet_curl_failure failure_of(CURLcode code, const struct martlet_curl *connection) {
    switch (code) {
    case CURLE_OK: return MARTLET_CURL_NONE;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT: return MARTLET_CURL_UNREACHABLE;
    case CURLE_OPERATION_TIMEDOUT: return MARTLET_CURL_TIMED_OUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR: return MARTLET_CURL_UNTRUSTED;
    case CURLE_WRITE_ERROR:
        return connection->body.is_full ? MARTLET_CURL_TOO_LARGE : MARTLET_CURL_BROKEN;
    case CURLE_URL_MALFORMAT:
    case CURLE_OUT_OF_MEMORY: return MARTLET_CURL_UNUSABLE;
    default: return MARTLET_CURL_BROKEN;
    }
}

struct martlet_curl_answer martlet_curl_post(
    struct martlet_curl *connection, const struct martlet_curl_request *request) {
    struct martlet_curl_answer answer = {0};
    CURL *easy = connection->easy;
    connection->body.count = 0;
    connection->body.is_full = 0;
    connection->body.limit = request->answer_bytes_limit;
    connection->headers.count = 0;
    connection->headers.limit = 64 << 10;
    connection->text[0] = 0;

    /* Forgets options and keeps connections. */
    curl.easy_reset(easy);
    struct curl_slist *headers = NULL;
    int is_whole = 1;
    /* libcurl's own, which a signature would have to know of, are taken out. */
    const char *const unwanted[] = {"Expect:", "Accept:", "User-Agent:"};
    for (size_t index = 0; index < 3 + request->header_count; index++) {
        const char *line = index < 3 ? unwanted[index] : request->headers[index - 3];
        struct curl_slist *longer = curl.slist_append(headers, line);
        if (!longer) is_whole = 0;
        if (longer) headers = longer;
    }
    curl.easy_setopt(easy, CURLOPT_URL, request->url);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#endif
    curl.easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl.easy_setopt(easy, CURLOPT_POST, 1L);
    curl.easy_setopt(easy, CURLOPT_POSTFIELDS, request->body ? request->body : "");
    curl.easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_bytes);
    curl.easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl.easy_setopt(easy, CURLOPT_WRITEDATA, connection);
    curl.easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl.easy_setopt(easy, CURLOPT_HEADERDATA, connection);
    curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, connection->text);
    curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_milliseconds);
    curl.easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->total_milliseconds);
    curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl.easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl.easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl.easy_setopt(easy, CURLOPT_MAXCONNECTS, 2L);
    if (request->authorities) curl.easy_setopt(easy, CURLOPT_CAINFO, request->authorities);

    CURLcode code = is_whole ? curl.easy_perform(easy) : CURLE_OUT_OF_MEMORY;
    curl.slist_free_all(headers);
    answer.failure = failure_of(code, connection);
    answer.text = connection->text[0] ? connection->text : curl.easy_strerror(code);
    curl.easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer.status);
    answer.headers = (const char *)connection->headers.start;
    answer.header_bytes = connection->headers.count;
    answer.body = connection->body.start;
    answer.body_bytes = connection->body.count;
    return answer;
}
