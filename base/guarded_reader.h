// SPDX-License-Identifier: Apache-2.0
/// Libraries that parse containers of arrays can end a program by a signal where a file is damaged (seen: HDF5 1.10.8), or work
/// for ever. So a child process parses, and what it finds arrives here through a pipe: where the child dies, or says nothing
/// for too long, the file is an InputError.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>

namespace crbrt::base {

/// The child's end: what it sends arrives at the parent in the same order. A parent that is gone ends the child.
class GuardedSender {
 public:
  /// `patience`: processor time that may pass between two answers before the child ends by SIGPROF. Waiting for a slow disk is
  /// none.
  GuardedSender(int fd, std::chrono::seconds patience);

  void send(const void* bytes, std::size_t count) const;
  void send(const std::string& text) const;
  template <class Number>
  requires std::is_arithmetic_v<Number> || std::is_enum_v<Number>
  void send(Number number) const { send(&number, sizeof number); }

  /// The last thing that a child says when parsing failed.
  void send_error(std::uint64_t exit_code, const std::string& message) const;

 private:
  void write_frame(std::uint64_t kind, const void* bytes, std::size_t count) const;
  void start_clock() const;

  int fd_;
  std::chrono::seconds patience_;
};

/// The parent's end.
class GuardedReader {
 public:
  /// Starts the child, which calls `parse` and ends. It has no terminal and no handlers of signals, leaves no core file and
  /// runs no destructor of the program. `file` is what messages name, `library` who parses: "HDF5". A piece of an intact file
  /// takes less than a second of processor time.
  GuardedReader(std::string file, std::string library, const std::function<void(const GuardedSender&)>& parse,
                std::chrono::seconds patience = std::chrono::seconds(60));
  ~GuardedReader();  ///< a child that still runs is ended
  GuardedReader(const GuardedReader&) = delete;
  GuardedReader& operator=(const GuardedReader&) = delete;

  /// The next bytes. Throws the error that `parse` threw (an exit code of base/error.h and its message), and InputError where
  /// the child ended by a signal, needed more memory than there is, worked too long without an answer, or sent less.
  void read(void* to, std::size_t count);
  /// A text, of at most this many bytes.
  std::string read_text(std::size_t most = std::size_t{1} << 20);
  template <class Number>
  Number read_number() {
    Number number{};
    read(&number, sizeof number);
    return number;
  }

 private:
  void open_frame();
  [[noreturn]] void fail();

  std::string file_, library_;
  std::chrono::seconds patience_;
  pid_t child_ = -1;
  int fd_ = -1;
  std::uint64_t left_ = 0;  ///< bytes of the frame that were not read yet
};

}  // namespace crbrt::base
