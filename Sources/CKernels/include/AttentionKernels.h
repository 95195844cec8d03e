// Kernels of attention over all pairs of one example. Rows of projections may be followed by anything, but memory must
// be readable up to whole vectors.
#ifndef ENERGY_TRANSFORMER_ATTENTION_KERNELS_H
#define ENERGY_TRANSFORMER_ATTENTION_KERNELS_H

#include <stdint.h>

// Which pairs attention leaves out, and whether a token moves as a key for its own query alone.
enum { ET_WITHOUT_SELF = 1, ET_CAUSAL = 2, ET_HELD = 4 };

// The attention of one example with n queries and keys: those of a head are `size` numbers, heads follow one another in
// a row.
typedef struct {
  long n, size, row, row_weights;
  int32_t rules;
  const void *beta;                    // [heads]
  const void *queries, *keys;          // rows `row` apart
  const void *added, *factors;         // [heads or 1, n, n] or NULL: score + added, score * factors (0 removes a pair)
  long head_bias;                      // scalars from one head's bias to the next; 0 where heads share it
  void *weights, *mixing;              // [heads, n, row_weights]; mixing is weights * factors, or weights itself
} et_attention;

#define ET_ATTENTION_KERNELS(K, T, S)                                                                        \
  K(T, S, void, attend, "attend(_:first:count:ofQueries:ofKeys:rowOut:logSums:)",                            \
    (const et_attention *call, long first, long count, T *of_queries, T *of_keys, long row_out,              \
     double *log_sums),                                                                                      \
    (call, first, count, of_queries, of_keys, row_out, log_sums))                                            \
  K(T, S, void, attend_tangent,                                                                              \
    "attendTangent(_:first:count:queriesTangent:keysTangent:ofQueries:ofKeys:rowOut:ofBeta:ofBias:)",        \
    (const et_attention *call, long first, long count, const T *queries_tangent, const T *keys_tangent,      \
     T *of_queries, T *of_keys, long row_out, double *_Nullable of_beta, T *_Nullable of_bias),              \
    (call, first, count, queries_tangent, keys_tangent, of_queries, of_keys, row_out, of_beta, of_bias))

#endif
