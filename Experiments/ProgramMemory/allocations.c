// An executable's own malloc goes before the C library's: here it ends the program with one line where the system has no
// memory left. Otherwise Swift's arrays stop with a stack trace, and some libraries go on with an address of 0.
#define _GNU_SOURCE
#include "include/ProgramMemory.h"

// Says whether this is glibc, which keeps its own under other names.
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define ET_SANITIZER 1
#endif
#endif

#if defined(__linux__) && defined(__GLIBC__) && !defined(ET_SANITIZER)
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static void *checked(void *memory, size_t number, size_t size) {
  if (__builtin_expect(memory != NULL || !number || !size, 1)) return memory;
  // One line, though several threads may fail at once.
  static atomic_flag said = ATOMIC_FLAG_INIT;
  if (atomic_flag_test_and_set(&said)) for (;;) pause();
  char line[128];
  int length = number == 1
    ? snprintf(line, sizeof line, "Error: not enough memory: %zu bytes wanted for an array of the program\n", size)
    : snprintf(line, sizeof line, "Error: not enough memory: %zu times %zu bytes wanted for an array of the program\n",
               number, size);
  ssize_t written = write(STDERR_FILENO, line, (size_t)length);
  (void)written;
  // Not exit: other threads still work with what its handlers would take down.
  _exit(1);
}

void *malloc(size_t size) { return checked(__libc_malloc(size), 1, size); }

void *calloc(size_t number, size_t size) { return checked(__libc_calloc(number, size), number, size); }

void *realloc(void *block, size_t size) { return checked(__libc_realloc(block, size), 1, size); }

int posix_memalign(void **block, size_t alignment, size_t size) {
  *block = checked(__libc_memalign(alignment, size), 1, size);
  return 0;
}
#endif
