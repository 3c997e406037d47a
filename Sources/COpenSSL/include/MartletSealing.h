/*
 * What sealing data needs from OpenSSL 3's EVP interface: AES-256-GCM, a block of AES-256 as a keyed
 * function, HKDF-SHA-256, random bytes, wiping; and of Linux, a file in memory.
 *
 * A context belongs to one thread at a time and holds a secret: freeing it wipes it. Functions that
 * return int return 1 for success and 0 for failure. No configuration file is read.
 */
#ifndef MARTLET_SEALING_H
#define MARTLET_SEALING_H

#include <stddef.h>
#include <stdint.h>

typedef struct martlet_gcm martlet_gcm;

/* NULL without memory. */
martlet_gcm *martlet_gcm_new(const uint8_t key[32]);
void martlet_gcm_free(martlet_gcm *context);

/* Writes plain_bytes of ciphertext and then a tag of 16 bytes. Lengths are below 2 GiB. */
int martlet_gcm_seal(
    martlet_gcm *context, const uint8_t nonce[12], const void *associated, size_t associated_bytes,
    const void *plain, size_t plain_bytes, void *sealed);

/* Writes sealed_bytes - 16 bytes. 0, and zeros written, when the tag does not agree. */
int martlet_gcm_open(
    martlet_gcm *context, const uint8_t nonce[12], const void *associated, size_t associated_bytes,
    const void *sealed, size_t sealed_bytes, void *plain);

typedef struct martlet_prf martlet_prf;

/* AES-256 of single blocks: to whoever lacks the key, results of different blocks are random. */
martlet_prf *martlet_prf_new(const uint8_t key[32]);
void martlet_prf_free(martlet_prf *context);
int martlet_prf_block(martlet_prf *context, const uint8_t block[16], uint8_t result[16]);

/* RFC 5869. */
int martlet_hkdf_sha256(
    const void *key, size_t key_bytes, const void *salt, size_t salt_bytes, const void *info,
    size_t info_bytes, void *result, size_t result_bytes);

int martlet_random(void *bytes, size_t count);

/* A file in memory that no folder names, empty; -1 and errno when there is none to be had. */
int martlet_memory_file(void);

/* Zeros that no optimisation leaves out. */
void martlet_wipe(void *bytes, size_t count);

#endif
