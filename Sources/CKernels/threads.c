// Thread-local state that Swift has no spelling for.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include "include/CKernels.h"

static int (*get_threads)(void);
static void (*set_threads)(int);
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void look_up(void) {
  *(void **)&get_threads = dlsym(RTLD_DEFAULT, "omp_get_max_threads");
  *(void **)&set_threads = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
}

int32_t et_set_library_threads(int32_t count) {
  pthread_once(&once, look_up);
  if (!get_threads || !set_threads) return 0;
  int32_t before = get_threads();
  if (before != count && count > 0) set_threads(count);
  return before;
}

static _Thread_local int32_t inside_parallel_loop;

int32_t et_inside_parallel_loop(void) { return inside_parallel_loop; }

int32_t et_set_inside_parallel_loop(int32_t inside) {
  int32_t before = inside_parallel_loop;
  inside_parallel_loop = inside;
  return before;
}
