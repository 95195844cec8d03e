// How the system lays out large arrays.
#define _GNU_SOURCE
#include <stdint.h>
#include <sys/mman.h>
#include "include/CKernels.h"

void et_prefer_large_pages(void *memory, size_t bytes) {
#if defined(MADV_HUGEPAGE)
  const uintptr_t page = 4096, first = ((uintptr_t)memory + page - 1) / page * page;
  const uintptr_t end = ((uintptr_t)memory + bytes) / page * page;
  if (end > first) madvise((void *)first, end - first, MADV_HUGEPAGE);
#else
  (void)memory, (void)bytes;
#endif
}
