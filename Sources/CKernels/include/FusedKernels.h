// Kernels of fused descents: matrix products over packed weights, attention heads of one example, rows of tokens.
// Rows of tokens and activations are padded with zeros to whole vectors (`et_vector_length` scalars); rows of
// projections may be followed by anything, but memory must be readable up to whole vectors.
#ifndef ENERGY_TRANSFORMER_FUSED_KERNELS_H
#define ENERGY_TRANSFORMER_FUSED_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Which pairs of tokens attention leaves out.
enum { ET_WITHOUT_SELF = 1, ET_CAUSAL = 2 };
// The maps of memory overlaps h to answers r = G'(h): max(h, 0)^(degree - 1), h^(degree - 1), softmax(beta h).
enum { ET_RECTIFIED, ET_POLYNOMIAL, ET_SOFTMAX };

// One term of a sum of products. `a` has a row for each row of the result, and row_a or column_a is 1. `b` is cut in
// panels of `et_panel_width` columns that start panel_b apart; rows of a panel are row_b apart.
typedef struct {
  const void *a;
  long row_a, column_a;
  const void *b;
  long row_b, panel_b, depth;
} et_factors;

// The attention of one example over n tokens: queries and keys of a head are `size` numbers, heads follow one another
// in a row.
typedef struct {
  long n, size, row, row_weights;
  int32_t rules;
  const void *beta;                    // [heads]
  const void *queries, *keys;          // rows `row` apart
  const void *added, *factors;         // [heads or 1, n, n] or NULL: score + added, score * factors (0 removes a pair)
  long head_bias;                      // scalars from one head's bias to the next; 0 where heads share it
  void *weights, *mixing;              // [heads, n, row_weights]; mixing is weights * factors, or weights itself
} et_attention;

#define ET_DECLARE_FUSED(T, S)                                                                               \
  /* c <- alpha * sum of products + keep * c */                                                              \
  void et_product_##S(long rows, long columns, long count, const et_factors *factors, T alpha, T keep, T *c, \
                      long row_c);                                                                           \
  /* Panels of a depth x columns matrix, panel_packed apart, padded with zeros. */                           \
  void et_pack_##S(long depth, long columns, const T *b, long row, long column, T *packed,                   \
                   long panel_packed);                                                                       \
  /* Of heads first ..< first + count: weights, and the answers weights K and weights^T Q; log_sums[head] is \
     the sum over queries of log sum exp. */                                                                 \
  void et_attend_##S(const et_attention *attention, long first, long count, T *of_queries, T *of_keys,       \
                     long row_out, double *log_sums);                                                        \
  /* How the answers change when queries and keys move, laid out as they are. Adds to beta_gradient[head] and \
     bias_gradient [heads, n, n] unless NULL. */                                                             \
  void et_attend_move_##S(const et_attention *attention, long first, long count, const T *queries_move,      \
                          const T *keys_move, T *of_queries, T *of_keys, long row_out, double *beta_gradient, \
                          T *bias_gradient);                                                                 \
  /* z = (x - mean) / sqrt(variance + epsilon), g = gamma z + delta, and 1 / sqrt(...) of each row. */       \
  void et_normalize_##S(long rows, long columns, long row, T epsilon, T gamma, const T *delta, const T *x,   \
                        T *z, T *g, T *reciprocal);                                                          \
  /* cotangent_x += its part through g; the gradients of gamma and delta are added to. */                    \
  void et_normalize_pullback_##S(long rows, long columns, long row, T gamma, const T *z,                     \
                                 const T *reciprocal, const T *cotangent_g, T *cotangent_x,                  \
                                 double *gamma_gradient, T *delta_gradient);                                 \
  /* r = G'(h); energies[row] is sum G(h), or log sum exp(beta h) / beta. h may be r. */                     \
  void et_recall_##S(int32_t map, T parameter, long rows, long columns, long row, const T *h, T *r,          \
                     double *energies);                                                                      \
  /* The change of r when h moves; returns what a learned beta of the softmax gains, if asked. */            \
  double et_recall_move_##S(int32_t map, T parameter, long rows, long columns, long row, const T *h,         \
                            const T *r, const T *move, T *change, int32_t beta_gradient);                    \
  /* The vector unit's scalars a vector, and columns a panel. */                                             \
  long et_vector_length_##S(void);                                                                           \
  long et_panel_width_##S(void);

ET_DECLARE_FUSED(float, f32)
ET_DECLARE_FUSED(double, f64)
#undef ET_DECLARE_FUSED

#endif
