// SPDX-License-Identifier: Apache-2.0
// Meaning: a well-formed file whose content makes no sense is refused with a line that names the field. One row a rule.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "base/sha256.h"
#include "tests/support/model_builder.h"

namespace crbrt::tests {
namespace {

using fbs::ModelT;
using fbs::NormalizationKind;

constexpr float nan_f = std::numeric_limits<float>::quiet_NaN();
constexpr float inf_f = std::numeric_limits<float>::infinity();

LoadResult load_object(const ModelT& model) {
  const auto bytes = to_flatbuffer(model);
  Model loaded;
  return load_flatbuffer({bytes.data(), bytes.size()}, loaded);
}

/// Batch, group and no normalisation, a skip, a basis: every rule has something to break.
ModelT valid_model() {
  ModelSpec spec{.name = "valid"};
  spec.hidden = {{.name = "a", .width = 6, .normalization = NormalizationKind::batch},
                 {.name = "b", .width = 6, .normalization = NormalizationKind::group, .n_group = 2, .skip_from = "a"},
                 {.name = "c", .width = 5}};
  return make_model(spec);
}

struct Mutation {
  const char* what;
  const char* field;  ///< the start of the detail
  std::function<void(ModelT&)> apply;
};

void PrintTo(const Mutation& mutation, std::ostream* out) { *out << mutation.what; }

class MeaninglessModel : public ::testing::TestWithParam<Mutation> {};

TEST_P(MeaninglessModel, IsRefusedWithTheNameOfTheField) {
  ModelT model = valid_model();
  ASSERT_EQ(load_object(model).status, Status::ok);
  GetParam().apply(model);
  const LoadResult result = load_object(model);
  EXPECT_EQ(result.status, Status::bad_model);
  EXPECT_EQ(result.detail.rfind(std::string(GetParam().field) + ": expected ", 0), 0u) << result.detail;
  EXPECT_NE(result.detail.find(", found "), std::string::npos) << result.detail;
  EXPECT_EQ(result.detail.find('\n'), std::string::npos) << result.detail;
}

const Mutation identity_mutations[] = {
    {"empty_name", "name", [](ModelT& m) { m.name = ""; }},
    {"name_with_a_path", "name", [](ModelT& m) { m.name = "../etc"; }},
    {"name_of_65_letters", "name", [](ModelT& m) { m.name = std::string(65, 'a'); }},
    {"name_with_a_line_end", "name", [](ModelT& m) { m.name = "a\nb"; }},
};

const Mutation preprocessing_mutations[] = {
    {"phase_reference_too_large", "preprocessing.phase_reference", [](ModelT& m) { m.preprocessing->phase_reference = 4; }},
    {"phase_reference_too_small", "preprocessing.phase_reference", [](ModelT& m) { m.preprocessing->phase_reference = -2; }},
    {"conjugate_reference_too_large", "preprocessing.conjugate_reference",
     [](ModelT& m) { m.preprocessing->conjugate_reference = 4; }},
    {"conjugate_reference_too_small", "preprocessing.conjugate_reference",
     [](ModelT& m) { m.preprocessing->conjugate_reference = -2; }},
    {"conjugate_reference_of_no_imaginary_part", "preprocessing.conjugate_reference",
     [](ModelT& m) { m.preprocessing->conjugate_reference = m.preprocessing->phase_reference; }},
    {"conjugate_reference_in_format_1", "format_version", [](ModelT& m) { m.preprocessing->conjugate_reference = 1; }},
    {"mean_short", "preprocessing.mean", [](ModelT& m) { m.preprocessing->mean.pop_back(); }},
    {"mean_nan", "preprocessing.mean[3]", [](ModelT& m) { m.preprocessing->mean[3] = nan_f; }},
    {"std_long", "preprocessing.std", [](ModelT& m) { m.preprocessing->std.push_back(1); }},
    {"std_zero", "preprocessing.std[0]", [](ModelT& m) { m.preprocessing->std[0] = 0; }},
    {"std_negative", "preprocessing.std[7]", [](ModelT& m) { m.preprocessing->std[7] = -1; }},
    {"std_infinite", "preprocessing.std[1]", [](ModelT& m) { m.preprocessing->std[1] = inf_f; }},
    {"std_without_inverse", "preprocessing.std[2]", [](ModelT& m) { m.preprocessing->std[2] = 1e-40f; }},
};

const Mutation layer_mutations[] = {
    {"no_layers", "layers", [](ModelT& m) { m.layers.clear(); }},
    {"layer_without_name", "layers[1].name", [](ModelT& m) { m.layers[1]->name = ""; }},
    {"layer_name_twice", "layers[2].name", [](ModelT& m) { m.layers[2]->name = "a"; }},
    {"first_layer_of_other_width", "layers[0].n_in", [](ModelT& m) { m.layers[0]->n_in = 7; }},
    {"layers_do_not_chain", "layers[2].n_in", [](ModelT& m) { m.layers[2]->n_in = 5; }},
    {"layer_without_outputs", "layers[0].n_out", [](ModelT& m) { m.layers[0]->n_out = 0; }},
    {"layer_of_hostile_width", "layers[0].n_out", [](ModelT& m) { m.layers[0]->n_out = 0xffffffff; }},
    {"weights_short", "layers[0].weights", [](ModelT& m) { m.layers[0]->weights.pop_back(); }},
    {"weights_nan", "layers[2].weights[4]", [](ModelT& m) { m.layers[2]->weights[4] = nan_f; }},
    {"bias_long", "layers[1].bias", [](ModelT& m) { m.layers[1]->bias.push_back(0); }},
    {"bias_infinite", "layers[1].bias[0]", [](ModelT& m) { m.layers[1]->bias[0] = inf_f; }},
    {"unknown_activation", "layers[0].activation", [](ModelT& m) { m.layers[0]->activation = fbs::Activation(200); }},
    {"skip_from_nowhere", "layers[1].skip_from", [](ModelT& m) { m.layers[1]->skip_from = "z"; }},
    {"skip_from_itself", "layers[1].skip_from", [](ModelT& m) { m.layers[1]->skip_from = "b"; }},
    {"skip_from_later", "layers[1].skip_from", [](ModelT& m) { m.layers[1]->skip_from = "c"; }},
    {"skip_from_other_width", "layers[2].skip_from", [](ModelT& m) { m.layers[2]->skip_from = "a"; }},
};

const Mutation normalization_mutations[] = {
    {"unknown_kind", "layers[0].normalization.kind",
     [](ModelT& m) { m.layers[0]->normalization->kind = NormalizationKind(3); }},
    {"gamma_short", "layers[0].normalization.gamma", [](ModelT& m) { m.layers[0]->normalization->gamma.pop_back(); }},
    {"gamma_nan", "layers[1].normalization.gamma[1]", [](ModelT& m) { m.layers[1]->normalization->gamma[1] = nan_f; }},
    {"beta_absent", "layers[1].normalization.beta", [](ModelT& m) { m.layers[1]->normalization->beta.clear(); }},
    {"beta_infinite", "layers[0].normalization.beta[5]", [](ModelT& m) { m.layers[0]->normalization->beta[5] = inf_f; }},
    {"epsilon_negative", "layers[0].normalization.epsilon", [](ModelT& m) { m.layers[0]->normalization->epsilon = -1; }},
    {"epsilon_nan", "layers[1].normalization.epsilon", [](ModelT& m) { m.layers[1]->normalization->epsilon = nan_f; }},
    {"group_epsilon_zero", "layers[1].normalization.epsilon", [](ModelT& m) { m.layers[1]->normalization->epsilon = 0; }},
    {"batch_mean_short", "layers[0].normalization.mean", [](ModelT& m) { m.layers[0]->normalization->mean.pop_back(); }},
    {"batch_mean_nan", "layers[0].normalization.mean[2]", [](ModelT& m) { m.layers[0]->normalization->mean[2] = nan_f; }},
    {"batch_variance_short", "layers[0].normalization.variance",
     [](ModelT& m) { m.layers[0]->normalization->variance.clear(); }},
    {"batch_variance_negative", "layers[0].normalization.variance[0]",
     [](ModelT& m) { m.layers[0]->normalization->variance[0] = -1; }},
    {"batch_variance_plus_epsilon_zero", "layers[0].normalization.variance[1] + epsilon",
     [](ModelT& m) {
       m.layers[0]->normalization->epsilon = 0;
       m.layers[0]->normalization->variance[1] = 0;
     }},
    {"batch_with_groups", "layers[0].normalization.n_group", [](ModelT& m) { m.layers[0]->normalization->n_group = 2; }},
    {"group_without_groups", "layers[1].normalization.n_group", [](ModelT& m) { m.layers[1]->normalization->n_group = 0; }},
    {"group_that_does_not_divide", "layers[1].normalization.n_group",
     [](ModelT& m) { m.layers[1]->normalization->n_group = 4; }},
    {"group_with_mean", "layers[1].normalization.mean", [](ModelT& m) { m.layers[1]->normalization->mean = {1}; }},
    {"group_with_variance", "layers[1].normalization.variance", [](ModelT& m) { m.layers[1]->normalization->variance = {1}; }},
};

const Mutation output_mutations[] = {
    {"no_outputs", "outputs", [](ModelT& m) { m.outputs.clear(); }},
    {"one_output_too_few", "layers: last layer", [](ModelT& m) { m.outputs.pop_back(); }},
    {"output_name_twice", "outputs[1].name", [](ModelT& m) { m.outputs[1]->name = m.outputs[0]->name; }},
    {"output_name_with_a_path", "outputs[0].name", [](ModelT& m) { m.outputs[0]->name = "a/b"; }},
    {"output_without_unit", "outputs[0].unit", [](ModelT& m) { m.outputs[0]->unit = ""; }},
    {"offset_nan", "outputs[2].offset", [](ModelT& m) { m.outputs[2]->offset = nan_f; }},
    {"scale_infinite", "outputs[0].scale", [](ModelT& m) { m.outputs[0]->scale = inf_f; }},
    {"scale_zero", "outputs[0].scale", [](ModelT& m) { m.outputs[0]->scale = 0; }},
    {"minimum_nan", "outputs[0].minimum", [](ModelT& m) { m.outputs[0]->minimum = nan_f; }},
    {"maximum_infinite", "outputs[0].maximum", [](ModelT& m) { m.outputs[0]->maximum = inf_f; }},
    {"range_empty", "outputs[1].minimum", [](ModelT& m) { m.outputs[1]->minimum = m.outputs[1]->maximum; }},
    {"std_minimum_negative", "outputs[0].std_minimum", [](ModelT& m) { m.outputs[0]->std_minimum = -1; }},
    {"std_minimum_nan", "outputs[0].std_minimum", [](ModelT& m) { m.outputs[0]->std_minimum = nan_f; }},
    {"std_maximum_negative", "outputs[2].std_maximum", [](ModelT& m) { m.outputs[2]->std_maximum = -1; }},
    {"std_maximum_infinite", "outputs[0].std_maximum", [](ModelT& m) { m.outputs[0]->std_maximum = inf_f; }},
    {"std_limits_empty", "outputs[1].std_minimum",
     [](ModelT& m) { m.outputs[1]->std_minimum = m.outputs[1]->std_maximum = 1; }},
};

/// A model without details is what mutations start from: these add them, with a last layer that fits unless it is the point.
void add_details(ModelT& m) {
  ModelSpec spec{.name = "valid", .uncertainty = true, .atypicality = true};
  spec.hidden = {{.name = "h", .width = 4}};
  m = make_model(spec);
}

const Mutation detail_mutations[] = {
    {"uncertainty_without_its_features", "layers: last layer",
     [](ModelT& m) { m.uncertainty = std::make_unique<fbs::UncertaintyT>(); }},
    {"atypicality_without_its_feature", "layers: last layer",
     [](ModelT& m) { m.atypicality = std::make_unique<fbs::AtypicalityT>(); }},
    {"features_of_an_absent_uncertainty", "layers: last layer", [](ModelT& m) { add_details(m), m.uncertainty.reset(); }},
    {"feature_of_an_absent_atypicality", "layers: last layer", [](ModelT& m) { add_details(m), m.atypicality.reset(); }},
    {"center_nan", "uncertainty.log_noise_center", [](ModelT& m) { add_details(m), m.uncertainty->log_noise_center = nan_f; }},
    {"center_infinite", "uncertainty.log_noise_center",
     [](ModelT& m) { add_details(m), m.uncertainty->log_noise_center = inf_f; }},
    {"noise_min_infinite", "uncertainty.log_noise_min",
     [](ModelT& m) { add_details(m), m.uncertainty->log_noise_min = -inf_f; }},
    {"noise_max_nan", "uncertainty.log_noise_max", [](ModelT& m) { add_details(m), m.uncertainty->log_noise_max = nan_f; }},
    {"noise_range_reversed", "uncertainty.log_noise_min",
     [](ModelT& m) { add_details(m), m.uncertainty->log_noise_min = 1.75f; }},
    {"threshold_nan", "atypicality.threshold", [](ModelT& m) { add_details(m), m.atypicality->threshold = nan_f; }},
    {"at_noise_short", "atypicality.at_noise",
     [](ModelT& m) {
       add_details(m), m.atypicality->at_noise = {1, 2};
     }},
    {"at_noise_nan", "atypicality.at_noise[1]",
     [](ModelT& m) {
       add_details(m), m.atypicality->at_noise = {1, nan_f, 2};
     }},
    {"at_noise_without_a_range_of_noise", "atypicality.at_noise",
     [](ModelT& m) {
       add_details(m), m.uncertainty.reset(), m.atypicality->at_noise = {1, 2, 3};
     }},
};

const Mutation protocol_mutations[] = {
    {"sequence_without_name", "protocol.sequence_name", [](ModelT& m) { m.protocol->sequence_name = ""; }},
    {"sequence_hash_short", "protocol.sequence_sha256", [](ModelT& m) { m.protocol->sequence_sha256.pop_back(); }},
    {"sequence_hash_upper_case", "protocol.sequence_sha256",
     [](ModelT& m) { m.protocol->sequence_sha256 = std::string(64, 'A'); }},
    {"basis_hash_no_hex", "protocol.basis_sha256", [](ModelT& m) { m.protocol->basis_sha256[5] = 'g'; }},
    {"basis_of_other_hash", "protocol.basis", [](ModelT& m) { m.protocol->basis_sha256 = std::string(64, '0'); }},
    {"basis_not_orthonormal", "protocol.basis",
     [](ModelT& m) {
       m.protocol->basis[0] += 2e-4 / m.protocol->basis[0];  // the square of the norm is off by 4e-4
       m.protocol->basis_sha256 = base::hex(base::sha256(m.protocol->basis.data(), m.protocol->basis.size() * 8));
     }},
    {"basis_short", "protocol.basis", [](ModelT& m) { m.protocol->basis.pop_back(); }},
    {"basis_nan", "protocol.basis[9]", [](ModelT& m) { m.protocol->basis[9] = nan_f; }},
    {"basis_of_imaginary_parts_alone", "protocol.basis",
     [](ModelT& m) { std::swap(m.protocol->basis, m.protocol->basis_imag); }},
    {"basis_with_imaginary_parts_of_another_hash", "protocol.basis",
     [](ModelT& m) { m.protocol->basis_imag.assign(m.protocol->basis.size(), 1e-9); }},
    {"basis_imag_of_zeros", "protocol.basis_imag",
     [](ModelT& m) { m.protocol->basis_imag.assign(m.protocol->basis.size(), 0); }},
    {"basis_imag_short", "protocol.basis_imag", [](ModelT& m) { m.protocol->basis_imag.assign(3, 1e-9); }},
    {"basis_imag_nan", "protocol.basis_imag[2]",
     [](ModelT& m) {
       m.protocol->basis_imag.assign(m.protocol->basis.size(), 1e-9);
       m.protocol->basis_imag[2] = nan_f;
     }},
    {"basis_hash_of_single_precision_no_hex", "protocol.basis_sha256_single",
     [](ModelT& m) { m.protocol->basis_sha256_single = "zz"; }},
    {"tr_zero", "protocol.tr_s", [](ModelT& m) { m.protocol->tr_s = 0; }},
    {"tr_nan", "protocol.tr_s", [](ModelT& m) { m.protocol->tr_s = nan_f; }},
    {"tr_in_milliseconds", "protocol.tr_s", [](ModelT& m) { m.protocol->tr_s = 3500; }},
    {"fewer_frames_than_coefficients", "protocol.n_frame", [](ModelT& m) { m.protocol->n_frame = 3; }},
    {"hostile_frames", "protocol.n_frame", [](ModelT& m) { m.protocol->n_frame = 0xffffffff; }},
    {"no_coefficients", "protocol.n_coeff", [](ModelT& m) { m.protocol->n_coeff = 0; }},
    {"hostile_coefficients", "protocol.n_coeff", [](ModelT& m) { m.protocol->n_coeff = 0x80000000; }},
};

const Mutation provenance_mutations[] = {
    {"text_with_escape", "provenance.licence", [](ModelT& m) { m.provenance->licence = "\x1b[2J"; }},
    {"text_with_carriage_return", "provenance.licence", [](ModelT& m) { m.provenance->licence = "a\rb"; }},
    {"text_not_utf8", "provenance.config_json", [](ModelT& m) { m.provenance->config_json = "\xff"; }},
    {"text_of_overlong_utf8", "provenance.config_json", [](ModelT& m) { m.provenance->config_json = "\xc0\x80"; }},
    {"text_cut_in_a_character", "provenance.dataset_provenance",
     [](ModelT& m) { m.provenance->dataset_provenance = "\xe2\x82"; }},
    {"text_too_long", "provenance.config_json", [](ModelT& m) { m.provenance->config_json = std::string((1 << 20) + 1, ' '); }},
    {"unknown_loss", "provenance.loss_kind", [](ModelT& m) { m.provenance->loss_kind = "l1"; }},
    {"snr_negative", "provenance.snr_min", [](ModelT& m) { m.provenance->snr_min = -1; }},
    {"snr_reversed", "provenance.snr_max", [](ModelT& m) { m.provenance->snr_max = 1; }},
    {"loss_nan", "provenance.validation_loss", [](ModelT& m) { m.provenance->validation_loss = nan_f; }},
    {"loss_of_no_output", "provenance.validation_loss_per_output[0].name",
     [](ModelT& m) { m.provenance->validation_loss_per_output[0]->name = "x"; }},
    {"loss_of_output_negative", "provenance.validation_loss_per_output[1].loss",
     [](ModelT& m) { m.provenance->validation_loss_per_output[1]->loss = -1; }},
};

TEST(ModelContent, TextsMayHoldAnyLanguageAndEitherLineEnd) {
  ModelT model = valid_model();
  model.provenance->config_json = "{\r\n\t\"who\": \"Cram\xc3\xa9r \xe2\x82\xac \xf0\x9f\xa7\xa0\"\n}";
  const LoadResult result = load_object(model);
  EXPECT_EQ(result.status, Status::ok) << result.detail;
}

TEST(ModelContent, BasisOfADecompositionInSinglePrecisionIsOne) {
  ModelT model = valid_model();
  for (double& value : model.protocol->basis) value *= 1 - 2e-6;
  model.protocol->basis_sha256 = base::hex(base::sha256(model.protocol->basis.data(), model.protocol->basis.size() * 8));
  const LoadResult result = load_object(model);
  EXPECT_EQ(result.status, Status::ok) << result.detail;
}

const Mutation test_vector_mutations[] = {
    {"no_test_voxels", "test_vector: voxels", [](ModelT& m) { m.test_vector->coefficients.clear(); }},
    {"coefficients_no_whole_voxel", "test_vector.coefficients", [](ModelT& m) { m.test_vector->coefficients.push_back(0); }},
    {"coefficients_nan", "test_vector.coefficients[2]", [](ModelT& m) { m.test_vector->coefficients[2] = nan_f; }},
    {"estimates_short", "test_vector.estimates", [](ModelT& m) { m.test_vector->estimates.pop_back(); }},
    {"estimates_infinite", "test_vector.estimates[0]", [](ModelT& m) { m.test_vector->estimates[0] = inf_f; }},
};

std::string name_of(const ::testing::TestParamInfo<Mutation>& info) { return info.param.what; }

INSTANTIATE_TEST_SUITE_P(Identity, MeaninglessModel, ::testing::ValuesIn(identity_mutations), name_of);
INSTANTIATE_TEST_SUITE_P(Preprocessing, MeaninglessModel, ::testing::ValuesIn(preprocessing_mutations), name_of);
INSTANTIATE_TEST_SUITE_P(Layers, MeaninglessModel, ::testing::ValuesIn(layer_mutations), name_of);
INSTANTIATE_TEST_SUITE_P(Normalization, MeaninglessModel, ::testing::ValuesIn(normalization_mutations), name_of);
INSTANTIATE_TEST_SUITE_P(Outputs, MeaninglessModel, ::testing::ValuesIn(output_mutations), name_of);
INSTANTIATE_TEST_SUITE_P(Details, MeaninglessModel, ::testing::ValuesIn(detail_mutations), name_of);
INSTANTIATE_TEST_SUITE_P(Protocol, MeaninglessModel, ::testing::ValuesIn(protocol_mutations), name_of);
INSTANTIATE_TEST_SUITE_P(Provenance, MeaninglessModel, ::testing::ValuesIn(provenance_mutations), name_of);
INSTANTIATE_TEST_SUITE_P(TestVector, MeaninglessModel, ::testing::ValuesIn(test_vector_mutations), name_of);

}  // namespace
}  // namespace crbrt::tests
