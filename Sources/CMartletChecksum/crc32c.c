/* CRC-32C by the processor's own instruction where it has one (SSE 4.2, ARMv8 CRC), else by table.
   The choice is made once, at the first call. */

#include "CMartletChecksum.h"

#include <pthread.h>
#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#ifndef HWCAP_CRC32
#define HWCAP_CRC32 (1 << 7)
#endif
#endif

static uint32_t table[256];

static void make_table(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t rest = byte;
        for (int bit = 0; bit < 8; bit++) rest = (rest >> 1) ^ (0x82F63B78u & -(rest & 1));
        table[byte] = rest;
    }
}

static uint32_t by_table(uint32_t crc, const unsigned char *bytes, size_t count) {
    crc = ~crc;
    while (count--) crc = (crc >> 8) ^ table[(crc ^ *bytes++) & 0xFF];
    return ~crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2")))
static uint32_t by_instruction(uint32_t crc, const unsigned char *bytes, size_t count) {
    uint64_t rest = (uint32_t)~crc;
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        rest = _mm_crc32_u64(rest, word);
    }
    while (count--) rest = _mm_crc32_u8((uint32_t)rest, *bytes++);
    return ~(uint32_t)rest;
}
static int has_instruction(void) { return __builtin_cpu_supports("sse4.2"); }
#elif defined(__aarch64__)
__attribute__((target("+crc")))
static uint32_t by_instruction(uint32_t crc, const unsigned char *bytes, size_t count) {
    uint32_t rest = ~crc;
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        rest = __crc32cd(rest, word);
    }
    while (count--) rest = __crc32cb(rest, *bytes++);
    return ~rest;
}
static int has_instruction(void) { return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0; }
#else
#define by_instruction by_table
static int has_instruction(void) { return 0; }
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;
static uint32_t (*chosen)(uint32_t, const unsigned char *, size_t);

static void choose(void) {
    make_table();
    chosen = has_instruction() ? by_instruction : by_table;
}

uint32_t martlet_crc32c(uint32_t crc, const void *bytes, size_t count) {
    pthread_once(&once, choose);
    return chosen(crc, bytes, count);
}

uint32_t martlet_crc32c_portable(uint32_t crc, const void *bytes, size_t count) {
    pthread_once(&once, choose);
    return by_table(crc, bytes, count);
}
