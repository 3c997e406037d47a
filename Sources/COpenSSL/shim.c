#define OPENSSL_SUPPRESS_DEPRECATED
#include "COpenSSL.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

enum { block_bytes = 64, digest_bytes = 32 };

void martlet_sha256(const void *data, size_t bytes, uint8_t digest[32]) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, data, bytes);
    SHA256_Final(digest, &context);
}

/* The state after one block, which is where a key's own part of the hash ends. */
static void state_after(const uint8_t block[64], uint32_t state[8]) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, block, block_bytes);
    memcpy(state, context.h, sizeof context.h);
    OPENSSL_cleanse(&context, sizeof context);
}

static void finish_from(
    const uint32_t state[8], const void *data, size_t bytes, uint8_t digest[32]) {
    SHA256_CTX context;
    SHA256_Init(&context);
    memcpy(context.h, state, sizeof context.h);
    context.Nl = block_bytes * 8; /* Bits so far. */
    SHA256_Update(&context, data, bytes);
    SHA256_Final(digest, &context);
}

struct martlet_hmac_key martlet_hmac_sha256_key(const void *key, size_t key_bytes) {
    struct martlet_hmac_key states;
    uint8_t pad[block_bytes] = {0};
    if (key_bytes > block_bytes) {
        martlet_sha256(key, key_bytes, pad);
    } else if (key_bytes > 0) {
        memcpy(pad, key, key_bytes);
    }
    for (int i = 0; i < block_bytes; i++) pad[i] ^= 0x36;
    state_after(pad, states.inner);
    for (int i = 0; i < block_bytes; i++) pad[i] ^= 0x36 ^ 0x5c;
    state_after(pad, states.outer);
    OPENSSL_cleanse(pad, sizeof pad);
    return states;
}

void martlet_hmac_sha256(
    const struct martlet_hmac_key *key, const void *data, size_t bytes, uint8_t digest[32]) {
    uint8_t inner[digest_bytes];
    finish_from(key->inner, data, bytes, inner);
    finish_from(key->outer, inner, digest_bytes, digest);
}

int martlet_equal_constant_time(const void *left, const void *right, size_t bytes) {
    return CRYPTO_memcmp(left, right, bytes) == 0;
}
