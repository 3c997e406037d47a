/*
 * OpenSSL's digests without its start-up cost for each use: algorithms are fetched once per
 * process, contexts made once per thread. A naive EVP_Digest call spends most of its time there.
 *
 * Thread safety: any thread. Every function returns 1, or 0 when OpenSSL cannot work at all (no
 * memory, no default provider).
 */
#ifndef COPENSSL_H
#define COPENSSL_H

#include <stddef.h>
#include <stdint.h>

int martlet_sha256(const void *data, size_t bytes, uint8_t digest[32]);

int martlet_hmac_sha256(
    const void *key, size_t key_bytes, const void *data, size_t bytes, uint8_t digest[32]);

/* Whether two digests are equal, in a time that does not tell where they differ. */
int martlet_equal_constant_time(const void *left, const void *right, size_t bytes);

#endif
