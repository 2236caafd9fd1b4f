// SPDX-License-Identifier: Apache-2.0
/// A buffer whose neighbours cannot be touched: an unmapped page follows its last byte (Edge::end) or precedes its first
/// (Edge::begin), so that reading or writing one element too far ends the test program.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <new>
#include <vector>

namespace crbrt::tests {

enum class Edge { end, begin };

template <class T>
class GuardedBuffer {
 public:
  explicit GuardedBuffer(std::size_t size, Edge edge = Edge::end) : size_(size) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t bytes = size * sizeof(T);
    const std::size_t body = (bytes + page - 1) / page * page;
    mapped_ = body + 2 * page;
    void* map = mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) throw std::bad_alloc();
    map_ = static_cast<std::byte*>(map);
    if (body > 0 && mprotect(map_ + page, body, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
    std::memset(map_ + page, 0xA5, body);  // a pattern nobody computes
    data_ = reinterpret_cast<T*>(map_ + page + (edge == Edge::end ? body - bytes : 0));
  }
  explicit GuardedBuffer(const std::vector<T>& values, Edge edge = Edge::end) : GuardedBuffer(values.size(), edge) {
    if (!values.empty()) std::memcpy(data_, values.data(), values.size() * sizeof(T));
  }
  ~GuardedBuffer() { munmap(map_, mapped_); }
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;

  T* data() noexcept { return data_; }
  const T* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  std::vector<T> values() const { return std::vector<T>(data_, data_ + size_); }

 private:
  std::byte* map_ = nullptr;
  std::size_t mapped_ = 0;
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace crbrt::tests
