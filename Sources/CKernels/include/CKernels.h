// Vector kernels of the tensor engine. Each function exists for float (_f32) and double (_f64) and picks the widest
// vector unit of the processor at run time.
//
// A kernel is declared once, in the list of its group: result, name, name in Swift, parameters, arguments. From there
// come the declarations here, the tables of the vector units, and the functions that forward to them. Swift sees a
// kernel as a static function of FloatKernels and DoubleKernels, which conform to the protocols in
// Sources/Tensors/Engine/Kernels: they say what it computes, and the compiler holds them against the lists.
#ifndef ENERGY_TRANSFORMER_CKERNELS_H
#define ENERGY_TRANSFORMER_CKERNELS_H

#include "ArrayKernels.h"
#include "AttentionKernels.h"
#include "NeighbourKernels.h"
#include "ProductKernels.h"
#include "RowKernels.h"
#include "SequenceKernels.h"
#include "SystemMemory.h"

// The kernels of which each vector unit has its own.
#define ET_KERNELS(K, T, S)                                                                                  \
  ET_ARRAY_KERNELS(K, T, S)                                                                                  \
  ET_PRODUCT_KERNELS(K, T, S)                                                                                \
  ET_ROW_KERNELS(K, T, S)                                                                                    \
  ET_ATTENTION_KERNELS(K, T, S)                                                                              \
  ET_NEIGHBOUR_KERNELS(K, T, S)                                                                              \
  ET_SEQUENCE_KERNELS(K, T, S)

#pragma clang assume_nonnull begin
#define ET_SWIFT_NAME(name) __attribute__((swift_name(name)))
#define ET_SWIFT_TYPE_f32 "FloatKernels."
#define ET_SWIFT_TYPE_f64 "DoubleKernels."
typedef struct ET_SWIFT_NAME("FloatKernels") { char unused; } et_float_kernels;
typedef struct ET_SWIFT_NAME("DoubleKernels") { char unused; } et_double_kernels;

#define ET_DECLARE(T, S, R, name, swift, parameters, arguments)                                              \
  R et_##name##_##S parameters ET_SWIFT_NAME(ET_SWIFT_TYPE_##S swift);
ET_KERNELS(ET_DECLARE, float, f32)
ET_KERNELS(ET_DECLARE, double, f64)
ET_COPY_KERNELS(ET_DECLARE, float, f32)
ET_COPY_KERNELS(ET_DECLARE, double, f64)
#undef ET_DECLARE

// Name of the vector unit that kernels called from this thread use: "avx512", "avx2", "neon" or "plain".
const char *et_vector_unit(void);
// Chooses the unit for calls from this thread alone, for tests; NULL returns to the widest. Returns 0, and changes
// nothing, where the processor lacks it.
int32_t et_use_vector_unit(const char *_Nullable name);

// The number of OpenMP threads that a library call from this thread may use (1 while our own threads work);
// returns the number before. Does nothing where no OpenMP runtime is loaded.
int32_t et_set_library_threads(int32_t count);
// Whether this thread is inside a parallel loop, where further loops run in place; the setter returns the old value.
int32_t et_inside_parallel_loop(void);
int32_t et_set_inside_parallel_loop(int32_t inside);

typedef void (*et_loop_body)(void *_Nullable context, long index);
// Calls `body` with 0 ..< count, each once, on up to `threads` threads, and returns when all calls have. Runs in
// place inside another loop, and while another thread's loop has the pool.
void et_parallel_loop(int32_t threads, long count, void *_Nullable context, et_loop_body body);
#pragma clang assume_nonnull end

#endif
