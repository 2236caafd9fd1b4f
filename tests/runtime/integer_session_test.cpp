// SPDX-License-Identifier: Apache-2.0
// Integer programs through a session: equal to the reference and to each other on every instruction set, and refused where a
// table breaks the contract. The pinned number is the same for every instruction set and every machine.
#include <gtest/gtest.h>

#include <functional>

#include "tests/runtime/bound_session.h"
#include "tests/runtime/integer_program.h"
#include "tests/runtime/reference_session.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/sizes_around.h"
#include "tests/support/synthetic_program.h"
#include "tests/support/tile.h"

namespace crbrt::tests {
namespace {

struct Result {
  std::vector<float> estimates, std, atypicality;
  std::vector<VoxelStatus> status;
};

Result run(const Program& program, const std::vector<float>& coefficients, Isa isa) {
  const std::size_t n_in = 2 * std::size_t{program.n_coeff}, n = coefficients.size() / n_in, n_out = program.n_output;
  Result r{std::vector<float>(n * n_out), std::vector<float>(n * n_out), std::vector<float>(n), std::vector<VoxelStatus>(n)};
  BoundSession session(program, isa);
  EXPECT_EQ(session->run(Coefficients::rows(coefficients.data(), n, n_in / 2), {.estimates = {r.estimates.data(), n, n_out},
                                                                                .standard_deviations = {r.std.data(), n, n_out},
                                                                                .atypicality = {r.atypicality.data(), n},
                                                                                .status = {r.status.data(), n},
                                                                                .sigma = 0.5f}),
            Status::ok);
  return r;
}

TEST(IntegerSession, EqualsReferenceBitForBitForEveryBatchSize) {
  const IntegerProgram integers;
  IsaRecord record;
  for (const std::size_t n : sizes_around({2, 4, 8, 16, layout::tile_voxels})) {
    const auto coefficients = random_coefficients(n, IntegerProgram::n_coeff);
    const ReferenceResult expected = run_reference(MulAdd::rounded_twice, integers.program, coefficients, 0.5f);
    for (const Isa isa : runnable_isas()) {
      const Result found = run(integers.program, coefficients, isa);
      ASSERT_EQ(bits_of(found.estimates), bits_of(expected.estimates)) << name(isa) << ' ' << n;
      ASSERT_EQ(bits_of(found.std), bits_of(expected.std)) << name(isa) << ' ' << n;
      ASSERT_EQ(bits_of(found.atypicality), bits_of(expected.atypicality)) << name(isa) << ' ' << n;
      ASSERT_EQ(found.status, expected.status) << name(isa) << ' ' << n;
      record.ran(isa);
    }
  }
  record.expect_scalar_and_best();
}

TEST(IntegerSession, OutputBitsAreTheSameOnEveryMachine) {
  const IntegerProgram integers;
  const auto coefficients = random_coefficients(200, IntegerProgram::n_coeff);
  for (const Isa isa : runnable_isas()) {
    std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
    for (const std::uint32_t bits : bits_of(run(integers.program, coefficients, isa).estimates))
      for (int shift = 0; shift < 32; shift += 8) hash = (hash ^ (bits >> shift & 0xff)) * 0x100000001b3u;
    EXPECT_EQ(hash, 16712397111422669996u) << name(isa);
  }
}

TEST(IntegerSession, FeaturesUseTheirRanges) {
  // What the other tests prove about a program whose features all saturate would be little.
  const IntegerProgram integers;
  const Result r = run(integers.program, random_coefficients(200, IntegerProgram::n_coeff), Isa::scalar);
  for (std::size_t j = 0; j < 5; ++j) {
    std::vector<float> values;
    for (std::size_t v = 0; v < 200; ++v) values.push_back(r.estimates[5 * v + j]);
    std::sort(values.begin(), values.end());
    EXPECT_GT(std::unique(values.begin(), values.end()) - values.begin(), 150) << j;
  }
}

TEST(IntegerSession, OutputsAloneHaveTheBitsOfOutputsWithDetails) {
  const IntegerProgram integers;
  const std::size_t n = 100;
  const auto coefficients = random_coefficients(n, IntegerProgram::n_coeff);
  for (const Isa isa : runnable_isas()) {
    BoundSession session(integers.program, isa);
    std::vector<float> alone(5 * n);
    ASSERT_EQ(session->run(Coefficients::rows(coefficients.data(), n, 8), {.estimates = {alone.data(), n, 5}}), Status::ok);
    EXPECT_EQ(bits_of(alone), bits_of(run(integers.program, coefficients, isa).estimates)) << name(isa);
  }
}

TEST(IntegerSession, ArenaBytesAreTheCommittedNumber) {
  // Words of a voxel in each slot, times 48 voxels and 4 bytes: a quarter of a float's for u8, half of it for s16.
  EXPECT_EQ(Session::arena_bytes(IntegerProgram().program), (16 + 8 + 8 + 16 + 16 + 16 + 21) * 192u);
}

// Ops: 0 quantize, 1 dense_s16 16-30, 2 dense_u8 30-28 (kept), 3 group_norm_s16, 4 dense_u8 + skip, 5 affine_s16, 6 dense_s16
// 28-21, 7 dequantize. Tables 0 .. 5 belong to ops 1 .. 6.
struct Mutation {
  const char* what;
  std::function<void(IntegerProgram&)> apply;
};

const Mutation mutations[] = {
    {"unknown number", [](auto& p) { p.ops[1].out = static_cast<Number>(4); }},
    {"quantize to u8", [](auto& p) { p.ops[0].out = Number::u8; }},
    {"quantize without scales", [](auto& p) { p.ops[0].weights = nullptr; }},
    {"quantize in place", [](auto& p) { p.ops[0].out_slot = 0, p.ops[1].in_slot = 0; }},
    {"dense of integers to floats", [](auto& p) { p.ops[1].out = Number::f32; }},
    {"u8 where s16 was written", [](auto& p) { p.ops[1].kind = OpKind::dense_u8; }},
    {"s16 where u8 was written", [](auto& p) { p.ops[2].kind = OpKind::dense_s16; }},
    {"no tables", [](auto& p) { p.ops[1].integers = nullptr; }},
    {"no s16 weights", [](auto& p) { p.tables[0].view.weights_s16 = nullptr; }},
    {"no s8 weights", [](auto& p) { p.tables[1].view.weights_s8 = nullptr; }},
    {"no bias", [](auto& p) { p.tables[0].view.bias = nullptr; }},
    {"no row sums", [](auto& p) { p.tables[1].view.row_sum = nullptr; }},
    {"no shift", [](auto& p) { p.tables[0].view.shift = nullptr; }},
    {"no multiplier", [](auto& p) { p.tables[0].view.multiplier = nullptr; }},
    {"negative shift", [](auto& p) { p.tables[0].shift[2] = -1; }},
    {"shift of 32", [](auto& p) { p.tables[0].shift[2] = 32; }},
    {"negative multiplier", [](auto& p) { std::fill_n(p.tables[0].multiplier.begin() + 8, 4, std::int16_t{-1}); }},
    {"four multipliers that differ", [](auto& p) { ++p.tables[0].multiplier[9]; }},
    {"wrong row sum", [](auto& p) { ++p.tables[1].row_sum[5]; }},
    {"sum of s16 that overflows", [](auto& p) { p.tables[0].bias[3] = INT32_MAX; }},
    {"negative weights of s16 that overflow",
     [](auto& p) {  // of output 3: 16 * 32767 * 32768
       for (std::size_t k = 0; k < 16; ++k) p.tables[0].s16[layout::packed_index(Number::s16, 16, 3, k)] = -32767;
     }},
    {"sum of u8 that overflows", [](auto& p) { p.tables[1].bias[3] = INT32_MIN + 1; }},
    {"u8 weights that overflow 16 bits",
     [](auto& p) {
       for (const std::size_t k : {0u, 1u, 4u, 5u}) {  // of output 0: 127 + 127 + 127 + 127 > 128
         std::int8_t& w = p.tables[1].s8[layout::packed_index(Number::u8, 30, 0, k)];
         p.tables[1].row_sum[0] += 127 - w;
         w = 127;
       }
     }},
    {"slot too narrow for s16", [](auto& p) { p.slot_width[3] = 13; }},
    {"slot too narrow for the padding of u8", [](auto& p) { p.slot_width[2] = 7; }},
    {"skip of another number", [](auto& p) { p.ops[4].add_slot = 2; }},
    {"skip into u8", [](auto& p) { p.ops[4].out = Number::u8; }},
    {"group norm without constants", [](auto& p) { p.ops[3].integer_group_norm = nullptr; }},
    {"group of no multiple of four", [](auto& p) { p.ops[3].n_group = 2; }},
    {"no groups", [](auto& p) { p.ops[3].n_group = 0; }},
    {"mean shift too small for the group", [](auto& p) { p.group_constants.mean_shift = 1; }},
    {"mean larger than the features", [](auto& p) { p.group_constants.mean_multiplier = 16385; }},
    {"mean multiplier of 0", [](auto& p) { p.group_constants.mean_multiplier = 0; }},
    {"odd square shift", [](auto& p) { p.group_constants.square_shift = 3; }},
    {"square shift of 0", [](auto& p) { p.group_constants.square_shift = 0; }},
    {"epsilon of 0", [](auto& p) { p.group_constants.epsilon = 0; }},
    {"epsilon that overflows", [](auto& p) { p.group_constants.epsilon = INT32_MAX; }},
    {"affine with a second factor", [](auto& p) { p.tables[4].s16[layout::packed_diagonal_index(1) ^ 1] = 1; }},
    {"affine with a bias that overflows", [](auto& p) { p.tables[4].bias[1] = (1 << 30) + 1; }},
    {"affine to s32", [](auto& p) { p.ops[5].out = Number::s32; }},
    {"dense in place", [](auto& p) { p.ops[6].out_slot = 5, p.ops[7].in_slot = 5; }},
    {"last op that leaves integers", [](auto& p) { p.ops.pop_back(), p.update(); }},
    {"scale of dequantize that is NaN",
     [](auto& p) {
       static const std::vector<float> nan(21, std::numeric_limits<float>::quiet_NaN());
       p.ops[7].weights = nan.data();
     }},
};

TEST(IntegerSession, RefusesEveryMutation) {
  ASSERT_NE(Session::arena_bytes(IntegerProgram().program), 0u);
  for (const Mutation& mutation : mutations) {
    IntegerProgram integers;
    mutation.apply(integers);
    EXPECT_EQ(Session::arena_bytes(integers.program), 0u) << mutation.what;
  }
}

}  // namespace
}  // namespace crbrt::tests
