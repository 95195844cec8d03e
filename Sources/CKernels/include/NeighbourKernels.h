// Kernels of attention over the neighbours of nodes: pairs of a compressed sparse pattern, row by row. Each row is
// computed by itself, so that ranges of rows may be cut anywhere; sums over the pairs of a column go over the
// transposed pattern.
#ifndef ENERGY_TRANSFORMER_NEIGHBOUR_KERNELS_H
#define ENERGY_TRANSFORMER_NEIGHBOUR_KERNELS_H

#include <stdint.h>

// The pairs of row r are columns[starts[r]] ..< columns[starts[r + 1]]. `own` has a row of numbers for each row of the
// pattern, `other` for each column: queries and keys, or keys and queries over the transposed pattern. The numbers of a
// head are `size`, whole vectors; heads follow one another, and rows are `row` apart. Moves lie as what they move.
typedef struct {
  long heads, size, row, pairs;
  const long *starts;
  const int32_t *columns;
  const void *beta;                    // [heads]
  const void *own, *other;
  const void *own_move, *other_move;   // of the functions that move, else unused
  const void *terms;                   // [heads or 1, pairs], added to the scores, or NULL; readable up to 64 numbers behind
  long head_terms;                     // scalars from one head's terms to the next; 0 where heads share them
} et_neighbours;

#define ET_DECLARE_NEIGHBOURS(T, S)                                                                          \
  /* Of rows first ..< first + count, queries: the mixture of their keys, log sum exp in two parts [rows,     \
     heads, 2], the largest score, infinity where a query sees nothing, and what the sum adds to it, and the \
     sum over heads of log sum exp / beta. */                                                                \
  void et_neighbours_attend_##S(const et_neighbours *call, long first, long count, T *of_queries,            \
                                long row_out, T *log_sums, double *energies);                                \
  /* Of keys, over the transposed pattern: the mixture of the queries that see them. */                      \
  void et_neighbours_answer_##S(const et_neighbours *call, long first, long count, const T *log_sums,        \
                                T *of_keys, long row_out);                                                   \
  /* How the answers to queries change when queries and keys move by e = dQ · K + Q · dK; means[rows, heads] is \
     the mean of e under the weights. of_beta [rows, heads], unless NULL, is added sum w (e - mean) Q · K. */ \
  void et_neighbours_move_queries_##S(const et_neighbours *call, long first, long count, const T *of_queries, \
                                      long row_out, const T *log_sums, T *means, T *changes, double *of_beta); \
  /* The same of keys. of_terms, laid out as the terms, is added w (e - mean) unless NULL. */                \
  void et_neighbours_move_keys_##S(const et_neighbours *call, long first, long count, const T *log_sums,     \
                                   const T *means, T *changes, long row_out, T *of_terms);

ET_DECLARE_NEIGHBOURS(float, f32)
ET_DECLARE_NEIGHBOURS(double, f64)
#undef ET_DECLARE_NEIGHBOURS

#endif
