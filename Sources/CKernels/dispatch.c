// Forwards to the kernels of the widest vector unit, or of the one chosen for the calling thread.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "kernel_tables.h"

struct vector_unit {
  const char *name;
  const struct et_table_f32 *const *f32;
  const struct et_table_f64 *const *f64;
  const struct et_fused_table_f32 *const *fused_f32;
  const struct et_fused_table_f64 *const *fused_f64;
};

// Widest first; the last needs nothing but the processor's baseline.
static const struct vector_unit units[] = {
#if defined(__x86_64__)
  {"avx512", &et_avx512_f32, &et_avx512_f64, &et_fused_avx512_f32, &et_fused_avx512_f64},
  {"avx2", &et_avx2_f32, &et_avx2_f64, &et_fused_avx2_f32, &et_fused_avx2_f64},
#endif
#if defined(__aarch64__)
  {"neon", &et_plain_f32, &et_plain_f64, &et_fused_plain_f32, &et_fused_plain_f64},
#else
  {"plain", &et_plain_f32, &et_plain_f64, &et_fused_plain_f32, &et_fused_plain_f64},
#endif
};
enum { unit_count = sizeof units / sizeof *units };

static const struct vector_unit *widest;
static _Thread_local const struct vector_unit *chosen;
static pthread_key_t workspace_keys[ET_WORKSPACES];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int supported(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!strcmp(name, "avx512"))
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (!strcmp(name, "avx2")) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  (void)name;
#endif
  return 1;
}

static void prepare(void) {
  for (int slot = 0; slot < ET_WORKSPACES; slot++)
    if (pthread_key_create(&workspace_keys[slot], free))
      et_out_of_memory(sizeof(void *), "the key of a kernel's workspace");
  for (int u = unit_count - 1; u >= 0; u--) if (supported(units[u].name)) widest = &units[u];
}

static const struct vector_unit *unit(void) {
  pthread_once(&once, prepare);
  return chosen ? chosen : widest;
}

const char *et_vector_unit(void) { return unit()->name; }

int32_t et_use_vector_unit(const char *name) {
  if (!name) { chosen = NULL; return 1; }
  for (int u = 0; u < unit_count; u++)
    if (!strcmp(name, units[u].name) && supported(name)) { chosen = &units[u]; return 1; }
  return 0;
}

void *et_workspace(int slot, size_t bytes) {
  static _Thread_local void *memory[ET_WORKSPACES];
  static _Thread_local size_t sizes[ET_WORKSPACES];
  if (sizes[slot] < bytes) {
    free(memory[slot]);
    memory[slot] = et_allocate((bytes + 63) / 64 * 64, 64);
    if (!memory[slot] || pthread_setspecific(workspace_keys[slot], memory[slot]))
      et_out_of_memory(bytes, "the workspace of a kernel");
    sizes[slot] = bytes;
  }
  return memory[slot];
}

#define ET_DEFINE(T, S)                                                                                      \
  static const struct et_table_##S *kernels_##S(void) { return *unit()->S; }                                 \
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
    else if (u == 0 && v == 1) for (long i = 0; i < n; i++) y[i] = *x;                                       \
    else for (long i = 0; i < n; i++) y[i * v] = x[i * u];                                                   \
  }                                                                                                          \
  void et_sum_##S(long o, long r, long i, const T *x, T *y) { kernels_##S()->sum(o, r, i, x, y); }           \
  void et_max_##S(long o, long r, long i, const T *x, T *y) { kernels_##S()->max(o, r, i, x, y); }           \
  void et_softmax_##S(long rows, long columns, T scale, const T *x, T *w, T *l) {                            \
    kernels_##S()->softmax(rows, columns, scale, x, w, l);                                                   \
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
  void et_combine_##S(long n, T a, const T *x, T b, const T *y, T *z) {                                      \
    kernels_##S()->combine(n, a, x, b, y, z);                                                                \
  }                                                                                                          \
  void et_adam_##S(long n, const T *o, const T *p, const T *g, const T *m, const T *v, T *q, T *r, T *s) {   \
    kernels_##S()->adam(n, o, p, g, m, v, q, r, s);                                                          \
  }                                                                                                          \
  double et_dot_##S(long n, const T *x, const T *y) { return kernels_##S()->dot(n, x, y); }                  \
  void et_matmul_##S(long m, long n, long k, T alpha, const T *a, long row_a, long column_a, const T *b,     \
                     long row_b, long column_b, T beta, T *c, long row_c) {                                  \
    const struct et_table_##S *kernels = kernels_##S();                                                      \
    kernels->matmul(m, n, k, alpha, a, row_a, column_a, b, row_b, column_b, beta, c, row_c,                  \
                    et_workspace(0, kernels->workspace * sizeof(T)));                                              \
  }

