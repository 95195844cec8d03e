// Memory and threads of the system, and what happens where there is none left.
#ifndef ENERGY_TRANSFORMER_SYSTEM_MEMORY_H
#define ENERGY_TRANSFORMER_SYSTEM_MEMORY_H

#include <stddef.h>
#include <stdint.h>

// Uninitialised memory, NULL where the system has none left. The alignment is a power of two.
void *et_allocate(size_t bytes, size_t alignment);
void et_release(void *memory);

// Whether the system would map so many bytes now, for libraries that do not look whether they got theirs.
int32_t et_memory_left(size_t bytes);

// Ends the program with code 1 and one line that says how many bytes were wanted and for what; 0 stands for a number that
// a library keeps to itself, UINT64_MAX for more than can be addressed.
_Noreturn void et_out_of_memory(uint64_t bytes, const char *purpose);

// Runs `work` on a thread of its own with 8 MiB of stack; 0 where the system grants none.
int32_t et_start_thread(void *(*work)(void *argument), void *argument);

#endif
