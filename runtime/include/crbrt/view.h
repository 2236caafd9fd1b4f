/// Non-owning views of dense, row-major arrays: a pointer and its extents, nothing else.
#pragma once

#include <cstddef>

namespace crbrt {

/// One-dimensional view: data[i], i < size.
template <class T>
struct View1 {
  T* data = nullptr;
  std::size_t size = 0;
};

/// Two-dimensional view: element (r, c) is data[r * stride + c], r < rows, c < columns; stride >= columns.
template <class T>
struct View2 {
  T* data = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t stride = 0;

  constexpr View2() = default;
  constexpr View2(T* data_, std::size_t rows_, std::size_t columns_) noexcept
      : data(data_), rows(rows_), columns(columns_), stride(columns_) {}
  constexpr View2(T* data_, std::size_t rows_, std::size_t columns_, std::size_t stride_) noexcept
      : data(data_), rows(rows_), columns(columns_), stride(stride_) {}
};

}  // namespace crbrt
