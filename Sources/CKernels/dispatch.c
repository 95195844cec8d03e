// Chooses the widest vector unit once and forwards to its kernels.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "kernel_tables.h"

static const struct et_table_f32 *table_f32;
static const struct et_table_f64 *table_f64;
static const char *unit;
static pthread_once_t once = PTHREAD_ONCE_INIT;

int32_t et_use_vector_unit(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!strcmp(name, "avx512")) {
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl")) return 0;
    table_f32 = et_avx512_f32, table_f64 = et_avx512_f64, unit = "avx512";
    return 1;
  }
  if (!strcmp(name, "avx2")) {
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 0;
    table_f32 = et_avx2_f32, table_f64 = et_avx2_f64, unit = "avx2";
    return 1;
  }
#endif
  if (strcmp(name, "plain")) return 0;
  table_f32 = et_plain_f32, table_f64 = et_plain_f64;
#if defined(__aarch64__)
  unit = "neon";
#else
  unit = "plain";
#endif
  return 1;
}

static void choose(void) {
  if (!et_use_vector_unit("avx512") && !et_use_vector_unit("avx2")) et_use_vector_unit("plain");
}

static void ready(void) { pthread_once(&once, choose); }

const char *et_vector_unit(void) { ready(); return unit; }

#define ET_DEFINE(T, S)                                                                                      \
  static const struct et_table_##S *kernels_##S(void) { ready(); return table_##S; }                         \
  void et_unary_##S(int32_t op, long n, const T *x, T *y, T p) { kernels_##S()->unary(op, n, x, y, p); }     \
  void et_binary_##S(int32_t op, long rank, const long *dims, const long *sa, const long *sb, const T *a,    \
                     const T *b, T *y) {                                                                     \
    if (rank == 1) { kernels_##S()->binary_row(op, dims[0], a, sa[0], b, sb[0], y); return; }                \
    long inner = 1;                                                                                          \
    for (long d = 1; d < rank; d++) inner *= dims[d];                                                        \
    for (long i = 0; i < dims[0]; i++)                                                                       \
      et_binary_##S(op, rank - 1, dims + 1, sa + 1, sb + 1, a + i * sa[0], b + i * sb[0], y + i * inner);    \
  }                                                                                                          \
  void et_copy_strided_##S(long rank, const long *dims, const long *sx, const long *sy, const T *x, T *y,    \
                           int32_t add) {                                                                    \
    if (rank > 1) {                                                                                          \
      for (long i = 0; i < dims[0]; i++)                                                                     \
        et_copy_strided_##S(rank - 1, dims + 1, sx + 1, sy + 1, x + i * sx[0], y + i * sy[0], add);          \
      return;                                                                                                \
    }                                                                                                        \
    long n = dims[0], u = sx[0], v = sy[0];                                                                  \
    if (add && u == 1 && v == 1) kernels_##S()->accumulate(n, 1, x, y);                                      \
    else if (add) for (long i = 0; i < n; i++) y[i * v] += x[i * u];                                         \
    else if (u == 1 && v == 1) memcpy(y, x, n * sizeof(T));                                                  \
    else for (long i = 0; i < n; i++) y[i * v] = x[i * u];                                                   \
  }                                                                                                          \
  void et_sum_##S(long o, long r, long i, const T *x, T *y) { kernels_##S()->sum(o, r, i, x, y); }           \
  void et_max_##S(long o, long r, long i, const T *x, T *y) { kernels_##S()->max(o, r, i, x, y); }           \
  void et_softmax_##S(long rows, long columns, const T *x, T *w, T *l) {                                     \
    kernels_##S()->softmax(rows, columns, x, w, l);                                                          \
  }                                                                                                          \
  void et_softmax_pullback_##S(long rows, long columns, const T *w, const T *d, T *y) {                      \
    kernels_##S()->softmax_pullback(rows, columns, w, d, y);                                                 \
  }                                                                                                          \
  void et_layer_norm_##S(long rows, long columns, T e, const T *x, T *z, T *s) {                             \
    kernels_##S()->layer_norm(rows, columns, e, x, z, s);                                                    \
  }                                                                                                          \
  void et_layer_norm_pullback_##S(long rows, long columns, const T *z, const T *s, const T *d, T *y) {       \
    kernels_##S()->layer_norm_pullback(rows, columns, z, s, d, y);                                           \
  }                                                                                                          \
  void et_accumulate_##S(long n, T scale, const T *x, T *y) { kernels_##S()->accumulate(n, scale, x, y); }   \
  double et_dot_##S(long n, const T *x, const T *y) { return kernels_##S()->dot(n, x, y); }                  \
  static _Thread_local T *workspace_##S;                                                                     \
  static _Thread_local long workspace_size_##S;                                                              \
  void et_matmul_##S(long m, long n, long k, T alpha, const T *a, long row_a, long column_a, const T *b,     \
                     long row_b, long column_b, T beta, T *c, long row_c) {                                  \
    long needed = kernels_##S()->workspace;                                                                  \
    if (workspace_size_##S < needed) {                                                                       \
      free(workspace_##S);                                                                                   \
      workspace_##S = aligned_alloc(64, ((needed * (long)sizeof(T) + 63) / 64) * 64);                        \
      if (!workspace_##S) abort();                                                                           \
      workspace_size_##S = needed;                                                                           \
    }                                                                                                        \
    kernels_##S()->matmul(m, n, k, alpha, a, row_a, column_a, b, row_b, column_b, beta, c, row_c,            \
                          workspace_##S);                                                                    \
  }

ET_DEFINE(float, f32)
ET_DEFINE(double, f64)
