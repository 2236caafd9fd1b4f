// SPDX-License-Identifier: Apache-2.0
/// The named specs: together they cover every way the loader lowers a layer.
#include "tests/support/model_builder.h"

namespace crbrt::tests {

using fbs::NormalizationKind;

ModelSpec plain_spec() {
  ModelSpec spec{.name = "plain"};
  spec.hidden = {{.name = "hidden1", .width = 17}, {.name = "hidden2", .width = 9}};
  return spec;
}

ModelSpec batch_norm_spec() {
  ModelSpec spec{.name = "batch_norm", .n_coeff = 5, .seed = 2};
  spec.hidden = {{.name = "hidden1", .width = 16, .normalization = NormalizationKind::batch},
                 {.name = "hidden2", .width = 13, .normalization = NormalizationKind::batch}};
  return spec;
}

ModelSpec batch_skip_spec() {
  ModelSpec spec{.name = "batch_skip", .conjugate_reference = 2, .seed = 3};
  spec.hidden = {{.name = "a", .width = 11, .normalization = NormalizationKind::batch},
                 {.name = "b", .width = 18, .normalization = NormalizationKind::batch},
                 {.name = "c", .width = 11, .normalization = NormalizationKind::batch, .skip_from = "a"},
                 {.name = "d", .width = 11, .normalization = NormalizationKind::batch, .activation = fbs::Activation::none}};
  return spec;
}

ModelSpec group_skip_spec() {
  ModelSpec spec{.name = "group_skip", .phase_reference = -1, .seed = 4};
  spec.hidden = {{.name = "a", .width = 12, .normalization = NormalizationKind::group, .n_group = 3},
                 {.name = "b", .width = 20, .normalization = NormalizationKind::group, .n_group = 4},
                 {.name = "c", .width = 12, .normalization = NormalizationKind::group, .n_group = 2, .skip_from = "a"},
                 {.name = "d", .width = 12, .normalization = NormalizationKind::group, .n_group = 1, .skip_from = "c"}};
  return spec;
}

ModelSpec plain_skip_spec() {
  ModelSpec spec{.name = "plain_skip", .conjugate_reference = 1, .l2_normalize = false, .seed = 5};
  spec.hidden = {{.name = "a", .width = 10},
                 {.name = "b", .width = 10},
                 {.name = "c", .width = 10, .skip_from = "a"},
                 {.name = "d", .width = 10, .activation = fbs::Activation::none},
                 {.name = "e", .width = 10, .skip_from = "d"}};
  return spec;
}

ModelSpec paper_spec() {
  ModelSpec spec{.name = "paper_shape", .n_coeff = 13, .n_frame = 40, .seed = 6};
  const std::uint32_t widths[13] = {8, 32, 64, 64, 64, 64, 64, 64, 64, 64, 32, 16, 8};
  for (std::uint32_t i = 0; i < 13; ++i) {
    LayerSpec layer{.name = "fc" + std::to_string(i + 1),
                    .width = widths[i],
                    .normalization = NormalizationKind::group,
                    .n_group = widths[i] / 8};
    if (i == 4 || i == 6 || i == 8) layer.skip_from = "fc" + std::to_string(i - 1);
    spec.hidden.push_back(std::move(layer));
  }
  return spec;
}

ModelSpec tiny_spec() {
  ModelSpec spec{.name = "tiny", .n_coeff = 2, .n_frame = 4, .seed = 7, .n_test_voxel = 2};
  spec.hidden = {{.name = "a", .width = 3, .normalization = NormalizationKind::batch},
                 {.name = "b", .width = 4, .normalization = NormalizationKind::group, .n_group = 2},
                 {.name = "c", .width = 3, .skip_from = "a"},
                 {.name = "d", .width = 3, .normalization = NormalizationKind::batch, .skip_from = "c"}};
  spec.outputs = {"m0_semi_frac", "t2_free_s"};
  return spec;
}

ModelSpec tiny_plain_spec() {
  ModelSpec spec{.name = "tiny_plain", .n_coeff = 1, .n_frame = 4, .ship_basis = false, .n_test_voxel = 1};
  spec.hidden = {{.name = "h", .width = 2}};
  spec.outputs = {"t1_free_s"};
  return spec;
}

ModelSpec tiny_uncertain_spec() {
  ModelSpec spec = tiny_plain_spec();
  spec.name = "tiny_uncertain";
  spec.uncertainty = spec.atypicality = spec.limits = true;
  return spec;
}

ModelSpec tiny_integer_spec() {
  ModelSpec spec{.name = "tiny_integer", .n_coeff = 2, .n_frame = 4, .seed = 9, .n_test_voxel = 24};
  spec.hidden = {{.name = "a", .width = 8, .normalization = NormalizationKind::batch},
                 {.name = "b", .width = 8, .normalization = NormalizationKind::group, .n_group = 2},
                 {.name = "c", .width = 8, .normalization = NormalizationKind::group, .n_group = 1, .skip_from = "a"},
                 {.name = "d", .width = 5}};
  spec.outputs = {"m0_semi_frac", "t2_free_s"};
  return spec;
}

ModelSpec uncertain_spec() {
  ModelSpec spec{.name = "uncertain", .n_coeff = 5, .seed = 8, .uncertainty = true, .atypicality = true};
  spec.hidden = {{.name = "hidden1", .width = 17}, {.name = "hidden2", .width = 9}};
  return spec;
}

ModelSpec activations_spec() {
  ModelSpec spec{.name = "activations", .seed = 10, .n_test_voxel = 24};
  for (const fbs::Activation activation : fbs::EnumValuesActivation()) {
    if (activation == fbs::Activation::root_silu) continue;  // has no integer form: smooth_spec()
    const std::string name = fbs::EnumNameActivation(activation);
    LayerSpec layer{.name = name, .width = 9, .activation = activation};
    layer.slope = activation == fbs::Activation::leaky_relu ? 0.3f : 0.0f;
    spec.hidden.push_back(layer);
    layer.name = name + "_of_norm";
    layer.width = 8;
    layer.normalization = NormalizationKind::group;
    layer.n_group = 2;
    spec.hidden.push_back(layer);
  }
  return spec;
}

ModelSpec smooth_spec() {
  return {.name = "smooth",
          .hidden = {{.name = "a", .width = 9, .activation = fbs::Activation::root_silu},
                     {.name = "b",
                      .width = 8,
                      .normalization = NormalizationKind::group,
                      .n_group = 2,
                      .activation = fbs::Activation::root_silu}},
          .seed = 11};
}

std::vector<ModelSpec> all_specs() {
  return {plain_spec(),        batch_norm_spec(),  batch_skip_spec(), group_skip_spec(), plain_skip_spec(),
          paper_spec(),        uncertain_spec(),   tiny_spec(),       tiny_plain_spec(), tiny_uncertain_spec(),
          tiny_integer_spec(), activations_spec(), smooth_spec()};
}

}  // namespace crbrt::tests
