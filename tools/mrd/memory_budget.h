// SPDX-License-Identifier: Apache-2.0
/// Memory that strangers may make the server hold. Every byte that has come counts, over all connections, so that no number in
/// a header, however large, takes memory from anybody else.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace crbrt::mrd {

class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t most_bytes) : most_(most_bytes) {}

  /// False, and nothing is taken, where it would be too much.
  bool take(std::size_t bytes) noexcept {
    std::size_t before = used_.load();
    do {
      if (bytes > most_ - before) return false;
    } while (!used_.compare_exchange_weak(before, before + bytes));
    return true;
  }
  void give_back(std::size_t bytes) noexcept { used_ -= bytes; }

  std::size_t used() const noexcept { return used_; }
  std::size_t most() const noexcept { return most_; }

 private:
  const std::size_t most_;
  std::atomic<std::size_t> used_{0};
};

/// Bytes of a budget, given back when it goes.
class Lease {
 public:
  explicit Lease(MemoryBudget* budget = nullptr) noexcept : budget_(budget) {}
  Lease(Lease&& other) noexcept : budget_(other.budget_), bytes_(std::exchange(other.bytes_, 0)) {}
  Lease& operator=(Lease&& other) noexcept {
    release();
    budget_ = other.budget_;
    bytes_ = std::exchange(other.bytes_, 0);
    return *this;
  }
  ~Lease() { release(); }

  /// False where the budget has not so much left.
  bool add(std::size_t bytes) noexcept {
    if (budget_ != nullptr && !budget_->take(bytes)) return false;
    bytes_ += bytes;
    return true;
  }
  /// Takes over what the other one holds, of the same budget.
  void absorb(Lease&& other) noexcept { bytes_ += std::exchange(other.bytes_, 0); }

 private:
  void release() noexcept {
    if (budget_ != nullptr) budget_->give_back(bytes_);
    bytes_ = 0;
  }

  MemoryBudget* budget_;
  std::size_t bytes_ = 0;
};

}  // namespace crbrt::mrd
