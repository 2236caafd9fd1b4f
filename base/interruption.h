// SPDX-License-Identifier: Apache-2.0
/// SIGINT and SIGTERM end a program with exit code 130 and 143, after what it had begun is removed. A signal that its parent
/// ignores (nohup), or that the program handles itself (crbrt-train), stays as it is.
#pragma once

#include <functional>
#include <list>
#include <mutex>

namespace crbrt::base {

/// What has to go when the run is interrupted while this object lives. The last one made goes first.
class OnInterruption {
 public:
  /// `clean_up` runs on a thread of its own while the others still work. It must not throw.
  explicit OnInterruption(std::function<void()> clean_up);
  ~OnInterruption();
  OnInterruption(const OnInterruption&) = delete;
  OnInterruption& operator=(const OnInterruption&) = delete;

 private:
  std::list<std::function<void()>>::iterator entry_;
};

/// The signal that interrupted the run; 0 where none did.
int interrupting_signal();

/// While it lives, an interruption waits: what it guards is done as a whole or not at all.
class Uninterrupted {
 public:
  Uninterrupted();

 private:
  std::unique_lock<std::recursive_mutex> lock_;
};

/// To be called before a program ends: one that is being interrupted ends with the signal's code and no other, and not
/// before everything is removed.
void let_interruption_end();

}  // namespace crbrt::base
