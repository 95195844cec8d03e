#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#define UNIT avx512
#define MR_ 14
#define NV_ 2
#include "scalar_types.inc"
#pragma clang attribute pop
#else
typedef int et_no_avx512;
#endif
