// Nothing to call: what an executable is linked with changes how its allocations fail.
#ifndef ENERGY_TRANSFORMER_PROGRAM_MEMORY_H
#define ENERGY_TRANSFORMER_PROGRAM_MEMORY_H
#endif
