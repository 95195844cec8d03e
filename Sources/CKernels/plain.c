// The processor's baseline: SSE2 on x86-64, NEON on arm64.
#define UNIT plain
#if defined(__aarch64__)
#define MR_ 6
#else
#define MR_ 2
#endif
#define NV_ 1
#include "scalar_types.inc"
