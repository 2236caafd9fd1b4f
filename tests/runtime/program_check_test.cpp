// SPDX-License-Identifier: Apache-2.0
// A program that contradicts itself is refused by bind: one mutation of a good program per line.
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "crbrt/session.h"
#include "tests/support/guarded_buffer.h"
#include "tests/support/synthetic_program.h"

namespace crbrt::tests {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float inf = std::numeric_limits<float>::infinity();

// Ops of build_mixed_network: 0 dense 16-30, 1 group_norm, 2 affine (the kept copy, slot 3), 3 dense 30-23, 4 affine,
// 5 dense 23-30 + slot 3, 6 relu, 7 dense 30-5.
struct Mutation {
  const char* what;
  std::function<void(SyntheticProgram&)> apply;
};

std::vector<float> spoiled_with(float value) {
  std::vector<float> values(16, 1.0f);
  values[11] = value;
  return values;
}
const std::vector<float> with_nan = spoiled_with(nan), with_inf = spoiled_with(inf), with_zero = spoiled_with(0),
                         with_negative = spoiled_with(-1);

const Mutation mutations[] = {
    {"newer version", [](auto& p) { p.program().version = program_version + 1; }},
    {"version 0", [](auto& p) { p.program().version = 0; }},
    {"no name", [](auto& p) { p.program().name = nullptr; }},
    {"no hash", [](auto& p) { p.program().model_sha256 = nullptr; }},
    {"no coefficients", [](auto& p) { p.program().n_coeff = 0; }},
    {"one coefficient more than slot 0 holds", [](auto& p) { p.program().n_coeff = 9; }},
    {"one coefficient less than op 0 reads", [](auto& p) { p.program().n_coeff = 7; }},
    {"coefficients that overflow", [](auto& p) { p.program().n_coeff = 0x80000000u; }},
    {"no outputs", [](auto& p) { p.program().n_output = 0; }},
    {"more outputs than the last op writes", [](auto& p) { p.program().n_output = 6; }},
    {"fewer outputs than the last op writes", [](auto& p) { p.program().n_output = 4; }},
    {"null outputs", [](auto& p) { p.program().outputs = nullptr; }},
    {"no ops", [](auto& p) { p.program().n_op = 0; }},
    {"null ops", [](auto& p) { p.program().ops = nullptr; }},
    {"last op missing", [](auto& p) { p.program().n_op = 7; }},
    {"no slots", [](auto& p) { p.program().n_slot = 0; }},
    {"a slot too few", [](auto& p) { p.program().n_slot = 3; }},
    {"null slot widths", [](auto& p) { p.program().slot_width = nullptr; }},
    {"slot of no width", [](auto& p) { p.slot_width()[3] = 0; }},
    {"slot 0 too narrow", [](auto& p) { p.slot_width()[0] = 15; }},
    {"slot too narrow for its writer", [](auto& p) { p.slot_width()[1] = 29; }},
    {"slot width that overflows the arena", [](auto& p) { p.slot_width()[2] = 0xffffffffu; }},
    {"null mean", [](auto& p) { p.preprocessing().mean = nullptr; }},
    {"null inverse std", [](auto& p) { p.preprocessing().inverse_std = nullptr; }},
    {"NaN mean", [](auto& p) { p.preprocessing().mean = with_nan.data(); }},
    {"infinite inverse std", [](auto& p) { p.preprocessing().inverse_std = with_inf.data(); }},
    {"zero inverse std", [](auto& p) { p.preprocessing().inverse_std = with_zero.data(); }},
    {"negative inverse std", [](auto& p) { p.preprocessing().inverse_std = with_negative.data(); }},
    {"phase reference below -1", [](auto& p) { p.preprocessing().phase_reference = -2; }},
    {"phase reference beyond the last", [](auto& p) { p.preprocessing().phase_reference = 8; }},
    {"conjugate reference below -1", [](auto& p) { p.preprocessing().conjugate_reference = -2; }},
    {"conjugate reference beyond the last", [](auto& p) { p.preprocessing().conjugate_reference = 8; }},
    {"conjugate reference without an imaginary part",
     [](auto& p) { p.preprocessing().conjugate_reference = p.preprocessing().phase_reference; }},
    {"l2 flag 2", [](auto& p) { p.preprocessing().l2_normalize = 2; }},
    {"output without name", [](auto& p) { p.outputs()[1].name = nullptr; }},
    {"output without unit", [](auto& p) { p.outputs()[1].unit = nullptr; }},
    {"output with NaN scale", [](auto& p) { p.outputs()[1].scale = nan; }},
    {"output with infinite offset", [](auto& p) { p.outputs()[4].offset = inf; }},
    {"output with an empty range", [](auto& p) { p.outputs()[0].minimum = 2, p.outputs()[0].maximum = 1; }},
    {"output with NaN minimum", [](auto& p) { p.outputs()[0].minimum = nan; }},
    {"output with NaN maximum", [](auto& p) { p.outputs()[0].maximum = nan; }},
    {"unknown op", [](auto& p) { p.ops()[6].kind = static_cast<OpKind>(4); }},
    {"in slot that does not exist", [](auto& p) { p.ops()[3].in_slot = 4; }},
    {"out slot that does not exist", [](auto& p) { p.ops()[3].out_slot = 4; }},
    {"op that reads nothing", [](auto& p) { p.ops()[3].n_in = 0; }},
    {"op that writes nothing", [](auto& p) { p.ops()[3].n_out = 0; }},
    {"op that reads more than was written", [](auto& p) { p.ops()[5].n_in = 24; }},
    {"op that reads less than was written", [](auto& p) { p.ops()[5].n_in = 22; }},
    {"slot read before it is written", [](auto& p) { p.ops()[0].in_slot = 2; }},
    {"dense in place", [](auto& p) { p.ops()[7].out_slot = p.ops()[7].in_slot; }},
    {"dense without weights", [](auto& p) { p.ops()[0].weights = nullptr; }},
    {"dense without bias", [](auto& p) { p.ops()[0].bias = nullptr; }},
    {"dense with relu flag 2", [](auto& p) { p.ops()[0].relu = 2; }},
    {"skip from a slot that does not exist", [](auto& p) { p.ops()[5].add_slot = 4; }},
    {"skip from slot -2", [](auto& p) { p.ops()[5].add_slot = -2; }},
    {"skip of another width", [](auto& p) { p.ops()[5].add_slot = 0; }},
    {"skip from a slot nobody has written", [](auto& p) { p.ops()[0].add_slot = 3; }},
    {"group_norm that changes the width", [](auto& p) { p.ops()[1].n_out = 29; }},
    {"group_norm without groups", [](auto& p) { p.ops()[1].n_group = 0; }},
    {"groups that do not divide the width", [](auto& p) { p.ops()[1].n_group = 4; }},
    {"group_norm without gamma", [](auto& p) { p.ops()[1].weights = nullptr; }},
    {"group_norm without beta", [](auto& p) { p.ops()[1].bias = nullptr; }},
    {"group_norm with zero epsilon", [](auto& p) { p.ops()[1].epsilon = 0; }},
    {"group_norm with negative epsilon", [](auto& p) { p.ops()[1].epsilon = -1; }},
    {"group_norm with NaN epsilon", [](auto& p) { p.ops()[1].epsilon = nan; }},
    {"group_norm with relu flag 3", [](auto& p) { p.ops()[1].relu = 3; }},
    {"affine that changes the width", [](auto& p) { p.ops()[4].n_out = 22; }},
    {"affine without scale", [](auto& p) { p.ops()[4].weights = nullptr; }},
    {"affine without shift", [](auto& p) { p.ops()[4].bias = nullptr; }},
    {"affine with relu flag 2", [](auto& p) { p.ops()[4].relu = 2; }},
    {"relu that changes the width", [](auto& p) { p.ops()[6].n_out = 29; }},
};

const Mutation detail_mutations[] = {
    {"features of uncertainty without it", [](auto& p) { p.program().uncertainty = nullptr; }},
    {"feature of atypicality without it", [](auto& p) { p.program().atypicality = nullptr; }},
    {"one output more than there are features for", [](auto& p) { p.program().n_output = 6; }},
    {"outputs whose features overflow 32 bits", [](auto& p) { p.program().n_output = 0x40000005u; }},
    {"NaN centre", [](auto& p) { p.uncertainty().log_noise_center = nan; }},
    {"infinite centre", [](auto& p) { p.uncertainty().log_noise_center = inf; }},
    {"infinite lower noise", [](auto& p) { p.uncertainty().log_noise_min = -inf; }},
    {"NaN lower noise", [](auto& p) { p.uncertainty().log_noise_min = nan; }},
    {"infinite upper noise", [](auto& p) { p.uncertainty().log_noise_max = inf; }},
    {"empty range of noise", [](auto& p) { p.uncertainty().log_noise_min = 1; }},
    {"NaN threshold", [](auto& p) { p.atypicality().threshold = nan; }},
};

/// `build` makes a good program, which `mutation` spoils.
void expect_refused(void (&build)(SyntheticProgram&), const Mutation& mutation) {
  SyntheticProgram p(8);
  build(p);
  const std::size_t needed = Session::arena_bytes(p.program());
  ASSERT_GT(needed, 0u) << "the good program must be good";
  GuardedBuffer<std::byte> arena(2 * needed, Edge::begin);
  mutation.apply(p);
  Session session;
  EXPECT_EQ(Session::arena_bytes(p.program()), 0u) << mutation.what;
  EXPECT_EQ(session.bind(p.program(), arena.data(), arena.size()), Status::bad_program) << mutation.what;
  EXPECT_EQ(session.program(), nullptr) << mutation.what;
}

TEST(ProgramCheck, EveryMutationOfAGoodProgramIsRefused) {
  for (const Mutation& mutation : mutations) expect_refused(build_mixed_network, mutation);
  for (const Mutation& mutation : detail_mutations) expect_refused(build_uncertain_mixed_network, mutation);
}

TEST(ProgramCheck, SkipsMayReadTheirOwnTargetOrTheInput) {
  // out = dense(in) + out, and out = dense(in) + in: both are element by element, so neither needs a copy.
  SyntheticProgram p(8);
  p.dense(16, true);
  p.dense(16, true);
  p.dense(16, false);
  p.finish();
  for (const std::int32_t slot : {0, 1, 2}) {
    p.ops()[2].add_slot = slot;
    EXPECT_GT(Session::arena_bytes(p.program()), 0u) << slot;
  }
}

}  // namespace
}  // namespace crbrt::tests
