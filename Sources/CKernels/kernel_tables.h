// One table of kernels for each scalar type and vector unit.
#ifndef ENERGY_TRANSFORMER_KERNEL_TABLES_H
#define ENERGY_TRANSFORMER_KERNEL_TABLES_H
#include "include/CKernels.h"

#define ET_TABLE(T, S)                                                                                       \
  struct et_table_##S {                                                                                      \
    void (*unary)(int32_t, long, const T *, T *, T);                                                         \
    void (*binary_row)(int32_t, long, const T *, long, const T *, long, T *);                                \
    void (*sum)(long, long, long, const T *, T *);                                                           \
    void (*max)(long, long, long, const T *, T *);                                                           \
    void (*softmax)(long, long, const T *, T *, T *);                                                        \
    void (*softmax_pullback)(long, long, const T *, const T *, T *);                                         \
    void (*layer_norm)(long, long, T, const T *, T *, T *);                                                  \
    void (*layer_norm_pullback)(long, long, const T *, const T *, const T *, T *);                           \
    void (*accumulate)(long, T, const T *, T *);                                                             \
    void (*combine)(long, T, const T *, T, const T *, T *);                                                  \
    void (*adam)(long, const T *, const T *, const T *, const T *, const T *, T *, T *, T *);                \
    double (*dot)(long, const T *, const T *);                                                               \
    void (*matmul)(long, long, long, T, const T *, long, long, const T *, long, long, T, T *, long, T *);    \
    long workspace;                                                                                          \
  };                                                                                                         \
  extern const struct et_table_##S *const et_plain_##S, *const et_avx2_##S, *const et_avx512_##S;
ET_TABLE(float, f32)
ET_TABLE(double, f64)
#endif
