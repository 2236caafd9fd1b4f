// SPDX-License-Identifier: Apache-2.0
// Generated C for machines without an operating system, compiled for this one: inputs, sums, estimates and status are a
// session's, bit for bit, within the arena that the header names.
#include <gtest/gtest.h>

#include <bit>

#include "activations_i16.h"
#include "activations_i8.h"
#include "batch_skip_i8.h"
#include "crbrt/loader.hpp"
#include "paper_shape_i16.h"
#include "paper_shape_i8.h"
#include "plain_i16.h"
#include "tests/freestanding/integer_voxels.h"
#include "tests/freestanding/session_sums.h"
#include "tests/support/guarded_buffer.h"
#include "tests/support/runnable_isas.h"
#include "tiny_integer_i16.h"
#include "tiny_integer_i8.h"
#include "uncertain_i8.h"
#include "v3p2_lean_i16.h"
#include "v3p2_lean_i8.h"

namespace crbrt::tests {
namespace {

/// One generated model; the functions of each have types of their own.
struct Generated {
  const char* name;
  std::size_t arena_bytes, n_coeff, n_output;
  int (*preprocess)(const std::int16_t* coefficients, std::int16_t* input);
  int (*sums)(const std::int16_t* coefficients, std::int32_t* sums, void* arena);
  int (*estimate)(const std::int16_t* coefficients, float* estimates, void* arena);
};

template <auto function>
constexpr auto plain_function = [](const std::int16_t* coefficients, auto* results, auto*... arena) -> int {
  return function(coefficients, results, arena...);
};

const Generated generated[] = {
    {"tiny_integer_i8", TINY_INTEGER_I8_ARENA_BYTES, TINY_INTEGER_I8_N_COEFF, TINY_INTEGER_I8_N_OUTPUT,
     plain_function<tiny_integer_i8_preprocess>, plain_function<tiny_integer_i8_sums>,
     plain_function<tiny_integer_i8_estimate>},
    {"tiny_integer_i16", TINY_INTEGER_I16_ARENA_BYTES, TINY_INTEGER_I16_N_COEFF, TINY_INTEGER_I16_N_OUTPUT,
     plain_function<tiny_integer_i16_preprocess>, plain_function<tiny_integer_i16_sums>,
     plain_function<tiny_integer_i16_estimate>},
    {"plain_i16", PLAIN_I16_ARENA_BYTES, PLAIN_I16_N_COEFF, PLAIN_I16_N_OUTPUT, plain_function<plain_i16_preprocess>,
     plain_function<plain_i16_sums>, plain_function<plain_i16_estimate>},
    {"batch_skip_i8", BATCH_SKIP_I8_ARENA_BYTES, BATCH_SKIP_I8_N_COEFF, BATCH_SKIP_I8_N_OUTPUT,
     plain_function<batch_skip_i8_preprocess>, plain_function<batch_skip_i8_sums>, plain_function<batch_skip_i8_estimate>},
    {"uncertain_i8", UNCERTAIN_I8_ARENA_BYTES, UNCERTAIN_I8_N_COEFF, UNCERTAIN_I8_N_OUTPUT,
     plain_function<uncertain_i8_preprocess>, plain_function<uncertain_i8_sums>, plain_function<uncertain_i8_estimate>},
    {"activations_i8", ACTIVATIONS_I8_ARENA_BYTES, ACTIVATIONS_I8_N_COEFF, ACTIVATIONS_I8_N_OUTPUT,
     plain_function<activations_i8_preprocess>, plain_function<activations_i8_sums>, plain_function<activations_i8_estimate>},
    {"activations_i16", ACTIVATIONS_I16_ARENA_BYTES, ACTIVATIONS_I16_N_COEFF, ACTIVATIONS_I16_N_OUTPUT,
     plain_function<activations_i16_preprocess>, plain_function<activations_i16_sums>,
     plain_function<activations_i16_estimate>},
    {"paper_shape_i8", PAPER_SHAPE_I8_ARENA_BYTES, PAPER_SHAPE_I8_N_COEFF, PAPER_SHAPE_I8_N_OUTPUT,
     plain_function<paper_shape_i8_preprocess>, plain_function<paper_shape_i8_sums>, plain_function<paper_shape_i8_estimate>},
    {"paper_shape_i16", PAPER_SHAPE_I16_ARENA_BYTES, PAPER_SHAPE_I16_N_COEFF, PAPER_SHAPE_I16_N_OUTPUT,
     plain_function<paper_shape_i16_preprocess>, plain_function<paper_shape_i16_sums>,
     plain_function<paper_shape_i16_estimate>},
    {"v3p2_lean_i8", V3P2_LEAN_I8_ARENA_BYTES, V3P2_LEAN_I8_N_COEFF, V3P2_LEAN_I8_N_OUTPUT,
     plain_function<v3p2_lean_i8_preprocess>, plain_function<v3p2_lean_i8_sums>, plain_function<v3p2_lean_i8_estimate>},
    {"v3p2_lean_i16", V3P2_LEAN_I16_ARENA_BYTES, V3P2_LEAN_I16_N_COEFF, V3P2_LEAN_I16_N_OUTPUT,
     plain_function<v3p2_lean_i16_preprocess>, plain_function<v3p2_lean_i16_sums>, plain_function<v3p2_lean_i16_estimate>},
};

Model loaded(const Generated& code) {
  Model model;
  const LoadResult result = load_model_file((std::string(CRBRT_TEST_MODELS) + '/' + code.name + ".crbm").c_str(), model);
  EXPECT_EQ(result.status, Status::ok) << result.detail;
  return model;
}

constexpr std::size_t n_voxel = 2000;

IntegerResult run_generated(const Generated& code, const std::vector<std::int16_t>& coefficients) {
  IntegerResult found{std::vector<std::int16_t>(n_voxel * 2 * code.n_coeff), std::vector<std::int32_t>(n_voxel * code.n_output),
                      std::vector<float>(n_voxel * code.n_output), std::vector<VoxelStatus>(n_voxel)};
  GuardedBuffer<std::byte> arena(code.arena_bytes);
  for (std::size_t v = 0; v < n_voxel; ++v) {
    const GuardedBuffer<std::int16_t> voxel(
        std::vector<std::int16_t>(&coefficients[v * 2 * code.n_coeff], &coefficients[v * 2 * code.n_coeff] + 2 * code.n_coeff));
    const int status = code.estimate(voxel.data(), &found.estimates[v * code.n_output], arena.data());
    found.status[v] = static_cast<VoxelStatus>(status);
    const int signal = code.sums(voxel.data(), &found.sums[v * code.n_output], arena.data());
    EXPECT_EQ(code.preprocess(voxel.data(), &found.inputs[v * 2 * code.n_coeff]), signal);
    EXPECT_EQ(signal == 0, status != static_cast<int>(VoxelStatus::zero_signal));
  }
  return found;
}

std::vector<std::uint32_t> bits(const std::vector<float>& values) {
  std::vector<std::uint32_t> found;
  for (const float value : values) found.push_back(std::bit_cast<std::uint32_t>(value));
  return found;
}

TEST(Freestanding, EqualsTheSessionBitForBitOnEveryInstructionSet) {
  IsaRecord record;
  for (const Generated& code : generated) {
    const Model model = loaded(code);
    ASSERT_NE(model.integer_program(), nullptr) << code.name;
    const std::vector<std::int16_t> coefficients = integer_voxels(n_voxel, code.n_coeff);
    const IntegerResult found = run_generated(code, coefficients);
    for (const Isa isa : runnable_isas()) {
      const IntegerResult expected = run_integers(*model.integer_program(), coefficients, isa);
      EXPECT_EQ(found.inputs, expected.inputs) << code.name << " on " << name(isa);
      EXPECT_EQ(found.sums, expected.sums) << code.name << " on " << name(isa);
      EXPECT_EQ(bits(found.estimates), bits(expected.estimates)) << code.name << " on " << name(isa);
      EXPECT_EQ(found.status, expected.status) << code.name << " on " << name(isa);
      record.ran(isa);
    }
  }
  record.expect_scalar_and_best();
}

TEST(Freestanding, TheVoxelsUseTheRangesAndEveryStatus) {
  // Equality of sums that are all the same would prove little.
  const Generated& code = generated[std::size(generated) - 1];
  const IntegerResult found = run_generated(code, integer_voxels(n_voxel, code.n_coeff));
  std::vector<std::int32_t> sums = found.sums;
  std::sort(sums.begin(), sums.end());
  EXPECT_GT(std::unique(sums.begin(), sums.end()) - sums.begin(), static_cast<std::ptrdiff_t>(n_voxel));
  for (const VoxelStatus status : {VoxelStatus::ok, VoxelStatus::zero_signal, VoxelStatus::outside_range})
    EXPECT_NE(std::count(found.status.begin(), found.status.end(), status), 0) << static_cast<int>(status);
}

}  // namespace
}  // namespace crbrt::tests
