// A pool of threads for loops of a few microseconds and more. A loop does not wait for a worker that has not begun
// to help, so it is never slower than in place by more than the wake-up call.
#include <pthread.h>
#include <stdatomic.h>
#include "include/CKernels.h"

#if defined(__x86_64__)
#define PAUSE() __builtin_ia32_pause()
#else
#define PAUSE() __asm__ volatile("yield")
#endif

enum { SPINS = 4000, MOST_WORKERS = 1023 };

static pthread_mutex_t owner = PTHREAD_MUTEX_INITIALIZER;  // held by the thread whose loop the pool runs
static pthread_mutex_t sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER, done = PTHREAD_COND_INITIALIZER;
static int workers;

// The loop being run. `gate` is 1 while it may be joined, plus 2 for each worker inside.
static et_loop_body body;
static void *context;
static long count;
static atomic_long next;
static atomic_int wanted;  // workers beyond this number do not join
static atomic_uint gate, generation;

static void take_turns(et_loop_body run, void *argument, long total) {
  int32_t before = et_set_inside_parallel_loop(1);
  for (long i = atomic_fetch_add(&next, 1); i < total; i = atomic_fetch_add(&next, 1)) run(argument, i);
  et_set_inside_parallel_loop(before);
}

static int join_loop(void) {
  unsigned seen = atomic_load(&gate);
  while (seen & 1)
    if (atomic_compare_exchange_weak(&gate, &seen, seen + 2)) return 1;
  return 0;
}

static void *work(void *argument) {
  int index = (int)(long)argument;
  unsigned last = 0;
  for (;;) {
    for (int spin = 0; spin < SPINS && atomic_load(&generation) == last; spin++) PAUSE();
    if (atomic_load(&generation) == last) {
      pthread_mutex_lock(&sleep_lock);
      while (atomic_load(&generation) == last) pthread_cond_wait(&wake, &sleep_lock);
      pthread_mutex_unlock(&sleep_lock);
    }
    last = atomic_load(&generation);
    if (index >= atomic_load(&wanted) || !join_loop()) continue;
    take_turns(body, context, count);
    if (atomic_fetch_sub(&gate, 2) == 2) {  // the loop is closed and this was the last worker inside
      pthread_mutex_lock(&sleep_lock);
      pthread_cond_signal(&done);
      pthread_mutex_unlock(&sleep_lock);
    }
  }
  return 0;
}

int32_t et_start_thread(void *(*run)(void *), void *argument) {
  pthread_attr_t attributes;
  pthread_t thread;
  if (pthread_attr_init(&attributes)) return 0;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 8 << 20);
  int status = pthread_create(&thread, &attributes, run, argument);
  pthread_attr_destroy(&attributes);
  return status == 0;
}

// Where the system grants no more threads, the pool stays as it is: asking again in every loop would cost more than a
// thread brings.
static void grow(int needed) {
  static int most = MOST_WORKERS;
  for (; workers < needed && workers < most; workers++) {
    if (et_start_thread(work, (void *)(long)workers)) continue;
    most = workers;
    break;
  }
}

void et_parallel_loop(int32_t threads, long total, void *argument, et_loop_body run) {
  if (threads <= 1 || total <= 1 || et_inside_parallel_loop() || pthread_mutex_trylock(&owner)) {
    for (long i = 0; i < total; i++) run(argument, i);
    return;
  }
  grow(threads - 1);
  body = run, context = argument, count = total;
  atomic_store(&next, 0);
  atomic_store(&wanted, threads - 1);
  atomic_store(&gate, 1);
  pthread_mutex_lock(&sleep_lock);
  atomic_fetch_add(&generation, 1);
  pthread_cond_broadcast(&wake);
  pthread_mutex_unlock(&sleep_lock);
  take_turns(run, argument, total);
  if (atomic_fetch_sub(&gate, 1) != 1) {  // closed; workers inside finish their last piece
    for (int spin = 0; spin < SPINS && atomic_load(&gate); spin++) PAUSE();
    pthread_mutex_lock(&sleep_lock);
    while (atomic_load(&gate)) pthread_cond_wait(&done, &sleep_lock);
    pthread_mutex_unlock(&sleep_lock);
  }
  pthread_mutex_unlock(&owner);
}
