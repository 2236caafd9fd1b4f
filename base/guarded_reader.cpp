// SPDX-License-Identifier: Apache-2.0
// Frames of a kind and a length, so that an error can follow any part of the data.
#include "base/guarded_reader.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <new>

#include "base/error.h"

namespace crbrt::base {
namespace {

constexpr std::uint64_t data_frame = 0;  // any other kind: an error, 1 + its exit code
constexpr std::uint64_t largest_message = 1 << 16;

struct Frame {
  std::uint64_t kind, length;
};

void write_all(int fd, const void* bytes, std::size_t count) {
  const auto* from = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t n = ::write(fd, from, count);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) ::_exit(exit_internal);  // nobody listens
    from += n;
    count -= static_cast<std::size_t>(n);
  }
}

/// False where the pipe ends before.
bool read_all(int fd, void* to, std::size_t count) {
  auto* next = static_cast<char*>(to);
  while (count > 0) {
    const ssize_t n = ::read(fd, next, count);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    next += n;
    count -= static_cast<std::size_t>(n);
  }
  return true;
}

/// The program's own ways to end (files to remove, terminals to restore) are the parent's, and so is its terminal: a C library
/// that finds its heap damaged prints before it aborts.
void live_as_child(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(exit_internal);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGPROF})
    ::signal(signal, SIG_DFL);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, fd);
}

[[noreturn]] void parse_and_exit(const GuardedSender& sender, const std::string& file,
                                 const std::function<void(const GuardedSender&)>& parse) {
  try {
    parse(sender);
    ::_exit(exit_ok);
  } catch (const Error& error) {
    sender.send_error(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    const InputError error(file, "a file that fits into memory", "one that asks for more");
    sender.send_error(error.code(), error.what());
  } catch (const std::exception& error) {
    sender.send_error(exit_internal, error.what());
  }
  ::_exit(exit_ok);
}

}  // namespace

GuardedSender::GuardedSender(int fd, std::chrono::seconds patience) : fd_(fd), patience_(patience) { start_clock(); }

void GuardedSender::start_clock() const {
  const itimerval timer{{0, 0}, {static_cast<time_t>(patience_.count()), 0}};
  ::setitimer(ITIMER_PROF, &timer, nullptr);
}

void GuardedSender::write_frame(std::uint64_t kind, const void* bytes, std::size_t count) const {
  const Frame frame{kind, count};
  write_all(fd_, &frame, sizeof frame);
  write_all(fd_, bytes, count);
  start_clock();
}

void GuardedSender::send(const void* bytes, std::size_t count) const {
  if (count > 0) write_frame(data_frame, bytes, count);
}

void GuardedSender::send(const std::string& text) const {
  send(std::uint64_t{text.size()});
  send(text.data(), text.size());
}

void GuardedSender::send_error(std::uint64_t exit_code, const std::string& message) const {
  write_frame(1 + exit_code, message.data(), std::min<std::size_t>(message.size(), largest_message));
}

GuardedReader::GuardedReader(std::string file, std::string library, const std::function<void(const GuardedSender&)>& parse,
                             std::chrono::seconds patience)
    : file_(std::move(file)), library_(std::move(library)), patience_(patience) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(exit_internal, file_ + ": no pipe: " + std::strerror(errno));
  const pid_t parent = ::getpid();
  child_ = ::fork();
  if (child_ < 0) {
    const int reason = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    throw Error(exit_internal, file_ + ": no process to read it: " + std::strerror(reason));
  }
  if (child_ == 0) {
    ::close(ends[0]);
    live_as_child(parent);
    parse_and_exit(GuardedSender(ends[1], patience_), file_, parse);
  }
  ::close(ends[1]);
  fd_ = ends[0];
  ::fcntl(fd_, F_SETPIPE_SZ, 1 << 20);  // fewer changes between both processes; a smaller pipe works, too
}

GuardedReader::~GuardedReader() {
  if (fd_ >= 0) ::close(fd_);
  if (child_ < 0) return;
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) continue;
}

void GuardedReader::fail() {
  int status = 0;
  while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) continue;
  child_ = -1;
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF) {
    throw InputError(file_, "an intact file",
                     "one at which " + library_ + " worked for " + std::to_string(patience_.count()) + " s without an answer");
  }
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    throw InputError(
        file_, "an intact file",
        "one at which " + library_ + " ended by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")");
  }
  throw InputError(file_, "an intact file", "one at which " + library_ + " ended early");
}

void GuardedReader::open_frame() {
  Frame frame{};
  if (!read_all(fd_, &frame, sizeof frame)) fail();
  if (frame.kind == data_frame) {
    left_ = frame.length;
    return;
  }
  std::string message(std::min(frame.length, largest_message), '\0');
  if (!read_all(fd_, message.data(), message.size())) fail();
  throw Error(static_cast<ExitCode>(frame.kind - 1), message);
}

void GuardedReader::read(void* to, std::size_t count) {
  auto* next = static_cast<char*>(to);
  while (count > 0) {
    if (left_ == 0) open_frame();
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, count));
    if (!read_all(fd_, next, n)) fail();
    next += n;
    count -= n;
    left_ -= n;
  }
}

std::string GuardedReader::read_text(std::size_t most) {
  const auto size = read_number<std::uint64_t>();
  if (size > most) throw InputError(file_, "texts of at most " + std::to_string(most) + " bytes", std::to_string(size));
  std::string text(size, '\0');
  read(text.data(), text.size());
  return text;
}

}  // namespace crbrt::base
