// Vector kernels of the tensor engine. Each function exists for float (_f32) and double (_f64) and picks the
// widest vector unit of the processor at run time. Arrays are dense and row-major unless strides are given.
#ifndef ENERGY_TRANSFORMER_CKERNELS_H
#define ENERGY_TRANSFORMER_CKERNELS_H

#include <stddef.h>
#include <stdint.h>
#include "EncoderKernels.h"
#include "FusedKernels.h"
#include "NeighbourKernels.h"
#include "SequenceKernels.h"
#include "SystemMemory.h"

// Element-wise functions of one argument; `parameter` is the exponent of the powers, the bound of the
// clamps, and p of softplus and log cosh, which are log(1 + exp(p x)) / p and log cosh(p x) / p.
enum {
  ET_NEGATE, ET_EXP, ET_LOG, ET_SQRT, ET_RECIPROCAL, ET_SQUARE, ET_RELU, ET_STEP, ET_SIGMOID, ET_TANH,
  ET_SOFTPLUS, ET_LOG_COSH, ET_ABSOLUTE, ET_SIGN, ET_SIN, ET_COS, ET_POWER, ET_SCALE, ET_SHIFT, ET_EXPM1,
  ET_RELU_POWER, ET_AT_LEAST, ET_GREATER, ET_WITHOUT_NEGATIVE_INFINITY, ET_SELU, ET_SELU_SLOPE
};
// Element-wise functions of two arguments.
enum { ET_ADD, ET_SUBTRACT, ET_MULTIPLY, ET_DIVIDE, ET_MAXIMUM, ET_EQUAL };

// `combine` is z <- a x + b y. `adam` averages gradients and their squares and moves parameters by them; its options are
// the shares kept and added of the first and the second average, the share kept of the parameter, rate and shift.
#define ET_DECLARE(T, S)                                                                                     \
  void et_unary_##S(int32_t op, long count, const T *x, T *y, T parameter);                                  \
  void et_binary_##S(int32_t op, long rank, const long *dims, const long *strides_a, const long *strides_b,  \
                     const T *a, const T *b, T *y);                                                          \
  void et_copy_strided_##S(long rank, const long *dims, const long *strides_x, const long *strides_y,        \
                           const T *x, T *y, int32_t add);                                                   \
  void et_sum_##S(long outer, long reduced, long inner, const T *x, T *y);                                   \
  void et_max_##S(long outer, long reduced, long inner, const T *x, T *y);                                   \
  void et_softmax_##S(long rows, long columns, T scale, const T *x, T *weights, T *log_sum);                 \
  void et_softmax_pullback_##S(long rows, long columns, const T *weights, const T *cotangent, T *y);         \
  void et_layer_norm_##S(long rows, long columns, T epsilon, const T *x, T *normalized, T *reciprocal);      \
  void et_layer_norm_pullback_##S(long rows, long columns, const T *normalized, const T *reciprocal,         \
                                  const T *cotangent, T *y);                                                 \
  void et_accumulate_##S(long count, T scale, const T *x, T *y);                                             \
  void et_combine_##S(long count, T a, const T *x, T b, const T *y, T *z);                                   \
  void et_adam_##S(long count, const T *options, const T *parameter, const T *gradient, const T *first,      \
                   const T *second, T *new_parameter, T *new_first, T *new_second);                          \
  double et_dot_##S(long count, const T *x, const T *y);                                                     \
  void et_matmul_##S(long m, long n, long k, T alpha, const T *a, long row_a, long column_a, const T *b,     \
                     long row_b, long column_b, T beta, T *c, long row_c);

ET_DECLARE(float, f32)
ET_DECLARE(double, f64)
#undef ET_DECLARE

// Name of the vector unit that kernels called from this thread use: "avx512", "avx2", "neon" or "plain".
const char *et_vector_unit(void);
// Chooses the unit for calls from this thread alone, for tests; NULL returns to the widest. Returns 0, and changes
// nothing, where the processor lacks it.
int32_t et_use_vector_unit(const char *name);

// The number of OpenMP threads that a library call from this thread may use (1 while our own threads work);
// returns the number before. Does nothing where no OpenMP runtime is loaded.
int32_t et_set_library_threads(int32_t count);
// Whether this thread is inside a parallel loop, where further loops run in place; the setter returns the old value.
int32_t et_inside_parallel_loop(void);
int32_t et_set_inside_parallel_loop(int32_t inside);

typedef void (*et_loop_body)(void *context, long index);
// Calls `body` with 0 ..< count, each once, on up to `threads` threads, and returns when all calls have. Runs in
// place inside another loop, and while another thread's loop has the pool.
void et_parallel_loop(int32_t threads, long count, void *context, et_loop_body body);

#endif
