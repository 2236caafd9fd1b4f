// SPDX-License-Identifier: Apache-2.0
// Every row of ops.inc on every instruction set: the kernel equals the reference, whatever the shape, the number of voxels and
// what it writes. Tests of one operation (dense_test.cpp, ...) add what is special about it.
#include <gtest/gtest.h>

#include <string>

#include "runtime/src/kernels/reference.h"
#include "runtime/src/run_ops.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/sample_op.h"

namespace crbrt::tests {
namespace {

class EveryOp : public testing::TestWithParam<OpKind> {};

void expect_equal_to_reference(Isa isa, const SampleShape& shape, std::size_t n_voxel) {
  const auto seed = static_cast<std::uint32_t>(100 * shape.n_in + shape.n_out);
  SampleOp expected(shape, seed), found(shape, seed);
  apply_ref(mul_add_of(isa), expected.call());
  apply_op(*kernel_table(isa), found.call(n_voxel));
  for (std::size_t f = 0; f < shape.n_out; ++f)
    for (std::size_t v = 0; v < n_voxel; ++v)
      ASSERT_EQ(found.written(f, v), expected.written(f, v))
          << name(isa) << ' ' << shape.n_in << " -> " << shape.n_out << " in " << shape.n_group << " groups to "
          << number_name(shape.out) << ", relu " << shape.relu << ", feature " << f << ", voxel " << v << " of " << n_voxel;
}

TEST_P(EveryOp, EqualsItsReferenceOnEveryIsa) {
  IsaRecord record;
  for (const Isa isa : runnable_isas())
    for (const auto& [n_in, n_out, n_group] : {std::tuple{4u, 3u, 1u}, {26u, 64u, 1u}, {60u, 5u, 5u}, {64u, 32u, 8u}})
      for (const Number out : written_numbers(GetParam()))
        for (const bool relu : {false, true})
          for (const std::size_t n_voxel : {1u, 5u, 17u, 48u}) {
            expect_equal_to_reference(isa, {GetParam(), n_in, is_dense(GetParam()) ? n_out : n_in, out, n_group, relu, true},
                                      n_voxel);
            if (HasFatalFailure()) return;
            record.ran(isa);
          }
  record.expect_scalar_and_best();
}

TEST_P(EveryOp, GivesAVoxelOfItsOwnTileTheBitsOfManyOnEveryIsa) {
  IsaRecord record;
  for (const Isa isa : runnable_isas())
    for (const auto& [n_in, n_out, n_group] : {std::tuple{4u, 3u, 1u},
                                               {2u, 1u, 1u},
                                               {26u, 64u, 1u},
                                               {26u, 27u, 1u},
                                               {13u, 36u, 1u},
                                               {60u, 5u, 5u},
                                               {64u, 32u, 8u},
                                               {70u, 12u, 1u}})
      for (const Number out : written_numbers(GetParam()))
        for (const bool relu : {false, true}) {
          const bool is_group_norm = GetParam() == OpKind::group_norm_s16;
          if (is_group_norm && n_in % 2 != 0) continue;  // a group of integers is even
          const SampleShape shape{GetParam(), n_in, is_dense(GetParam()) ? n_out : n_in, out, n_group, relu, true};
          SampleOp expected(shape, 100 * n_in + n_out), found(shape, 100 * n_in + n_out);
          apply_ref(mul_add_of(isa), expected.call());
          for (const std::size_t voxel : {std::size_t{0}, std::size_t{29}, layout::tile_voxels - 1}) {
            apply_op(*one_voxel_kernel_table(isa), found.call_of_one(voxel));
            for (std::size_t f = 0; f < shape.n_out; ++f)
              ASSERT_EQ(found.written_of_one(f), expected.written(f, voxel))
                  << name(isa) << ' ' << n_in << " -> " << shape.n_out << " to " << number_name(out) << ", relu " << relu
                  << ", feature " << f << ", voxel " << voxel;
          }
          record.ran(isa);
        }
  record.expect_scalar_and_best();
}

std::vector<OpKind> all_ops() {
  std::vector<OpKind> kinds;
  for (std::size_t i = 0; i < n_op_kind; ++i) kinds.push_back(static_cast<OpKind>(i));
  return kinds;
}

std::string name_of(const testing::TestParamInfo<OpKind>& row) { return op_name(row.param); }

INSTANTIATE_TEST_SUITE_P(Ops, EveryOp, testing::ValuesIn(all_ops()), name_of);

}  // namespace
}  // namespace crbrt::tests
