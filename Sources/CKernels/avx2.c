#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define UNIT avx2
#define MR_ 6
#define NV_ 1
#include "scalar_types.inc"
#pragma clang attribute pop
#else
typedef int et_no_avx2;
#endif
