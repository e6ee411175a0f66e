#include "hub/process.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "net/descriptor_table.hpp"

namespace tidings::hub {
namespace {

sigset_t answered_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) sigaddset(&set, signal);
  return set;
}

}  // namespace

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;  // GCOVR_EXCL_LINE: the kernel always knows it
  const rlim_t before = std::exchange(limit.rlim_cur, limit.rlim_max);
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

bool gives_descriptor_tables() {
  bool given = false;
  std::thread([&] { given = net::keep_only({}).has_value(); }).join();
  return given;
}

std::size_t usable_cores() { return std::max(1U, std::thread::hardware_concurrency()); }

void set_process_manners() {
  umask(S_IRWXG | S_IRWXO);
  std::signal(SIGPIPE, SIG_IGN);
}

Signals::Signals() {
  const sigset_t set = answered_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = Descriptor(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  woken_ = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!signals_ || !woken_) std::abort();  // GCOVR_EXCL_LINE: without descriptors at its very start no hub can run
}

Signals::~Signals() {
  const sigset_t set = answered_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

std::optional<Signals::Kind> Signals::next(std::optional<Milliseconds> wait) {
  pollfd sources[] = {{signals_.get(), POLLIN, 0}, {woken_.get(), POLLIN, 0}};
  const auto least = Milliseconds{0};
  poll(sources, std::size(sources), wait ? static_cast<int>(std::max(*wait, least).count()) : -1);

  signalfd_siginfo info{};
  if (read(signals_.get(), &info, sizeof(info)) == sizeof(info)) {
    return info.ssi_signo == SIGHUP ? Kind::reload : Kind::stop;
  }
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = read(woken_.get(), &count, sizeof(count));
  return std::nullopt;
}

void Signals::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(woken_.get(), &one, sizeof(one));
}

}  // namespace tidings::hub
