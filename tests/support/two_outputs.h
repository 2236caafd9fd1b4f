// SPDX-License-Identifier: Apache-2.0
/// A program of two outputs without a network: for what is done with estimates and standard deviations behind it.
#pragma once

#include <vector>

#include "crbrt/crbrt.hpp"

namespace crbrt::tests {

/// Means 2 and 5, prior widths 0.5 and 3 (a negative scale); standard deviations of the first lie between 0.01 and 1.5.
struct TwoOutputs {
  std::vector<Output> outputs{{"a", "s", 2, 0.5f, 0, 9, 0.01f, 1.5f}, {"b", "1", 5, -3, 0, 9}};
  Program program{};

  TwoOutputs() {
    program.n_output = static_cast<std::uint32_t>(outputs.size());
    program.outputs = outputs.data();
  }
  TwoOutputs(const TwoOutputs&) = delete;  // the program points into the outputs
  TwoOutputs& operator=(const TwoOutputs&) = delete;
};

}  // namespace crbrt::tests
