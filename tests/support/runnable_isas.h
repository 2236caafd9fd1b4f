// SPDX-License-Identifier: Apache-2.0
/// The instruction sets that a test runs over, and the proof afterwards that it did.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "crbrt/isa.h"

namespace crbrt::tests {

/// Slowest first. Those this machine lacks are reported, never passed over in silence.
inline std::vector<Isa> runnable_isas() {
  std::vector<Isa> isas;
  for (std::size_t i = 0; i < isa_count(); ++i) {
    if (is_runnable(isa_at(i)))
      isas.push_back(isa_at(i));
    else
      testing::Test::RecordProperty(std::string("skipped_") + std::to_string(i), name(isa_at(i)));
  }
  return isas;
}

/// Notes what a test really ran; a test over all instruction sets ends with expect_scalar_and_best().
class IsaRecord {
 public:
  void ran(Isa isa) { ran_.insert(isa); }
  void expect_scalar_and_best() const {
    EXPECT_TRUE(ran_.contains(Isa::scalar)) << "the portable kernels did not run";
    EXPECT_TRUE(ran_.contains(best_isa())) << name(best_isa()) << " did not run";
  }

 private:
  std::set<Isa> ran_;
};

}  // namespace crbrt::tests
