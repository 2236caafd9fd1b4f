// SPDX-License-Identifier: Apache-2.0
// The handler only wakes a thread: removing folders takes locks and memory, which no handler may.
#include "base/interruption.h"

#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <thread>
#include <utility>

namespace crbrt::base {
namespace {

constexpr std::array watched{SIGINT, SIGTERM};

std::atomic<int> caught{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler sets it");

struct Watch {
  std::recursive_mutex mutex;  // guards what follows, and whatever must not be interrupted
  std::list<std::function<void()>> clean_ups;
  sem_t wake{};
  pid_t owner = 0;
};

Watch& watch() {
  static Watch* const all = new Watch;  // outlives every destructor that asks
  return *all;
}

extern "C" void crbrt_on_signal(int signal) {
  const int before = errno;
  if (::getpid() != watch().owner) {  // a child that was forked has no thread that waits
    std::signal(signal, SIG_DFL);
    ::raise(signal);
  } else {
    int none = 0;
    if (caught.compare_exchange_strong(none, signal)) ::sem_post(&watch().wake);
  }
  errno = before;
}

[[noreturn]] void end_run() {
  while (::sem_wait(&watch().wake) != 0) {
  }
  watch().mutex.lock();  // never released: nobody begins anything more
  for (auto clean_up = watch().clean_ups.rbegin(); clean_up != watch().clean_ups.rend(); ++clean_up) (*clean_up)();
  std::_Exit(128 + caught);
}

void start_watching() {
  watch().owner = ::getpid();
  ::sem_init(&watch().wake, 0, 0);
  bool is_needed = false;
  for (const int signal : watched) {
    struct sigaction now {};
    ::sigaction(signal, nullptr, &now);
    const bool is_free = (now.sa_flags & SA_SIGINFO) == 0 && (now.sa_handler == SIG_DFL || now.sa_handler == crbrt_on_signal);
    if (!is_free) continue;
    struct sigaction ours {};
    ours.sa_handler = crbrt_on_signal;
    ours.sa_flags = SA_RESTART;
    ::sigemptyset(&ours.sa_mask);
    ::sigaction(signal, &ours, nullptr);
    is_needed = true;
  }
  if (is_needed) std::thread(end_run).detach();
}

}  // namespace

OnInterruption::OnInterruption(std::function<void()> clean_up) {
  const Uninterrupted guard;
  if (watch().owner != ::getpid()) start_watching();
  entry_ = watch().clean_ups.insert(watch().clean_ups.end(), std::move(clean_up));
}

OnInterruption::~OnInterruption() {
  const Uninterrupted guard;
  watch().clean_ups.erase(entry_);
}

int interrupting_signal() { return caught; }

Uninterrupted::Uninterrupted() : lock_(watch().mutex) {}

void let_interruption_end() {
  while (caught != 0) ::pause();
}

}  // namespace crbrt::base
