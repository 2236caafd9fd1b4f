// SPDX-License-Identifier: Apache-2.0
/// The forward part: names and ranges of inputs, features that exist everywhere in them, layers that the forward session runs.
#include <algorithm>
#include <cmath>

#include "runtime/loader/src/field_checks.h"
#include "runtime/loader/src/read_model.h"

namespace crbrt::loader {
namespace {

constexpr const char* periodic_name = "omega0_rad_s";

void read_inputs(const flatbuffers::Vector<flatbuffers::Offset<fbs::ForwardInput>>& from, ForwardPart& to, Checks& checks) {
  if (!checks.in_range(from.size(), 1, forward_inputs_max, "forward.inputs")) return;
  for (const fbs::ForwardInput* input : from) {
    const std::string field = indexed("forward.inputs", to.inputs.size());
    ForwardPart::Input read{std::string(view(input->name())), input->minimum(), input->maximum()};
    checks.identifier(read.name, member(field, "name"));
    checks.expect(std::none_of(to.inputs.begin(), to.inputs.end(),
                               [&](const ForwardPart::Input& earlier) { return earlier.name == read.name; }),
                  member(field, "name"), "a name of its own", "one that an earlier input has");
    checks.finite(read.minimum, member(field, "minimum"));
    checks.finite(read.maximum, member(field, "maximum"));
    checks.expect(read.minimum < read.maximum, member(field, "minimum"), "less than maximum " + number_text(read.maximum),
                  number_text(read.minimum));
    to.inputs.push_back(std::move(read));
  }
}

/// Whether the feature exists for all tissues in the ranges.
void check_domain(const ForwardPart& part, const ForwardPart::Feature& feature, const std::string& field, Checks& checks) {
  double largest = std::abs(feature.factor);
  bool is_positive = feature.factor > 0;
  for (const std::uint8_t i : feature.inputs) {
    const ForwardPart::Input& input = part.inputs[i];
    largest *= std::max(std::abs(input.minimum), std::abs(input.maximum));
    is_positive = is_positive && input.minimum >= 0;
  }
  const bool saturates = feature.function == ForwardFunction::saturation;
  checks.expect(saturates ? feature.offset > 0 : feature.offset == 0, member(field, "offset"),
                saturates ? "a positive number" : "0 without a saturation", number_text(feature.offset));
  if (saturates) checks.expect(is_positive, member(field, "inputs"), "a product that is nowhere negative", "another");
  if (feature.function == ForwardFunction::cosine || feature.function == ForwardFunction::sine)
    checks.expect(largest <= forward_angle_max, member(field, "factor"), "angles of at most 1e5", number_text(largest));
}

void read_feature(const fbs::ForwardFeature& from, const std::string& field, ForwardPart& to, Checks& checks) {
  const auto inputs = view(from.inputs());
  checks.in_range(static_cast<std::uint64_t>(from.function()), 0, n_forward_function - 1, member(field, "function"));
  checks.in_range(inputs.size(), 1, forward_factors_max, member(field, "inputs"));
  for (const std::uint8_t input : inputs) checks.in_range(input, 0, to.inputs.size() - 1, member(field, "inputs"));
  checks.finite(from.factor(), member(field, "factor"));
  checks.finite(from.offset(), member(field, "offset"));
  checks.expect(from.factor() != 0, member(field, "factor"), "a number other than 0", "0");
  checks.finite(from.mean(), member(field, "mean"));
  checks.positive(from.std(), member(field, "std"));
  if (checks.ok())
    checks.expect(std::isnormal(1.0f / from.std()), member(field, "std"), "a number with a finite inverse",
                  number_text(from.std()));
  if (!checks.ok()) return;
  to.features.push_back(
      {static_cast<ForwardFunction>(from.function()), {inputs.begin(), inputs.end()}, from.factor(), from.offset()});
  to.network.feature_mean.push_back(from.mean());
  to.network.feature_std.push_back(from.std());
  check_domain(to, to.features.back(), field, checks);
}

/// What a forward session runs: sums, and after all but the last of them the one smooth activation.
void check_operations(const Network& network, std::size_t n_part, Checks& checks) {
  std::size_t n_layer = 0;
  for (const Operation& op : network.operations) {
    n_layer += op.kind == OperationKind::dense ? 1 : 0;
    const std::string field = indexed("forward.layers", n_layer - 1);
    checks.expect(op.kind == OperationKind::dense || op.kind == OperationKind::root_silu, field,
                  "no normalisation, and root_silu or no activation", "another");
  }
  const Operation& last = network.operations.back();
  checks.expect(last.kind == OperationKind::dense, "forward.layers: last layer", "no activation", "one");
  checks.expect(n_part == 0 || last.n_out == n_part, "forward.layers: last layer",
                std::to_string(n_part) + " features, real and imaginary parts", std::to_string(last.n_out));
}

/// Whether some feature reads the off-resonance.
bool reads_periodic(const ForwardPart& part) {
  return std::any_of(part.features.begin(), part.features.end(), [&](const ForwardPart::Feature& feature) {
    return std::any_of(feature.inputs.begin(), feature.inputs.end(),
                       [&](std::uint8_t input) { return part.inputs[input].name == periodic_name; });
  });
}

/// After the layers.
void read_table(const fbs::PhaseTable* from, std::size_t n_part, ForwardPart& to, Checks& checks) {
  if (from == nullptr) return;
  const auto values = view(from->values());
  const std::size_t n_latent = to.network.operations.back().n_out;
  checks.in_range(from->n_interval(), 1, limits::table_intervals, "forward.table.n_interval");
  checks.expect(to.is_mirrored, "forward.is_mirrored", "true with a table", "false");
  if (!checks.ok()) return;
  checks.size_is(values.size(), (std::size_t{from->n_interval()} + 3) * n_latent * n_part, "forward.table.values");
  checks.in_range(values.size(), 0, limits::packed_weights, "forward.table.values: numbers");
  checks.all_finite(values, "forward.table.values");
  checks.expect(!reads_periodic(to), "forward.features", "none of omega0_rad_s beside a table", "one");
  to.n_interval = from->n_interval();
  copy(values, to.table, checks);
}

ForwardError read_error(const fbs::ForwardError& from, const std::string& field, Checks& checks) {
  checks.identifier(view(from.name()), member(field, "name"));
  checks.not_negative(from.rms(), member(field, "rms"));
  checks.not_negative(from.median(), member(field, "median"));
  checks.not_negative(from.q99(), member(field, "q99"));
  return {std::string(view(from.name())), from.rms(), from.median(), from.q99()};
}

void read_errors(const fbs::Forward& from, ForwardInfo& to, Checks& checks) {
  if (from.residual() != nullptr) to.residual = read_error(*from.residual(), "forward.residual", checks);
  if (from.errors() == nullptr || !checks.in_range(from.errors()->size(), 0, limits::n_output, "forward.errors")) return;
  for (const fbs::ForwardError* error : *from.errors())
    to.errors.push_back(read_error(*error, indexed("forward.errors", to.errors.size()), checks));
}

void read_provenance(const fbs::Provenance& from, ForwardInfo& to, Checks& checks) {
  const auto read = [&](const flatbuffers::String* text, std::string& into, std::string_view field) {
    into = view(text);
    checks.text(into, member("forward.provenance", field));
  };
  read(from.crbrt_version(), to.crbrt_version, "crbrt_version");
  read(from.config_json(), to.config_json, "config_json");
  read(from.dataset_provenance(), to.dataset_provenance, "dataset_provenance");
  read(from.licence(), to.licence, "licence");
  to.epochs = from.epochs();
  to.n_train = from.n_train();
  to.n_validation = from.n_validation();
  to.validation_loss = from.validation_loss();
  checks.not_negative(to.validation_loss, "forward.provenance.validation_loss");
}

void read_test_vector(const fbs::Forward& from, std::size_t n_input, std::size_t n_part, ForwardInfo& to, Checks& checks) {
  const auto tissues = view(from.test_tissues());
  const auto coefficients = view(from.test_coefficients());
  const std::size_t n_voxel = tissues.size() / n_input;
  checks.in_range(n_voxel, 1, limits::test_voxels, "forward.test_tissues: voxels");
  checks.size_is(tissues.size(), n_voxel * n_input, "forward.test_tissues");
  checks.size_is(coefficients.size(), n_voxel * n_part, "forward.test_coefficients");
  checks.all_finite(tissues, "forward.test_tissues");
  checks.all_finite(coefficients, "forward.test_coefficients");
  copy(tissues, to.test_tissues, checks);
  copy(coefficients, to.test_coefficients, checks);
}

void check_mirror(const ForwardPart& part, const ModelInfo& info, Checks& checks) {
  if (!part.is_mirrored && !part.is_antiperiodic) return;
  checks.expect(std::any_of(part.inputs.begin(), part.inputs.end(),
                            [](const ForwardPart::Input& input) { return input.name == periodic_name; }),
                part.is_mirrored ? "forward.is_mirrored" : "forward.is_antiperiodic", "false without the input omega0_rad_s",
                "true");
  checks.expect(!part.is_mirrored || info.basis_imag.empty(), "forward.is_mirrored", "false with a complex basis", "true");
}

}  // namespace

void read_forward(const fbs::Forward& from, ForwardPart& to, ModelInfo& info, Checks& checks) {
  const std::size_t n_part = 2 * std::size_t{info.n_coeff};
  read_inputs(*from.inputs(), to, checks);
  checks.in_range(from.features()->size(), 1, limits::forward_features, "forward.features");
  for (std::size_t i = 0; i < from.features()->size() && checks.ok(); ++i)
    read_feature(*from.features()->Get(static_cast<flatbuffers::uoffset_t>(i)), indexed("forward.features", i), to, checks);
  to.network.n_coeff = info.n_coeff;
  to.is_mirrored = from.is_mirrored();
  to.is_antiperiodic = from.is_antiperiodic();
  if (checks.ok()) check_mirror(to, info, checks);
  if (checks.ok()) read_layers(*from.layers(), "forward.layers", to.network, checks);
  if (checks.ok()) check_operations(to.network, from.table() == nullptr ? n_part : 0, checks);
  if (checks.ok()) read_table(from.table(), n_part, to, checks);
  if (checks.ok()) read_errors(from, info.forward, checks);
  if (checks.ok()) read_provenance(*from.provenance(), info.forward, checks);
  if (checks.ok()) read_test_vector(from, to.inputs.size(), n_part, info.forward, checks);
}

}  // namespace crbrt::loader
