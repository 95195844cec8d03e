// Kernels of convolutions over sequences of symbols, and of pooling rows. One-hot symbols make a window's sum a sum of
// rows of a table: row p * alphabet + symbol, of `kernels` numbers, is what the symbol adds at position p of a window.
#ifndef ENERGY_TRANSFORMER_SEQUENCE_KERNELS_H
#define ENERGY_TRANSFORMER_SEQUENCE_KERNELS_H

#include <stdint.h>

// The symbols of sequence s are symbols[starts[s]] ..< symbols[starts[s + 1]], each below `alphabet`. A sequence shorter
// than `width` has one window, in which the positions behind its end add nothing.
typedef struct {
  const uint8_t *symbols;
  const int32_t *starts;
  long width, alphabet, kernels;
} et_sequences;

#define ET_SEQUENCE_KERNELS(K, T, S)                                                                         \
  K(T, S, void, window_maximum, "windowMaximum(_:first:count:table:sums:indices:)",                          \
    (const et_sequences *call, long first, long count, const T *table, T *sums,                              \
     uint16_t *_Nullable indices),                                                                           \
    (call, first, count, table, sums, indices))                                                              \
  K(T, S, void, window_sums, "windowSums(_:first:count:indices:table:sums:)",                                \
    (const et_sequences *call, long first, long count, const uint16_t *indices, const T *table, T *sums),    \
    (call, first, count, indices, table, sums))                                                              \
  K(T, S, void, window_scatter, "windowScatter(_:first:count:indices:sums:table:)",                          \
    (const et_sequences *call, long first, long count, const uint16_t *indices, const T *sums, T *table),    \
    (call, first, count, indices, sums, table))                                                              \
  K(T, S, void, pool, "pool(count:columns:heads:x:scores:largest:weights:values:)",                          \
    (long count, long columns, long heads, const T *x, const T *scores, T *largest, T *weights, T *values),  \
    (count, columns, heads, x, scores, largest, weights, values))                                            \
  K(T, S, void, largest_excess, "largestExcess(count:heads:scores:levels:y:)",                               \
    (long count, long heads, const T *scores, const T *levels, T *y), (count, heads, scores, levels, y))

#endif
