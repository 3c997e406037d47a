/*
 * SHA-256 and HMAC-SHA-256 over OpenSSL's block function, without its providers: what a signature
 * hashes is a few hundred bytes at most, and for those a provider's start and end cost as much as
 * the hashing. OpenSSL calls these functions deprecated but keeps them; nothing has to be
 * initialised, fetched or freed for them, and no configuration file is read.
 *
 * Thread safety: any thread. Nothing here can fail.
 */
#ifndef COPENSSL_H
#define COPENSSL_H

#include <stddef.h>
#include <stdint.h>

#include "MartletSealing.h"

void martlet_sha256(const void *data, size_t bytes, uint8_t digest[32]);

/* A key as HMAC uses it: the state of SHA-256 after the key's inner and outer block. A secret. */
struct martlet_hmac_key {
    uint32_t inner[8];
    uint32_t outer[8];
};

struct martlet_hmac_key martlet_hmac_sha256_key(const void *key, size_t key_bytes);

void martlet_hmac_sha256(
    const struct martlet_hmac_key *key, const void *data, size_t bytes, uint8_t digest[32]);

/* Whether two digests are equal, in a time that does not tell where they differ. */
int martlet_equal_constant_time(const void *left, const void *right, size_t bytes);

#endif
