#define _GNU_SOURCE
#include "MartletSealing.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { tag_bytes = 16, nonce_bytes = 12, largest_bytes = 0x7FFFFFFF };

/* Fetched once: looking an algorithm up by name costs more than sealing a record. */
static EVP_CIPHER *gcm_cipher;
static EVP_CIPHER *block_cipher;
static EVP_KDF *hkdf;
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

static void fetch(void) {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    gcm_cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    block_cipher = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL);
    hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
}

struct martlet_gcm {
    EVP_CIPHER_CTX *sealing;
    EVP_CIPHER_CTX *opening;
};

martlet_gcm *martlet_gcm_new(const uint8_t key[32]) {
    pthread_once(&fetched, fetch);
    martlet_gcm *context = calloc(1, sizeof *context);
    if (!context) return NULL;
    context->sealing = EVP_CIPHER_CTX_new();
    context->opening = EVP_CIPHER_CTX_new();
    if (gcm_cipher && context->sealing && context->opening
        && EVP_EncryptInit_ex2(context->sealing, gcm_cipher, key, NULL, NULL)
        && EVP_DecryptInit_ex2(context->opening, gcm_cipher, key, NULL, NULL)) {
        return context;
    }
    martlet_gcm_free(context);
    return NULL;
}

void martlet_gcm_free(martlet_gcm *context) {
    if (!context) return;
    EVP_CIPHER_CTX_free(context->sealing);
    EVP_CIPHER_CTX_free(context->opening);
    free(context);
}

int martlet_gcm_seal(
    martlet_gcm *context, const uint8_t nonce[12], const void *associated, size_t associated_bytes,
    const void *plain, size_t plain_bytes, void *sealed) {
    if (plain_bytes > largest_bytes || associated_bytes > largest_bytes) return 0;
    EVP_CIPHER_CTX *cipher = context->sealing;
    uint8_t *out = sealed;
    int count = 0;
    if (!EVP_EncryptInit_ex2(cipher, NULL, NULL, nonce, NULL)) return 0;
    if (associated_bytes
        && !EVP_EncryptUpdate(cipher, NULL, &count, associated, (int)associated_bytes)) {
        return 0;
    }
    if (plain_bytes && !EVP_EncryptUpdate(cipher, out, &count, plain, (int)plain_bytes)) return 0;
    if (!EVP_EncryptFinal_ex(cipher, out + plain_bytes, &count)) return 0;
    return EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, tag_bytes, out + plain_bytes) == 1;
}

int martlet_gcm_open(
    martlet_gcm *context, const uint8_t nonce[12], const void *associated, size_t associated_bytes,
    const void *sealed, size_t sealed_bytes, void *plain) {
    if (sealed_bytes < tag_bytes || sealed_bytes - tag_bytes > largest_bytes
        || associated_bytes > largest_bytes) {
        return 0;
    }
    EVP_CIPHER_CTX *cipher = context->opening;
    const uint8_t *in = sealed;
    size_t plain_bytes = sealed_bytes - tag_bytes;
    uint8_t tag[tag_bytes];
    uint8_t none[16];
    int count = 0;
    memcpy(tag, in + plain_bytes, tag_bytes);
    int opens = EVP_DecryptInit_ex2(cipher, NULL, NULL, nonce, NULL)
        && (!associated_bytes
            || EVP_DecryptUpdate(cipher, NULL, &count, associated, (int)associated_bytes))
        && (!plain_bytes || EVP_DecryptUpdate(cipher, plain, &count, in, (int)plain_bytes))
        && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, tag_bytes, tag) == 1
        && EVP_DecryptFinal_ex(cipher, none, &count) == 1;
    if (!opens && plain_bytes) OPENSSL_cleanse(plain, plain_bytes);
    return opens;
}

struct martlet_prf {
    EVP_CIPHER_CTX *cipher;
};

martlet_prf *martlet_prf_new(const uint8_t key[32]) {
    pthread_once(&fetched, fetch);
    martlet_prf *context = calloc(1, sizeof *context);
    if (!context) return NULL;
    context->cipher = EVP_CIPHER_CTX_new();
    if (block_cipher && context->cipher
        && EVP_EncryptInit_ex2(context->cipher, block_cipher, key, NULL, NULL)
        && EVP_CIPHER_CTX_set_padding(context->cipher, 0)) {
        return context;
    }
    martlet_prf_free(context);
    return NULL;
}

void martlet_prf_free(martlet_prf *context) {
    if (!context) return;
    EVP_CIPHER_CTX_free(context->cipher);
    free(context);
}

int martlet_prf_block(martlet_prf *context, const uint8_t block[16], uint8_t result[16]) {
    int count = 0;
    return EVP_EncryptUpdate(context->cipher, result, &count, block, 16) == 1 && count == 16;
}

int martlet_hkdf_sha256(
    const void *key, size_t key_bytes, const void *salt, size_t salt_bytes, const void *info,
    size_t info_bytes, void *result, size_t result_bytes) {
    pthread_once(&fetched, fetch);
    EVP_KDF_CTX *context = hkdf ? EVP_KDF_CTX_new(hkdf) : NULL;
    if (!context) return 0;
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, "SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, key_bytes),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_bytes),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_bytes),
        OSSL_PARAM_construct_end(),
    };
    int derived = EVP_KDF_derive(context, result, result_bytes, parameters) == 1;
    EVP_KDF_CTX_free(context);
    return derived;
}

int martlet_random(void *bytes, size_t count) {
    pthread_once(&fetched, fetch);
    return count <= largest_bytes && RAND_priv_bytes(bytes, (int)count) == 1;
}

int martlet_memory_file(void) { return memfd_create("martlet", MFD_CLOEXEC); }

void martlet_wipe(void *bytes, size_t count) { OPENSSL_cleanse(bytes, count); }