#define ET_DEFINE_FUSED(T, S)                                                                                \
  static const struct et_fused_table_##S *fused_##S(void) { return *unit()->fused_##S; }                     \
  long et_vector_length_##S(void) { return fused_##S()->vector_length; }                                     \
  long et_panel_width_##S(void) { return fused_##S()->panel_width; }                                         \
  void et_product_##S(long rows, long columns, long count, const et_factors *factors, T alpha, T keep, T *c, \
                      long row_c) {                                                                          \
    fused_##S()->product(rows, columns, count, factors, alpha, keep, c, row_c);                              \
  }                                                                                                          \
  void et_pack_##S(long depth, long columns, const T *b, long row, long column, T *packed, long panel) {     \
    fused_##S()->pack(depth, columns, b, row, column, packed, panel);                                        \
  }                                                                                                          \
  void et_attend_##S(const et_attention *attention, long first, long count, T *of_queries, T *of_keys,       \
                     long row_out, double *log_sums) {                                                       \
    fused_##S()->attend(attention, first, count, of_queries, of_keys, row_out, log_sums);                    \
  }                                                                                                          \
  void et_attend_move_##S(const et_attention *attention, long first, long count, const T *queries_move,      \
                          const T *keys_move, T *of_queries, T *of_keys, long row_out, double *of_beta,      \
                          T *of_bias) {                                                                      \
    fused_##S()->attend_move(attention, first, count, queries_move, keys_move, of_queries, of_keys, row_out, \
                             of_beta, of_bias);                                                              \
  }                                                                                                          \
  void et_normalize_##S(long rows, long columns, long row, T epsilon, T gamma, const T *delta, const T *x,   \
                        T *z, T *g, T *reciprocal) {                                                         \
    fused_##S()->normalize(rows, columns, row, epsilon, gamma, delta, x, z, g, reciprocal);                  \
  }                                                                                                          \
  void et_normalize_pullback_##S(long rows, long columns, long row, T gamma, const T *z, const T *reciprocal, \
                                 const T *cotangent_g, T *cotangent_x, double *of_gamma, T *of_delta) {      \
    fused_##S()->normalize_pullback(rows, columns, row, gamma, z, reciprocal, cotangent_g, cotangent_x,      \
                                    of_gamma, of_delta);                                                     \
  }                                                                                                          \
  void et_recall_##S(int32_t map, T parameter, long rows, long columns, long row, const T *h, T *r,          \
                     double *energies) {                                                                     \
    fused_##S()->recall(map, parameter, rows, columns, row, h, r, energies);                                 \
  }                                                                                                          \
  double et_recall_move_##S(int32_t map, T parameter, long rows, long columns, long row, const T *h,         \
                            const T *r, const T *move, T *change, int32_t of_beta) {                         \
    return fused_##S()->recall_move(map, parameter, rows, columns, row, h, r, move, change, of_beta);        \
  }                                                                                                          \
  void et_neighbours_attend_##S(const et_neighbours *call, long first, long count, T *of_queries,            \
                                long row_out, T *log_sums, double *energies) {                               \
    fused_##S()->neighbours_attend(call, first, count, of_queries, row_out, log_sums, energies);             \
  }                                                                                                          \
  void et_neighbours_answer_##S(const et_neighbours *call, long first, long count, const T *log_sums,        \
                                T *of_keys, long row_out) {                                                  \
    fused_##S()->neighbours_answer(call, first, count, log_sums, of_keys, row_out);                          \
  }                                                                                                          \
  void et_neighbours_move_queries_##S(const et_neighbours *call, long first, long count, const T *of_queries,\
                                      long row_out, const T *log_sums, T *means, T *changes, double *of_beta) {\
    fused_##S()->neighbours_move_queries(call, first, count, of_queries, row_out, log_sums, means, changes,  \
                                         of_beta);                                                           \
  }                                                                                                          \
  void et_neighbours_move_keys_##S(const et_neighbours *call, long first, long count, const T *log_sums,     \
                                   const T *means, T *changes, long row_out, T *of_terms) {                  \
    fused_##S()->neighbours_move_keys(call, first, count, log_sums, means, changes, row_out, of_terms);      \
  }                                                                                                          \
  void et_window_maximum_##S(const et_sequences *call, long first, long count, const T *table, T *sums,      \
                             uint16_t *places) {                                                             \
    fused_##S()->window_maximum(call, first, count, table, sums, places);                                    \
  }                                                                                                          \
  void et_window_sums_##S(const et_sequences *call, long first, long count, const uint16_t *places,          \
                          const T *table, T *sums) {                                                         \
    fused_##S()->window_sums(call, first, count, places, table, sums);                                       \
  }                                                                                                          \
  void et_window_scatter_##S(const et_sequences *call, long first, long count, const uint16_t *places,       \
                             const T *sums, T *table) {                                                      \
    fused_##S()->window_scatter(call, first, count, places, sums, table);                                    \
  }                                                                                                          \
  void et_pool_##S(long count, long features, long heads, const T *x, const T *scores, T *largest,           \
                   T *weights, T *values) {                                                                  \
    fused_##S()->pool(count, features, heads, x, scores, largest, weights, values);                          \
  }                                                                                                          \
  void et_largest_excess_##S(long count, long heads, const T *scores, const T *levels, T *out) {             \
    fused_##S()->largest_excess(count, heads, scores, levels, out);                                          \
  }                                                                                                          \
  void et_gelu_##S(long rows, long columns, long row, T *x) { fused_##S()->gelu(rows, columns, row, x); }    \
  void et_normalize_gained_##S(long rows, long columns, long row, T epsilon, const T *gain, const T *shift,  \
                               T *x) {                                                                       \
    fused_##S()->normalize_gained(rows, columns, row, epsilon, gain, shift, x);                              \
  }                                                                                                          \
  void et_weigh_##S(long rows, long columns, long row, T scale, T *scores, double *log_sums) {               \
    fused_##S()->weigh(rows, columns, row, scale, scores, log_sums);                                         \
  }

ET_DEFINE(float, f32)
ET_DEFINE(double, f64)
ET_DEFINE_FUSED(float, f32)
ET_DEFINE_FUSED(double, f64)
