// Kernels of attention over the neighbours of nodes: pairs of a compressed sparse pattern, row by row. Each row is
// computed by itself, so that ranges of rows may be cut anywhere; sums over the pairs of a column go over the
// transposed pattern.
#ifndef ENERGY_TRANSFORMER_NEIGHBOUR_KERNELS_H
#define ENERGY_TRANSFORMER_NEIGHBOUR_KERNELS_H

#include <stdint.h>

// The pairs of row r are columns[starts[r]] ..< columns[starts[r + 1]]. `own` has a row of numbers for each row of the
// pattern, `other` for each column: queries and keys, or keys and queries over the transposed pattern. The numbers of a
// head are `size`, whole vectors; heads follow one another, and rows are `row` apart. Tangents lie as what they are of.
typedef struct {
  long heads, size, row, pairs;
  const long *starts;
  const int32_t *columns;
  const void *beta;                         // [heads]
  const void *own, *other;
  const void *own_tangent, *other_tangent;  // of the functions of tangents, else unused
  const void *terms;  // [heads or 1, pairs], added to the scores, or NULL; readable up to 64 numbers behind
  long head_terms;    // scalars from one head's terms to the next; 0 where heads share them
} et_neighbours;

#define ET_NEIGHBOUR_KERNELS(K, T, S)                                                                        \
  K(T, S, void, neighbours_attend,                                                                           \
    "attendNeighbours(_:first:count:ofQueries:rowOut:logSums:energies:)",                                    \
    (const et_neighbours *call, long first, long count, T *of_queries, long row_out, T *log_sums,            \
     double *energies),                                                                                      \
    (call, first, count, of_queries, row_out, log_sums, energies))                                           \
  K(T, S, void, neighbours_answer, "answerNeighbours(_:first:count:logSums:ofKeys:rowOut:)",                 \
    (const et_neighbours *call, long first, long count, const T *log_sums, T *of_keys, long row_out),        \
    (call, first, count, log_sums, of_keys, row_out))                                                        \
  K(T, S, void, neighbours_query_tangents,                                                                   \
    "neighbourQueryTangents(_:first:count:ofQueries:rowOut:logSums:means:tangents:ofBeta:)",                 \
    (const et_neighbours *call, long first, long count, const T *of_queries, long row_out, const T *log_sums,\
     T *means, T *tangents, double *_Nullable of_beta),                                                      \
    (call, first, count, of_queries, row_out, log_sums, means, tangents, of_beta))                           \
  K(T, S, void, neighbours_key_tangents,                                                                     \
    "neighbourKeyTangents(_:first:count:logSums:means:tangents:rowOut:ofTerms:)",                            \
    (const et_neighbours *call, long first, long count, const T *log_sums, const T *means, T *tangents,      \
     long row_out, T *_Nullable of_terms),                                                                   \
    (call, first, count, log_sums, means, tangents, row_out, of_terms))

#endif
