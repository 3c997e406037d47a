// Moving mapped memory, which the system's variadic function does.

#ifndef MARTLET_MAPPING_H
#define MARTLET_MAPPING_H

#include <stdbool.h>
#include <stddef.h>

/// Puts the pages at `from` in the place of those at `to`, at once: others that read there see
/// either. Nothing is left at `from`. Both begin on a page. False when the system refuses.
bool martlet_move_mapping(void *_Nonnull from, size_t bytes, void *_Nonnull to);

#endif
