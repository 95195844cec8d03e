// Memory that says so when there is none.
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "include/SystemMemory.h"

// Programs of this package put their own malloc before the system's, which ends them where it fails. aligned_alloc they
// leave alone: who asks through it knows better what the memory is for.
void *et_allocate(size_t bytes, size_t alignment) {
#if defined(__APPLE__)
  void *memory = NULL;
  return posix_memalign(&memory, alignment, bytes) ? NULL : memory;
#else
  return aligned_alloc(alignment, bytes);
#endif
}

void et_release(void *memory) { free(memory); }

int32_t et_memory_left(size_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (memory == MAP_FAILED) return 0;
  munmap(memory, bytes);
  return 1;
}

void et_out_of_memory(uint64_t bytes, const char *purpose) {
  // One line, though several threads may fail at once.
  static atomic_flag said = ATOMIC_FLAG_INIT;
  if (atomic_flag_test_and_set(&said)) for (;;) pause();
  char amount[48] = "", line[512];
  if (bytes == UINT64_MAX) snprintf(amount, sizeof amount, ": more bytes than can be addressed wanted");
  else if (bytes) snprintf(amount, sizeof amount, ": %llu bytes wanted", (unsigned long long)bytes);
  int length = snprintf(line, sizeof line - 1, "Error: not enough memory%s for %s", amount, purpose);
  if (length > (int)sizeof line - 2) length = (int)sizeof line - 2;
  line[length] = '\n';
  ssize_t written = write(STDERR_FILENO, line, (size_t)length + 1);
  (void)written;
  // Not exit: other threads still work with what its handlers would take down.
  _exit(1);
}
