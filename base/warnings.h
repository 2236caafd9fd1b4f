// SPDX-License-Identifier: Apache-2.0
/// What a run found suspicious and did all the same. People read it on stderr, programs in --stats.
#pragma once

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "base/escaped.h"

namespace crbrt::base {

/// The warnings of one run, in the order they came up. Not for several threads at once.
///     Warnings warnings("crbrt-map");
///     warnings.add("mask.nii: its affine is sheared");   // stderr: "crbrt-map: warning: mask.nii: its affine is sheared"
class Warnings {
 public:
  explicit Warnings(std::string program) : program_(std::move(program)) {}

  /// Prints the text at once; a text that was there before is neither printed nor kept again.
  void add(std::string text) {
    for (const std::string& known : texts_)
      if (known == text) return;
    std::fprintf(stderr, "%s: warning: %s\n", program_.c_str(), for_terminal(text).c_str());
    texts_.push_back(std::move(text));
  }

  const std::vector<std::string>& texts() const noexcept { return texts_; }

 private:
  std::string program_;
  std::vector<std::string> texts_;
};

}  // namespace crbrt::base
