// SPDX-License-Identifier: Apache-2.0
/// Lists of floats as tensors and back, without a copy. For .cpp files that use LibTorch.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace crbrt::trainer {

inline std::int64_t size_of(std::size_t n) { return static_cast<std::int64_t>(n); }

/// values [n, width], which the tensor reads where they are; undefined where there are none.
inline at::Tensor rows_of(const std::vector<float>& values, std::size_t n, std::size_t width) {
  const auto options = at::TensorOptions().dtype(at::kFloat);
  if (values.empty()) return {};
  return at::from_blob(const_cast<float*>(values.data()), {size_of(n), size_of(width)}, options);
}

/// Null where it is undefined.
inline const float* data_of(const at::Tensor& tensor) { return tensor.defined() ? tensor.data_ptr<float>() : nullptr; }

}  // namespace crbrt::trainer
