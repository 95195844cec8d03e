// Kernels of a published encoder. Rows lie `row` scalars apart and are readable and writable up to whole vectors
// (`et_vector_length` scalars).
#ifndef ENERGY_TRANSFORMER_ENCODER_KERNELS_H
#define ENERGY_TRANSFORMER_ENCODER_KERNELS_H

#define ET_DECLARE_ENCODER(T, S)                                                                             \
  /* x <- x Φ(x), Φ being the standard normal distribution: the exact GELU. */                               \
  void et_gelu_##S(long rows, long columns, long row, T *x);                                                 \
  /* x <- (x - mean) / sqrt(variance + epsilon) gain + shift, row by row. */                                 \
  void et_normalize_gained_##S(long rows, long columns, long row, T epsilon, const T *gain, const T *shift,  \
                               T *x);                                                                        \
  /* scores <- softmax of scale * scores over the columns; zeros up to whole vectors. log_sums[row] is the   \
     logarithm of the sum of exp(scale * score), unless NULL. */                                             \
  void et_weigh_##S(long rows, long columns, long row, T scale, T *scores, double *log_sums);

ET_DECLARE_ENCODER(float, f32)
ET_DECLARE_ENCODER(double, f64)
#undef ET_DECLARE_ENCODER

#endif
