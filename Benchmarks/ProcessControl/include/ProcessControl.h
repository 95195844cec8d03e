// What the benchmarks ask of the process that they run in.
#ifndef ENERGY_TRANSFORMER_PROCESS_CONTROL_H
#define ENERGY_TRANSFORMER_PROCESS_CONTROL_H

// Calls of malloc and its relatives since the program began, by all threads; -1 where they cannot be counted.
long et_allocation_count(void);

// Keeps the process to the first `count` cores that it may use; does nothing where the system has no such call.
void et_keep_to_cores(int count);

#endif
