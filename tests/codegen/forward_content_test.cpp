// SPDX-License-Identifier: Apache-2.0
// Forward parts in model files: alone or beside an estimator, refused field by field where they make no sense.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "crbrt/crbrt.hpp"
#include "tests/support/forward_models.h"

namespace crbrt::tests {
namespace {

const ModelFile& estimator() {
  static const ModelFile file = load_file(plain_spec());
  return file;
}

LoadResult loaded(const ModelFile& file, Model& model) {
  const std::vector<std::uint8_t> bytes = crbm_image(file);
  return load_forward({bytes.data(), bytes.size()}, model);
}

struct Change {
  const char* what;
  PhaseForm form;
  const char* field;  ///< the start of the detail
  std::function<void(ModelFile&)> apply;
};

void PrintTo(const Change& change, std::ostream* out) { *out << change.what; }

class MeaninglessForward : public testing::TestWithParam<Change> {};

TEST_P(MeaninglessForward, IsRefusedWithTheNameOfTheField) {
  ModelFile file = forward_alone(estimator(), GetParam().form);
  Model model;
  ASSERT_EQ(loaded(file, model).status, Status::ok) << loaded(file, model).detail;
  GetParam().apply(file);
  const LoadResult result = loaded(file, model);
  EXPECT_EQ(result.status, Status::bad_model);
  EXPECT_EQ(result.detail.rfind(std::string(GetParam().field) + ": expected ", 0), 0u) << result.detail;
  EXPECT_NE(result.detail.find(", found "), std::string::npos) << result.detail;
}

constexpr double nan_d = std::numeric_limits<double>::quiet_NaN();
constexpr float inf_f = std::numeric_limits<float>::infinity();
using F = PhaseForm;

const Change changes[] = {
    {"no_inputs", F::features, "forward.inputs", [](ModelFile& m) { m.forward->inputs.clear(); }},
    {"input_twice", F::features, "forward.inputs[1].name", [](ModelFile& m) { m.forward->inputs[1].name = "m0_semi_frac"; }},
    {"input_with_a_path", F::features, "forward.inputs[0].name", [](ModelFile& m) { m.forward->inputs[0].name = "../x"; }},
    {"empty_range", F::features, "forward.inputs[0].minimum", [](ModelFile& m) { m.forward->inputs[0].minimum = 0.3; }},
    {"nan_range", F::features, "forward.inputs[0].maximum", [](ModelFile& m) { m.forward->inputs[0].maximum = nan_d; }},
    {"feature_of_nothing", F::features, "forward.features[0].inputs",
     [](ModelFile& m) { m.forward->features[0].inputs.clear(); }},
    {"feature_of_five", F::features, "forward.features[0].inputs",
     [](ModelFile& m) { m.forward->features[0].inputs.assign(5, 0); }},
    {"feature_of_no_input", F::features, "forward.features[1].inputs",
     [](ModelFile& m) { m.forward->features[1].inputs[1] = 3; }},
    {"unknown_function", F::features, "forward.features[0].function",
     [](ModelFile& m) { m.forward->features[0].function = static_cast<ForwardFunction>(9); }},
    {"factor_0", F::features, "forward.features[0].factor", [](ModelFile& m) { m.forward->features[0].factor = 0; }},
    {"no_offset", F::features, "forward.features[1].offset", [](ModelFile& m) { m.forward->features[1].offset = 0; }},
    {"offset_of_none", F::features, "forward.features[0].offset", [](ModelFile& m) { m.forward->features[0].offset = 1; }},
    {"negative_saturation", F::features, "forward.features[1].inputs", [](ModelFile& m) { m.forward->inputs[1].minimum = -1; }},
    {"huge_angle", F::features, "forward.features[2].factor", [](ModelFile& m) { m.forward->features[2].factor = 1e3; }},
    {"std_0", F::features, "forward.features[0].std", [](ModelFile& m) { m.forward->network.feature_std[0] = 0; }},
    {"mean_inf", F::features, "forward.features[0].mean", [](ModelFile& m) { m.forward->network.feature_mean[0] = inf_f; }},
    {"relu", F::features, "forward.layers[0]",
     [](ModelFile& m) { m.forward->network.operations[1].kind = OperationKind::relu; }},
    {"weights_inf", F::features, "forward.layers[1].weights[0]",
     [](ModelFile& m) { m.forward->network.operations[2].weights[0] = inf_f; }},
    {"too_many_parts", F::features, "forward.layers: last layer",
     [](ModelFile& m) {
       Operation& last = m.forward->network.operations[2];
       last.n_out += 1;
       last.weights.resize(last.weights.size() + 5);
       last.bias.resize(last.bias.size() + 1);
     }},
    {"mirror_without_off_resonance", F::features, "forward.is_mirrored",
     [](ModelFile& m) { m.forward->inputs[2].name = "b1_rel"; }},
    {"antiperiodic_without_off_resonance", F::features, "forward.is_antiperiodic",
     [](ModelFile& m) {
       m.forward->inputs[2].name = "b1_rel";
       m.forward->is_mirrored = false;
     }},
    {"table_too_short", F::table, "forward.table.values", [](ModelFile& m) { m.forward->table.pop_back(); }},
    {"table_nan", F::table, "forward.table.values[2]", [](ModelFile& m) { m.forward->table[2] = std::nanf(""); }},
    {"table_without_mirror", F::table, "forward.is_mirrored", [](ModelFile& m) { m.forward->is_mirrored = false; }},
    {"table_beside_harmonics", F::table, "forward.features", [](ModelFile& m) { m.forward->features[0].inputs[0] = 2; }},
    {"negative_error", F::features, "forward.errors[1].rms", [](ModelFile& m) { m.info.forward.errors[1].rms = -1; }},
    {"error_without_name", F::features, "forward.errors[0].name", [](ModelFile& m) { m.info.forward.errors[0].name = ""; }},
    {"residual_nan", F::features, "forward.residual.q99", [](ModelFile& m) { m.info.forward.residual.q99 = nan_d; }},
    {"text_with_bells", F::features, "forward.provenance.licence", [](ModelFile& m) { m.info.forward.licence = "\a"; }},
    {"no_test_vector", F::features, "forward.test_tissues: voxels", [](ModelFile& m) { m.info.forward.test_tissues.clear(); }},
    {"test_vector_cut", F::features, "forward.test_coefficients",
     [](ModelFile& m) { m.info.forward.test_coefficients.pop_back(); }},
};
INSTANTIATE_TEST_SUITE_P(Rules, MeaninglessForward, testing::ValuesIn(changes),
                         [](const auto& change) { return change.param.what; });

class ForwardFile : public testing::TestWithParam<PhaseForm> {};

TEST_P(ForwardFile, AloneAndBesideAnEstimatorHoldsTheSameProgram) {
  const ModelFile alone = forward_alone(estimator(), GetParam());
  Model of_alone, of_both;
  ASSERT_EQ(loaded(alone, of_alone).status, Status::ok);
  ModelFile both = estimator();
  ASSERT_EQ(add_forward(alone, both).status, Status::ok);
  ASSERT_EQ(loaded(both, of_both).status, Status::ok) << loaded(both, of_both).detail;
  for (const Model* model : {&of_alone, &of_both}) {
    ASSERT_NE(model->forward_program(), nullptr);
    const ForwardProgram& program = *model->forward_program();
    EXPECT_EQ(coefficients_of(program, alone.info.forward.test_tissues, Isa::scalar), alone.info.forward.test_coefficients);
    EXPECT_STREQ(program.inputs[1].name, "r2_free_hz");
    EXPECT_EQ(program.periodic_input, 2);
    EXPECT_NEAR(program.period, 2 * 3.14159265358979 / 3.5e-3, 1e-6);
    EXPECT_EQ(model->info().forward.errors.size(), 2u);
    EXPECT_EQ(model->info().forward.residual.q99, 1.1);
    EXPECT_EQ(model->info().forward.layer_text.front().rfind("hidden1: dense", 0), 0u);
    EXPECT_EQ(model->info().forward.feature_text[1], "2 m0_semi_frac * r2_free_hz / (2 m0_semi_frac * r2_free_hz + 5)");
  }
  EXPECT_EQ(of_alone.program().n_op, 0u);
  EXPECT_EQ(of_both.program().n_output, 3u);
}

// What a file says twice is what was read once.
TEST_P(ForwardFile, IsWrittenAsItWasRead) {
  ModelFile both = estimator(), again;
  ASSERT_EQ(add_forward(forward_alone(estimator(), GetParam()), both).status, Status::ok);
  for (const ModelFile& file : {both, forward_alone(estimator(), GetParam())}) {
    const std::vector<std::uint8_t> bytes = crbm_image(file);
    ASSERT_EQ(load_forward_network({bytes.data(), bytes.size()}, again).status, Status::ok);
    EXPECT_EQ(crbm_image(again), bytes);
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, ForwardFile, testing::Values(PhaseForm::features, PhaseForm::table));

TEST(ForwardFile, EveryReaderSaysWhichPartItMisses) {
  const ModelFile alone = forward_alone(estimator(), PhaseForm::features);
  const std::vector<std::uint8_t> forward = crbm_image(alone), plain = crbm_image(estimator());
  Model model;
  const LoadResult as_estimator = load_model({forward.data(), forward.size()}, model);
  EXPECT_EQ(as_estimator.status, Status::bad_model);
  EXPECT_NE(as_estimator.detail.find("expected an estimator, found a forward part alone"), std::string::npos)
      << as_estimator.detail;
  const LoadResult as_forward = load_forward({plain.data(), plain.size()}, model);
  EXPECT_EQ(as_forward.status, Status::bad_model);
  EXPECT_NE(as_forward.detail.find("forward: expected a forward part"), std::string::npos) << as_forward.detail;
}

TEST(ForwardFile, AnEstimatorIsTheSameWithAndWithoutOne) {
  ModelFile both = estimator();
  ASSERT_EQ(add_forward(forward_alone(estimator(), PhaseForm::features), both).status, Status::ok);
  const std::vector<std::uint8_t> bytes = crbm_image(both);
  Model with;
  ASSERT_EQ(load_model({bytes.data(), bytes.size()}, with).status, Status::ok);
  const Model without = load(plain_spec());
  const std::vector<float> coefficients = random_coefficients(20, 4, 1);
  EXPECT_EQ(estimates_of(with.program(), coefficients, Isa::scalar),
            estimates_of(without.program(), coefficients, Isa::scalar));
  EXPECT_EQ(without.forward_program(), nullptr);
  EXPECT_EQ(with.info().format_version, without.info().format_version);
}

TEST(ForwardFile, OfAnotherSequenceOrBasisIsNotJoined) {
  const ModelFile alone = forward_alone(estimator(), PhaseForm::features);
  for (const char* field : {"protocol.sequence_sha256", "protocol.basis_sha256"}) {
    ModelFile other = estimator();
    std::string& hash = field[9] == 's' ? other.info.sequence_sha256 : other.info.basis_sha256;
    hash = std::string(64, 'b');
    const LoadResult result = add_forward(alone, other);
    EXPECT_EQ(result.status, Status::bad_model);
    EXPECT_EQ(result.detail.rfind(field, 0), 0u) << result.detail;
    EXPECT_FALSE(other.forward);
  }
}

TEST(ForwardFile, IsRefusedWhereverItIsCut) {
  const std::vector<std::uint8_t> bytes = crbm_image(forward_alone(estimator(), PhaseForm::table));
  Model model;
  for (std::size_t size = 0; size < bytes.size(); size += 97)
    EXPECT_NE(load_forward({bytes.data(), size}, model).status, Status::ok) << size;
}

}  // namespace
}  // namespace crbrt::tests
