// SPDX-License-Identifier: Apache-2.0
// A compiled model and the loaded file it came from are the same program: equal bits on every instruction set.
#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <utility>

#include "batch_norm.hpp"
#include "batch_skip.hpp"
#include "crbrt/crbrt.hpp"
#include "group_skip.hpp"
#include "group_skip_specialised.hpp"
#include "paper_shape.hpp"
#include "plain.hpp"
#include "plain_skip.hpp"
#include "tests/support/model_builder.h"
#include "tests/support/runnable_isas.h"
#include "tiny_integer_i16.hpp"
#include "tiny_integer_i8.hpp"
#include "tiny_integer_specialised.hpp"
#include "tiny_uncertain.hpp"
#include "uncertain.hpp"

extern "C" {
int plain_from_c(const float* coefficients, std::size_t n_voxel, float* estimates, std::uint32_t isa);
std::size_t plain_arena_bytes_from_c(void);
}

namespace crbrt::tests {
namespace {

struct CompiledModel {
  const Program& program;
  std::size_t arena_bytes;
};

const CompiledModel compiled_models[] = {
    {models::plain, models::plain_arena_bytes},           {models::batch_norm, models::batch_norm_arena_bytes},
    {models::batch_skip, models::batch_skip_arena_bytes}, {models::group_skip, models::group_skip_arena_bytes},
    {models::plain_skip, models::plain_skip_arena_bytes}, {models::paper_shape, models::paper_shape_arena_bytes},
    {models::uncertain, models::uncertain_arena_bytes},   {models::tiny_uncertain, models::tiny_uncertain_arena_bytes}};

Model loaded(const Program& program) {
  Model model;
  const LoadResult result = load_model_file((std::string(CRBRT_TEST_MODELS) + "/" + program.name + ".crbm").c_str(), model);
  EXPECT_EQ(result.status, Status::ok) << result.detail;
  return model;
}

/// Random voxels over more than two tiles, with ones that are flagged among them.
std::vector<float> voxels(std::uint32_t n_coeff) {
  std::vector<float> coefficients = random_coefficients(61, n_coeff, 42);
  const std::size_t width = 2 * std::size_t{n_coeff};
  coefficients[3 * width] = std::numeric_limits<float>::quiet_NaN();
  coefficients[30 * width + 1] = std::numeric_limits<float>::infinity();
  std::fill_n(coefficients.begin() + static_cast<std::ptrdiff_t>(55 * width), width, 0.0f);
  return coefficients;
}

std::vector<std::uint32_t> bits(const std::vector<float>& values) {
  std::vector<std::uint32_t> found;
  for (const float value : values) found.push_back(std::bit_cast<std::uint32_t>(value));
  return found;
}

TEST(CompiledModel, EqualsTheInterpretedOneBitForBitOnEveryInstructionSet) {
  IsaRecord record;
  for (const CompiledModel& compiled : compiled_models) {
    const Model model = loaded(compiled.program);
    const std::vector<float> coefficients = voxels(compiled.program.n_coeff);
    for (const Isa isa : runnable_isas()) {
      record.ran(isa);
      EXPECT_EQ(bits(estimates_of(compiled.program, coefficients, isa)), bits(estimates_of(model.program(), coefficients, isa)))
          << compiled.program.name << " on " << name(isa);
    }
  }
  record.expect_scalar_and_best();
}

TEST(CompiledModel, IntegersEqualTheInterpretedOnesAndEachOtherOnEveryInstructionSet) {
  for (const auto& [compiled, file] :
       {std::pair{&models::tiny_integer_i8, "tiny_integer_i8"}, std::pair{&models::tiny_integer_i16, "tiny_integer_i16"}}) {
    Model model;
    const LoadResult result = load_model_file((std::string(CRBRT_TEST_MODELS) + "/" + file + ".crbm").c_str(), model);
    ASSERT_EQ(result.status, Status::ok) << result.detail;
    ASSERT_NE(model.integer_program(), nullptr);
    EXPECT_EQ(Session::arena_bytes(*compiled), Session::arena_bytes(*model.integer_program()));
    const std::vector<float> coefficients = voxels(compiled->n_coeff);
    const std::vector<float> expected = estimates_of(*model.integer_program(), coefficients, Isa::scalar);
    for (const Isa isa : runnable_isas())
      EXPECT_EQ(bits(estimates_of(*compiled, coefficients, isa)), bits(expected)) << file << " on " << name(isa);
  }
  EXPECT_EQ(models::tiny_integer_i8_arena_bytes, Session::arena_bytes(models::tiny_integer_i8));
}

TEST(CompiledModel, ShapesAsConstantsChangeNoBit) {
  IsaRecord record;
  for (const auto& [specialised, plain] : {std::pair{&models::group_skip_specialised, &models::group_skip},
                                           std::pair{&models::tiny_integer_specialised, &models::tiny_integer_i8}}) {
    ASSERT_NE(specialised->compiled, nullptr);
    EXPECT_EQ(plain->compiled, nullptr);
    const std::size_t n_in = 2 * std::size_t{plain->n_coeff};
    const std::vector<float> coefficients = voxels(plain->n_coeff);
    for (const Isa isa : runnable_isas()) {
      ASSERT_NE(specialised->compiled->run[static_cast<std::size_t>(isa)], nullptr) << name(isa);
      for (const std::size_t n_voxel : {1u, 2u, 3u, 4u, 7u, 16u, 49u, 61u}) {
        const std::vector<float> some(coefficients.begin(), coefficients.begin() + static_cast<std::ptrdiff_t>(n_voxel * n_in));
        EXPECT_EQ(bits(estimates_of(*specialised, some, isa)), bits(estimates_of(*plain, some, isa)))
            << plain->name << " on " << name(isa) << ", " << n_voxel << " voxels";
      }
      record.ran(isa);
    }
  }
  record.expect_scalar_and_best();
}

TEST(CompiledModel, GivesTheSameStandardDeviationsAndScoresBitForBit) {
  for (const Program* compiled : {&models::uncertain, &models::tiny_uncertain}) {
    const Model model = loaded(*compiled);
    const std::vector<float> coefficients = voxels(compiled->n_coeff);
    for (const Isa isa : runnable_isas()) {
      const RunResult a = run_details(*compiled, coefficients, 0.2f, isa);
      const RunResult b = run_details(model.program(), coefficients, 0.2f, isa);
      EXPECT_EQ(bits(a.estimates), bits(b.estimates)) << compiled->name << " on " << name(isa);
      EXPECT_EQ(bits(a.std), bits(b.std)) << compiled->name << " on " << name(isa);
      EXPECT_EQ(bits(a.atypicality), bits(b.atypicality)) << compiled->name << " on " << name(isa);
      EXPECT_EQ(a.std.size(), a.estimates.size());
      EXPECT_EQ(a.atypicality.size(), 61u);
    }
  }
}

TEST(CompiledModel, SaysWhatItGivesBesideEstimates) {
  static_assert(models::uncertain_has_uncertainty && models::uncertain_has_atypicality);
  static_assert(!models::plain_has_uncertainty && !models::plain_has_atypicality);
  EXPECT_EQ(models::plain.uncertainty, nullptr);
  EXPECT_EQ(models::plain.atypicality, nullptr);
  const Model model = loaded(models::uncertain);
  EXPECT_EQ(models::uncertain.atypicality->threshold, model.info().atypicality_threshold);
  EXPECT_EQ(models::uncertain.uncertainty->log_noise_center, model.program().uncertainty->log_noise_center);
}

TEST(CompiledModel, CarriesTheIdentityOfItsFile) {
  for (const CompiledModel& compiled : compiled_models) {
    const Model model = loaded(compiled.program);
    EXPECT_EQ(compiled.program.model_sha256, model.info().content_sha256);
    EXPECT_EQ(compiled.program.macs_per_voxel, model.program().macs_per_voxel);
    EXPECT_EQ(compiled.program.n_op, model.program().n_op);
  }
}

TEST(CompiledModel, TheArenaConstantIsWhatBindingAsksFor) {
  for (const CompiledModel& compiled : compiled_models)
    EXPECT_EQ(compiled.arena_bytes, Session::arena_bytes(compiled.program)) << compiled.program.name;
  EXPECT_EQ(plain_arena_bytes_from_c(), models::plain_arena_bytes);
}

TEST(CompiledModel, RunsFromC) {
  const std::vector<float> coefficients = voxels(models::plain.n_coeff);
  std::vector<float> estimates(61 * models::plain_n_output);
  ASSERT_EQ(plain_from_c(coefficients.data(), 61, estimates.data(), static_cast<std::uint32_t>(Isa::scalar)), 0);
  EXPECT_EQ(bits(estimates), bits(estimates_of(models::plain, coefficients, Isa::scalar)));
}

}  // namespace
}  // namespace crbrt::tests
