// Kernels of convolutions over sequences of letters. One-hot letters make a window's sum a sum of rows of a table: row
// p * alphabet + letter, of `kernels` numbers, is what the letter adds at place p of a window.
#ifndef ENERGY_TRANSFORMER_SEQUENCE_KERNELS_H
#define ENERGY_TRANSFORMER_SEQUENCE_KERNELS_H

#include <stdint.h>

// The letters of sequence s are letters[starts[s]] ..< letters[starts[s + 1]], each below `alphabet`. A sequence shorter
// than `width` has one window, in which the places behind its end add nothing.
typedef struct {
  const uint8_t *letters;
  const int32_t *starts;
  long width, alphabet, kernels;
} et_sequences;

#define ET_DECLARE_SEQUENCES(T, S)                                                                           \
  /* For each sequence and kernel the largest sum over its windows and, unless NULL, the first window that    \
     reaches it. */                                                                                          \
  void et_window_maximum_##S(const et_sequences *call, long first, long count, const T *table, T *sums,      \
                             uint16_t *places);                                                              \
  /* The sums over the windows at `places`. */                                                               \
  void et_window_sums_##S(const et_sequences *call, long first, long count, const uint16_t *places,          \
                          const T *table, T *sums);                                                          \
  /* The transpose: adds each sum to the rows of its window. */                                              \
  void et_window_scatter_##S(const et_sequences *call, long first, long count, const uint16_t *places,       \
                             const T *sums, T *table);                                                         \
  /* Softmax pooling of `count` more instances x [count, features], with scores [count, heads]: a head for   \
     each feature, or one. `weights` [heads] is the sum of e^(score - largest), `values` [features] that of  \
     e^(score - largest) x, `largest` [heads] the largest score, before the first -INFINITY. */              \
  void et_pool_##S(long count, long features, long heads, const T *x, const T *scores, T *largest,           \
                   T *weights, T *values);                                                                   \
  /* For each instance the largest of score - level over the heads. */                                       \
  void et_largest_excess_##S(long count, long heads, const T *scores, const T *levels, T *out);

ET_DECLARE_SEQUENCES(float, f32)
ET_DECLARE_SEQUENCES(double, f64)
#undef ET_DECLARE_SEQUENCES

#endif
