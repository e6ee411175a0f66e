/* Faults on demand, preloaded into the hub: a calendar clock that is elsewhere, syncs and writes that fail. What is
 * wrong stands in a small file that the test changes while the hub runs; $FAULTS names it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct faults {
  volatile int64_t clock_offset; /* seconds added to the calendar clock */
  volatile int64_t sync_error;   /* errno of every sync, 0 for none */
  volatile int64_t write_error;  /* errno of every write to a regular file, 0 for none */
};

static struct faults none;
static struct faults* now = &none;

__attribute__((constructor)) static void attach(void) {
  const char* path = getenv("FAULTS");
  const int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return;
  void* shared = mmap(NULL, sizeof none, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (shared != MAP_FAILED) now = shared;
  close(file);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int clock_gettime(clockid_t clock, struct timespec* time) {
  static __typeof__(&clock_gettime) real;
  if (!real) real = REAL(clock_gettime);
  const int result = real(clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += now->clock_offset;
  return result;
}

int gettimeofday(struct timeval* restrict time, void* restrict zone) {
  (void)zone;
  struct timespec spec;
  clock_gettime(CLOCK_REALTIME, &spec);
  time->tv_sec = spec.tv_sec;
  time->tv_usec = spec.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* out) {
  struct timespec spec;
  clock_gettime(CLOCK_REALTIME, &spec);
  if (out) *out = spec.tv_sec;
  return spec.tv_sec;
}

static int fails(int64_t error) {
  if (error == 0) return 0;
  errno = (int)error;
  return 1;
}

/* The log goes to a file too and is left alone: standard error is no file of the store. */
static int write_fails(int file) {
  struct stat about;
  if (now->write_error == 0 || file <= 2 || fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) return 0;
  return fails(now->write_error);
}

int fsync(int file) { return fails(now->sync_error) ? -1 : REAL(fsync)(file); }
int fdatasync(int file) { return fails(now->sync_error) ? -1 : REAL(fdatasync)(file); }

ssize_t write(int file, const void* data, size_t size) { return write_fails(file) ? -1 : REAL(write)(file, data, size); }
ssize_t pwrite(int file, const void* data, size_t size, off_t at) {
  return write_fails(file) ? -1 : REAL(pwrite)(file, data, size, at);
}
ssize_t pwrite64(int file, const void* data, size_t size, off64_t at) {
  return write_fails(file) ? -1 : REAL(pwrite64)(file, data, size, at);
}
int fallocate(int file, int mode, off_t at, off_t size) {
  return write_fails(file) ? -1 : REAL(fallocate)(file, mode, at, size);
}
int fallocate64(int file, int mode, off64_t at, off64_t size) {
  return write_fails(file) ? -1 : REAL(fallocate64)(file, mode, at, size);
}
