// Forwards to the kernels of the widest vector unit, or of the one chosen for the calling thread.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "kernel_tables.h"

struct vector_unit {
  const char *name;
  const struct et_table_f32 *f32;
  const struct et_table_f64 *f64;
};

// Widest first; the last needs nothing but the processor's baseline.
static const struct vector_unit units[] = {
#if defined(__x86_64__)
  {"avx512", &et_avx512_f32, &et_avx512_f64},
  {"avx2", &et_avx2_f32, &et_avx2_f64},
#endif
#if defined(__aarch64__)
  {"neon", &et_plain_f32, &et_plain_f64},
#else
  {"plain", &et_plain_f32, &et_plain_f64},
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

#pragma clang assume_nonnull begin
#define ET_FORWARD(T, S, R, name, swift, parameters, arguments)                                              \
  R et_##name##_##S parameters { return unit()->S->name arguments; }
ET_KERNELS(ET_FORWARD, float, f32)
ET_KERNELS(ET_FORWARD, double, f64)
#pragma clang assume_nonnull end

#define ET_COPY(T, S)                                                                                        \
  void et_copy_strided_##S(long rank, const long *sizes, const long *strides_x, const long *strides_y,       \
                           const T *x, T *y, bool adds) {                                                    \
    if (rank > 1) {                                                                                          \
      for (long i = 0; i < sizes[0]; i++)                                                                    \
        et_copy_strided_##S(rank - 1, sizes + 1, strides_x + 1, strides_y + 1, x + i * strides_x[0],         \
                            y + i * strides_y[0], adds);                                                     \
      return;                                                                                                \
    }                                                                                                        \
    long n = sizes[0], u = strides_x[0], v = strides_y[0];                                                   \
    if (adds && u == 1 && v == 1) unit()->S->accumulate(n, 1, x, y);                                         \
    else if (adds) for (long i = 0; i < n; i++) y[i * v] += x[i * u];                                        \
    else if (u == 1 && v == 1) memcpy(y, x, n * sizeof(T));                                                  \
    else if (u == 0 && v == 1) for (long i = 0; i < n; i++) y[i] = *x;                                       \
    else for (long i = 0; i < n; i++) y[i * v] = x[i * u];                                                   \
  }
ET_COPY(float, f32)
ET_COPY(double, f64)
