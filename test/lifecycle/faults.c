/* Faults for a process under test, preloaded: a clock that jumps and threads that cannot be started.
 * FAULT_CLOCK_SECONDS=n   after a second of life the wall clock (never the monotonic one) is n seconds off
 * FAULT_THREADS=name      pthread_create fails with EAGAIN when the environment variable of that name is set meanwhile */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t started;

int clock_gettime(clockid_t clock, struct timespec* now) {
  int result = (int)syscall(SYS_clock_gettime, clock, now);
  const char* jump = getenv("FAULT_CLOCK_SECONDS");
  if (result != 0 || jump == NULL || clock != CLOCK_REALTIME) return result;
  if (started == 0) started = now->tv_sec;
  if (now->tv_sec - started >= 1) now->tv_sec += atol(jump);
  return 0;
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  struct timespec precise;
  (void)zone;
  int result = clock_gettime(CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return result;
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*), void* argument) {
  const char* switch_name = getenv("FAULT_THREADS");
  if (switch_name != NULL && getenv(switch_name) != NULL) return EAGAIN;
  int (*real)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*) = dlsym(RTLD_NEXT, "pthread_create");
  return real(thread, attributes, body, argument);
}
