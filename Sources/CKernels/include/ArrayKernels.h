// Kernels of dense arrays, row-major unless strides are given.
#ifndef ENERGY_TRANSFORMER_ARRAY_KERNELS_H
#define ENERGY_TRANSFORMER_ARRAY_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

// Element-wise functions of one argument; `parameter` is the exponent of the powers, the bound of the
// clamps, and p of softplus and log cosh, which are log(1 + exp(p x)) / p and log cosh(p x) / p.
enum {
  ET_NEGATE, ET_EXP, ET_LOG, ET_SQRT, ET_RECIPROCAL, ET_SQUARE, ET_RELU, ET_STEP, ET_SIGMOID, ET_TANH,
  ET_SOFTPLUS, ET_LOG_COSH, ET_ABSOLUTE, ET_SIGN, ET_SIN, ET_COS, ET_POWER, ET_SCALE, ET_SHIFT, ET_EXPM1,
  ET_RELU_POWER, ET_AT_LEAST, ET_GREATER, ET_WITHOUT_NEGATIVE_INFINITY, ET_SELU, ET_SELU_SLOPE
};
// Element-wise functions of two arguments.
enum { ET_ADD, ET_SUBTRACT, ET_MULTIPLY, ET_DIVIDE, ET_MAXIMUM, ET_EQUAL };

#define ET_ARRAY_KERNELS(K, T, S)                                                                            \
  K(T, S, void, unary, "unary(_:count:x:y:parameter:)",                                                      \
    (int32_t operation, long count, const T *x, T *y, T parameter), (operation, count, x, y, parameter))     \
  K(T, S, void, binary, "binary(_:rank:sizes:stridesA:stridesB:a:b:y:)",                                     \
    (int32_t operation, long rank, const long *sizes, const long *strides_a, const long *strides_b,          \
     const T *a, const T *b, T *y),                                                                          \
    (operation, rank, sizes, strides_a, strides_b, a, b, y))                                                 \
  K(T, S, void, sum, "sum(outer:reduced:inner:x:y:)",                                                        \
    (long outer, long reduced, long inner, const T *x, T *y), (outer, reduced, inner, x, y))                 \
  K(T, S, void, max, "maximum(outer:reduced:inner:x:y:)",                                                    \
    (long outer, long reduced, long inner, const T *x, T *y), (outer, reduced, inner, x, y))                 \
  K(T, S, void, softmax, "softmax(rows:columns:scale:x:weights:logSums:)",                                   \
    (long rows, long columns, T scale, const T *x, T *weights, T *_Nullable log_sums),                       \
    (rows, columns, scale, x, weights, log_sums))                                                            \
  K(T, S, void, softmax_pullback, "softmaxPullback(rows:columns:weights:cotangent:y:)",                      \
    (long rows, long columns, const T *weights, const T *cotangent, T *y),                                   \
    (rows, columns, weights, cotangent, y))                                                                  \
  K(T, S, void, layer_norm, "layerNorm(rows:columns:epsilon:x:normalized:reciprocals:)",                     \
    (long rows, long columns, T epsilon, const T *x, T *normalized, T *reciprocals),                         \
    (rows, columns, epsilon, x, normalized, reciprocals))                                                    \
  K(T, S, void, layer_norm_pullback, "layerNormPullback(rows:columns:normalized:reciprocals:cotangent:y:)",  \
    (long rows, long columns, const T *normalized, const T *reciprocals, const T *cotangent, T *y),          \
    (rows, columns, normalized, reciprocals, cotangent, y))                                                  \
  K(T, S, void, accumulate, "accumulate(count:scale:x:y:)",                                                  \
    (long count, T scale, const T *x, T *y), (count, scale, x, y))                                           \
  K(T, S, void, combine, "combine(count:a:x:b:y:z:)",                                                        \
    (long count, T a, const T *x, T b, const T *y, T *z), (count, a, x, b, y, z))                            \
  K(T, S, void, adam, "adam(count:options:parameters:gradient:first:second:newParameters:newFirst:newSecond:)",\
    (long count, const T *options, const T *parameters, const T *gradient, const T *first, const T *second,  \
     T *new_parameters, T *new_first, T *new_second),                                                        \
    (count, options, parameters, gradient, first, second, new_parameters, new_first, new_second))            \
  K(T, S, double, dot, "dot(count:_:_:)", (long count, const T *x, const T *y), (count, x, y))

// Compiled once for all vector units.
#define ET_COPY_KERNELS(K, T, S)                                                                             \
  K(T, S, void, copy_strided, "copyStrided(rank:sizes:stridesX:stridesY:x:y:adds:)",                         \
    (long rank, const long *sizes, const long *strides_x, const long *strides_y, const T *x, T *y, bool adds),\
    (rank, sizes, strides_x, strides_y, x, y, adds))

#endif
