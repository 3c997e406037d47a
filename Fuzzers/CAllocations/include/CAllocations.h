// How many bytes this thread ever allocated, as the sanitizer's allocator counts them.

#pragma once

#include <stddef.h>

// Begins to count. Returns 0 when there is no sanitizer to ask.
int martlet_begin_counting_allocations(void);

size_t martlet_allocated_bytes(void);
