#include "COpenSSL.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

enum { block_bytes = 64, digest_bytes = 32 };

static EVP_MD *sha256;
static pthread_key_t context_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Thread_local EVP_MD_CTX *thread_context;

static void free_context(void *context) { EVP_MD_CTX_free(context); }

static void fetch(void) {
    sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    pthread_key_create(&context_key, free_context);
}

static EVP_MD_CTX *context(void) {
    if (thread_context != NULL) return thread_context;
    pthread_once(&once, fetch);
    if (sha256 == NULL) return NULL;
    thread_context = EVP_MD_CTX_new();
    /* The key only serves to free the context when the thread ends. */
    pthread_setspecific(context_key, thread_context);
    return thread_context;
}

static int digest_two(
    const void *first, size_t first_bytes, const void *second, size_t second_bytes,
    uint8_t digest[32]) {
    EVP_MD_CTX *c = context();
    return c != NULL && EVP_DigestInit_ex2(c, sha256, NULL) == 1 &&
           EVP_DigestUpdate(c, first, first_bytes) == 1 &&
           EVP_DigestUpdate(c, second, second_bytes) == 1 &&
           EVP_DigestFinal_ex(c, digest, NULL) == 1;
}

int martlet_sha256(const void *data, size_t bytes, uint8_t digest[32]) {
    return digest_two(data, bytes, NULL, 0, digest);
}

/*
 * RFC 2104 over the digest, since EVP_MAC makes and frees an inner context for each key: three
 * times as slow for the short messages of a signature.
 */
int martlet_hmac_sha256(
    const void *key, size_t key_bytes, const void *data, size_t bytes, uint8_t digest[32]) {
    uint8_t pad[block_bytes] = {0};
    uint8_t inner[digest_bytes];
    int done;
    if (key_bytes > block_bytes) {
        if (!martlet_sha256(key, key_bytes, pad)) return 0;
    } else if (key_bytes > 0) {
        memcpy(pad, key, key_bytes);
    }
    for (int i = 0; i < block_bytes; i++) pad[i] ^= 0x36;
    done = digest_two(pad, block_bytes, data, bytes, inner);
    for (int i = 0; i < block_bytes; i++) pad[i] ^= 0x36 ^ 0x5c;
    done = done && digest_two(pad, block_bytes, inner, digest_bytes, digest);
    OPENSSL_cleanse(pad, sizeof pad);
    OPENSSL_cleanse(inner, sizeof inner);
    return done;
}

int martlet_equal_constant_time(const void *left, const void *right, size_t bytes) {
    return CRYPTO_memcmp(left, right, bytes) == 0;
}
