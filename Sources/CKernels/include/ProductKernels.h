// Kernels of matrix products.
#ifndef ENERGY_TRANSFORMER_PRODUCT_KERNELS_H
#define ENERGY_TRANSFORMER_PRODUCT_KERNELS_H

// One term of a sum of products. `a` has a row for each row of the result, and row_a or column_a is 1. `b` is cut in
// panels of `et_panel_width` columns that start panel_b apart; rows of a panel are row_b apart.
typedef struct {
  const void *a;
  long row_a, column_a;
  const void *b;
  long row_b, panel_b, depth;
} et_factors;

#define ET_PRODUCT_KERNELS(K, T, S)                                                                          \
  K(T, S, long, vector_length, "vectorLength()", (void), ())                                                 \
  K(T, S, long, panel_width, "panelWidth()", (void), ())                                                     \
  K(T, S, void, matmul, "product(rows:columns:depth:scale:a:rowA:columnA:b:rowB:columnB:keep:c:rowC:)",      \
    (long rows, long columns, long depth, T scale, const T *a, long row_a, long column_a, const T *b,        \
     long row_b, long column_b, T keep, T *c, long row_c),                                                   \
    (rows, columns, depth, scale, a, row_a, column_a, b, row_b, column_b, keep, c, row_c))                   \
  K(T, S, void, product, "product(rows:columns:termCount:terms:scale:keep:c:rowC:)",                         \
    (long rows, long columns, long term_count, const et_factors *terms, T scale, T keep, T *c, long row_c),  \
    (rows, columns, term_count, terms, scale, keep, c, row_c))                                               \
  K(T, S, void, pack, "pack(depth:columns:b:row:column:packed:panel:)",                                      \
    (long depth, long columns, const T *b, long row, long column, T *packed, long panel),                    \
    (depth, columns, b, row, column, packed, panel))

#endif
