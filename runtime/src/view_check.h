// SPDX-License-Identifier: Apache-2.0
/// The questions that every call asks of its views before it touches them: are the extents those of the batch, and does each
/// element have memory of its own.
#pragma once

#include <cstddef>

#include "crbrt/view.h"

namespace crbrt {

/// No two elements share memory: rows lie apart by more than a row spans, or columns by more than a column spans.
constexpr bool is_distinct(std::size_t rows, std::size_t row_stride, std::size_t columns, std::size_t column_stride) noexcept {
  const bool rows_apart = row_stride > (columns - 1) * column_stride, columns_apart = column_stride > (rows - 1) * row_stride;
  if (rows < 2) return columns < 2 || column_stride > 0;
  if (columns < 2) return row_stride > 0;
  return (rows_apart && column_stride > 0) || (columns_apart && row_stride > 0);
}

template <class T>
constexpr bool fits(const View2<T>& view, std::size_t rows, std::size_t columns) noexcept {
  if (view.rows != rows || view.columns != columns) return false;
  return rows == 0 || (view.data != nullptr && is_distinct(rows, view.row_stride, columns, view.column_stride));
}

template <class T>
constexpr bool fits(const View1<T>& view, std::size_t size) noexcept {
  return view.data != nullptr && view.size == size && (size < 2 || view.stride > 0);
}

}  // namespace crbrt
