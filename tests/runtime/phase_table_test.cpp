// SPDX-License-Identifier: Apache-2.0
// The end of a forward network with a table equals its reference on every instruction set.
#include <gtest/gtest.h>

#include "runtime/src/kernels/reference.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/tile.h"

namespace crbrt::tests {
namespace {

struct Shape {
  std::size_t n_column, n_voxel, by_phase;
};

TEST(PhaseTable, EveryIsaEqualsReferenceBitForBit) {
  IsaRecord record;
  const std::vector<float> a = normal_values(4, 1), slope = normal_values(4, 2);
  for (const Isa isa : runnable_isas())
    for (const std::size_t n_latent : {1u, 5u, 40u})
      for (const std::size_t n_part : {16u, 32u})
        for (const Shape s : {Shape{1, 1, 6}, {8, 1, 6}, {8, 6, 6}, {7, 3, 1}, {17, 2, 16}, {11, 4, 11}}) {
          const GuardedBuffer<float> nodes(normal_values(4 * n_latent * n_part, 3, true)),
              latent(normal_tile(n_latent, 4, true));
          GuardedBuffer<float> found(s.n_column * n_part), expected(s.n_column * n_part);
          const auto args = [&](float* out) {
            return PhaseTableArgs{nodes.data(), latent.data(), out,        n_latent, n_part,
                                  s.n_column,   s.n_voxel,     s.by_phase, a.data(), slope.data()};
          };
          kernel_table(isa)->phase_table(args(found.data()));
          phase_table_ref(mul_add_of(isa), args(expected.data()));
          ASSERT_EQ(bits_of(found), bits_of(expected)) << name(isa) << ' ' << n_latent << ' ' << n_part << ' ' << s.n_column;
          record.ran(isa);
        }
  record.expect_scalar_and_best();
}

}  // namespace
}  // namespace crbrt::tests
