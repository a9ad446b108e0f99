/* Faults for a process under test, preloaded: a clock that jumps and threads that cannot be started.
 * FAULT_CLOCK=name     the wall clock (never the monotonic one) is off by the seconds in the variable of that name, once it is set
 * FAULT_THREADS=name   pthread_create fails with EAGAIN once the variable of that name is set */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* The value of the variable that `fault` names. */
static const char* switched(const char* fault) {
  const char* name = getenv(fault);
  return name == NULL ? NULL : getenv(name);
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  int result = (int)syscall(SYS_clock_gettime, clock, now);
  const char* seconds = switched("FAULT_CLOCK");
  if (seconds != NULL && clock == CLOCK_REALTIME) now->tv_sec += atol(seconds);
  return result;
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
  if (switched("FAULT_THREADS") != NULL) return EAGAIN;
  int (*real)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*) = dlsym(RTLD_NEXT, "pthread_create");
  return real(thread, attributes, body, argument);
}
