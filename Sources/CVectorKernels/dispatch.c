// Which kernels this processor runs. Asked once: the answer never changes.

#include "kernels.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#ifndef HWCAP_ASIMDDP
#define HWCAP_ASIMDDP (1 << 20)
#endif
#endif

enum { tables_limit = 4 };

/// All that run here, the fastest first. Returns how many.
static size_t find(const martlet_vector_kernels *tables[tables_limit]) {
    size_t count = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
        && __builtin_cpu_supports("f16c")) {
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")
            && __builtin_cpu_supports("avx512vnni"))
            tables[count++] = &martlet_kernels_avx512;
        tables[count++] = &martlet_kernels_avx2;
    }
#elif defined(__aarch64__)
#if defined(__linux__)
    if (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) tables[count++] = &martlet_kernels_neon_dotprod;
#elif defined(__APPLE__)
    tables[count++] = &martlet_kernels_neon_dotprod;
#endif
    tables[count++] = &martlet_kernels_neon;
#endif
    tables[count++] = &martlet_kernels_portable;
    return count;
}

const martlet_vector_kernels *martlet_vector_kernels_best(void) {
    static const martlet_vector_kernels *best;
    const martlet_vector_kernels *known = __atomic_load_n(&best, __ATOMIC_ACQUIRE);
    if (known) return known;
    const martlet_vector_kernels *tables[tables_limit];
    find(tables);
    __atomic_store_n(&best, tables[0], __ATOMIC_RELEASE);
    return tables[0];
}

size_t martlet_vector_kernels_all(const martlet_vector_kernels **kernels, size_t limit) {
    const martlet_vector_kernels *tables[tables_limit];
    size_t count = find(tables);
    for (size_t i = 0; i < count && i < limit; i++) kernels[i] = tables[i];
    return count < limit ? count : limit;
}
