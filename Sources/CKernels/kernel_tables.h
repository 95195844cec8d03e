// One table of kernels for each scalar type and vector unit.
#ifndef ENERGY_TRANSFORMER_KERNEL_TABLES_H
#define ENERGY_TRANSFORMER_KERNEL_TABLES_H
#include "include/CKernels.h"
#include "include/EncoderKernels.h"
#include "include/FusedKernels.h"
#include "include/NeighbourKernels.h"
#include "include/SequenceKernels.h"

// Memory of the calling thread for packed matrices, kept until the thread ends: slot 0 for whoever calls products,
// slot 1 for products.
enum { ET_WORKSPACES = 2 };
void *et_workspace(int slot, size_t bytes);

#define ET_TABLE(T, S)                                                                                       \
  struct et_table_##S {                                                                                      \
    void (*unary)(int32_t, long, const T *, T *, T);                                                         \
    void (*binary_row)(int32_t, long, const T *, long, const T *, long, T *);                                \
    void (*sum)(long, long, long, const T *, T *);                                                           \
    void (*max)(long, long, long, const T *, T *);                                                           \
    void (*softmax)(long, long, T, const T *, T *, T *);                                                     \
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
  extern const struct et_table_##S *const et_plain_##S, *const et_avx2_##S, *const et_avx512_##S; \
  struct et_fused_table_##S {                                                                                \
    long vector_length, panel_width;                                                                         \
    void (*product)(long, long, long, const et_factors *, T, T, T *, long);                                  \
    void (*pack)(long, long, const T *, long, long, T *, long);                                              \
    void (*attend)(const et_attention *, long, long, T *, T *, long, double *);                              \
    void (*attend_move)(const et_attention *, long, long, const T *, const T *, T *, T *, long, double *,    \
                        T *);                                                                                \
    void (*normalize)(long, long, long, T, T, const T *, const T *, T *, T *, T *);                          \
    void (*normalize_pullback)(long, long, long, T, const T *, const T *, const T *, T *, double *, T *);    \
    void (*recall)(int32_t, T, long, long, long, const T *, T *, double *);                                  \
    double (*recall_move)(int32_t, T, long, long, long, const T *, const T *, const T *, T *, int32_t);      \
    void (*neighbours_attend)(const et_neighbours *, long, long, T *, long, T *, double *);                  \
    void (*neighbours_answer)(const et_neighbours *, long, long, const T *, T *, long);                      \
    void (*neighbours_move_queries)(const et_neighbours *, long, long, const T *, long, const T *, T *, T *, \
                                    double *);                                                               \
    void (*neighbours_move_keys)(const et_neighbours *, long, long, const T *, const T *, T *, long, T *);   \
    void (*window_maximum)(const et_sequences *, long, long, const T *, T *, uint16_t *);                    \
    void (*window_sums)(const et_sequences *, long, long, const uint16_t *, const T *, T *);                 \
    void (*window_scatter)(const et_sequences *, long, long, const uint16_t *, const T *, T *);              \
    void (*pool)(long, long, long, const T *, const T *, T *, T *, T *);                                     \
    void (*largest_excess)(long, long, const T *, const T *, T *);                                           \
    void (*gelu)(long, long, long, T *);                                                                     \
    void (*normalize_gained)(long, long, long, T, const T *, const T *, T *);                                \
    void (*weigh)(long, long, long, T, T *, double *);                                                       \
  };                                                                                                         \
  extern const struct et_fused_table_##S *const et_fused_plain_##S, *const et_fused_avx2_##S,                \
      *const et_fused_avx512_##S;

ET_TABLE(float, f32)
ET_TABLE(double, f64)
#endif
