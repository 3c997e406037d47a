#ifndef MARTLET_CHECKSUM_H
#define MARTLET_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32C (Castagnoli polynomial, reflected, as in RFC 3720) of `count` bytes.
   `crc` is the checksum of what came before, 0 at the start. Thread safe. */
uint32_t martlet_crc32c(uint32_t crc, const void *bytes, size_t count);

/* The same by table look-up on any machine: the truth in tests. */
uint32_t martlet_crc32c_portable(uint32_t crc, const void *bytes, size_t count);

#endif
