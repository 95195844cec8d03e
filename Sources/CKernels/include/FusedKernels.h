// Kernels of fused descents: matrix products over packed weights, one attention head at a time, rows of tokens.
// Rows of all arrays are padded to whole vectors (`et_vector_length` scalars); padding columns are zero in tokens and
// activations, and anything elsewhere.
#ifndef ENERGY_TRANSFORMER_FUSED_KERNELS_H
#define ENERGY_TRANSFORMER_FUSED_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Which pairs of tokens attention uses, and how it weighs them; no rule where all fields are 0.
enum { ET_WITHOUT_SELF = 1, ET_CAUSAL = 2 };
// The maps of memory overlaps h to answers r = G'(h): max(h, 0)^(degree - 1), h^(degree - 1), softmax(beta h).
enum { ET_RECTIFIED, ET_POLYNOMIAL, ET_SOFTMAX };

#define ET_DECLARE_FUSED(T, S)                                                                               \
  /* One term of a sum of products: op(a) has a row for each row of the result (row_a or column_a is 1), */  \
  /* b is cut in panels of `panel_width` columns, panel_b apart, whose rows are row_b apart. */              \
  typedef struct {                                                                                           \
    const T *a;                                                                                              \
    long row_a, column_a;                                                                                    \
    const T *b;                                                                                              \
    long row_b, panel_b, depth;                                                                              \
  } et_factors_##S;                                                                                          \
  /* One head of one example: n tokens, `size` numbers a query or key, rows `row` apart. */                  \
  typedef struct {                                                                                           \
    long n, size, row, row_weights;                                                                          \
    T beta;                                                                                                  \
    int32_t rules;                                                                                           \
    const T *queries, *keys;                                                                                 \
    const T *added, *factors; /* [n, n] or NULL: score + added, score * factors (0 removes the pair) */      \
    T *weights, *mixing;      /* [n, row_weights]; mixing is weights * factors, or weights itself */         \
    T *workspace;             /* et_attention_workspace scalars */                                           \
  } et_head_##S;                                                                                             \
  typedef struct {                                                                                           \
    long panel_width, vector_length;                                                                         \
    /* c <- alpha * sum of products + keep * c. Reads b, and a plain c, up to whole vectors of columns. */   \
    void (*product)(long rows, long columns, long count, const et_factors_##S *factors, T alpha, T keep,     \
                    T *c, long row_c);                                                                       \
    /* Panels of a depth x columns matrix, padded with zeros. */                                             \
    void (*pack)(long depth, long columns, const T *b, long row, long column, T *packed);                    \
    /* Scores, weights, and the answers weights K and weights^T Q; returns sum of log sum exp. */            \
    double (*attend)(const et_head_##S *head, T *of_queries, T *of_keys, long row_out);                      \
    /* The change of the answers when queries and keys move, by the same layout as the head's. */            \
    void (*attend_move)(const et_head_##S *head, const T *queries_move, const T *keys_move, T *of_queries,   \
                        T *of_keys, long row_out, double *beta_gradient, T *bias_gradient);                  \
    long (*attention_workspace)(long n, long size);                                                          \
    /* z = (x - mean) / sqrt(variance + epsilon), g = gamma z + delta, and 1 / sqrt(...) by row. */          \
    void (*normalize)(long rows, long columns, long row, T epsilon, T gamma, const T *delta, const T *x,     \
                      T *z, T *g, T *reciprocal);                                                            \
    /* cotangent_x += its part through g; gradients of gamma and delta are added to. */                      \
    void (*normalize_pullback)(long rows, long columns, long row, T gamma, const T *z, const T *reciprocal,  \
                               const T *cotangent_g, T *cotangent_x, double *gamma_gradient,                 \
                               T *delta_gradient);                                                           \
    /* r = G'(h) by row; energies[row] is sum G(h), or log sum exp(beta h) / beta. h may be r. */            \
    void (*recall)(int32_t map, T parameter, long rows, long columns, long row, const T *h, T *r,            \
                   double *energies);                                                                        \
    /* The change of r when h moves; returns sum <softmax(beta h) slope, move> for the gradient of beta. */  \
    double (*recall_move)(int32_t map, T parameter, long rows, long columns, long row, const T *h,           \
                          const T *r, const T *move, T *change, int32_t beta_gradient);                      \
  } et_fused_table_##S;                                                                                      \
  const et_fused_table_##S *et_fused_##S(void);

ET_DECLARE_FUSED(float, f32)
ET_DECLARE_FUSED(double, f64)
#undef ET_DECLARE_FUSED

#endif
