// SPDX-License-Identifier: Apache-2.0
/// Preprocessing, layers and outputs: extents chain from 2 * n_coeff to the outputs, every number is finite.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "crbrt/format/layout.h"
#include "runtime/loader/src/field_checks.h"
#include "runtime/loader/src/operation_kinds.h"
#include "runtime/loader/src/read_model.h"

namespace crbrt::loader {
namespace {

void read_preprocessing(const fbs::Preprocessing& from, Network& to, Checks& checks) {
  const auto mean = view(from.mean()), std = view(from.std());
  to.phase_reference = from.phase_reference();
  to.l2_normalize = from.l2_normalize();
  checks.expect(to.phase_reference >= -1 && to.phase_reference < static_cast<std::int64_t>(to.n_coeff),
                "preprocessing.phase_reference", "-1 to " + std::to_string(to.n_coeff - 1), std::to_string(to.phase_reference));
  to.conjugate_reference = from.conjugate_reference();
  checks.expect(to.conjugate_reference >= -1 && to.conjugate_reference < static_cast<std::int64_t>(to.n_coeff) &&
                    (to.conjugate_reference == -1 || to.conjugate_reference != to.phase_reference),
                "preprocessing.conjugate_reference",
                "-1 to " + std::to_string(to.n_coeff - 1) + ", and not the phase reference",
                std::to_string(to.conjugate_reference));
  checks.size_is(mean.size(), 2 * std::size_t{to.n_coeff}, "preprocessing.mean");
  checks.size_is(std.size(), 2 * std::size_t{to.n_coeff}, "preprocessing.std");
  checks.all_finite(mean, "preprocessing.mean");
  checks.all_positive(std, "preprocessing.std");
  // The program multiplies by the inverse, which must be a float as well.
  for (std::size_t i = 0; i < std.size() && checks.ok(); ++i)
    checks.expect(std::isnormal(1.0f / std[i]), indexed("preprocessing.std", i), "a number with a finite inverse",
                  number_text(std[i]));
  copy(mean, to.feature_mean, checks);
  copy(std, to.feature_std, checks);
}

/// Appends the operation, which reads what the last one wrote.
Operation& append(Network& to, OperationKind kind, const std::string& layer) {
  Operation op;
  op.kind = kind;
  op.layer = layer;
  op.in = to.operations.size();
  op.n_in = op.n_out = to.width(op.in);
  return to.operations.emplace_back(std::move(op));
}

void read_batch(const fbs::Normalization& from, Operation& to, const std::string& field, Checks& checks) {
  const auto mean = view(from.mean()), variance = view(from.variance());
  checks.size_is(mean.size(), to.n_out, member(field, "mean"));
  checks.size_is(variance.size(), to.n_out, member(field, "variance"));
  checks.all_finite(mean, member(field, "mean"));
  checks.all_finite(variance, member(field, "variance"));
  for (std::size_t i = 0; i < variance.size() && checks.ok(); ++i) {
    checks.not_negative(variance[i], indexed(member(field, "variance"), i));
    checks.positive(double{variance[i]} + to.epsilon, indexed(member(field, "variance"), i) + " + epsilon");
  }
  checks.in_range(from.n_group(), 0, 0, member(field, "n_group"));
  copy(mean, to.mean, checks);
  copy(variance, to.variance, checks);
}

void read_group(const fbs::Normalization& from, Operation& to, const std::string& field, Checks& checks) {
  to.n_group = from.n_group();
  checks.positive(to.epsilon, member(field, "epsilon"));  // a constant group has no variance of its own
  checks.in_range(to.n_group, 1, to.n_out, member(field, "n_group"));
  if (to.n_group != 0)
    checks.expect(to.n_out % to.n_group == 0, member(field, "n_group"), "a divisor of " + std::to_string(to.n_out),
                  std::to_string(to.n_group));
  checks.size_is(view(from.mean()).size(), 0, member(field, "mean"));
  checks.size_is(view(from.variance()).size(), 0, member(field, "variance"));
}

void read_normalization(const fbs::Normalization* from, const std::string& layer, Network& network, const std::string& field,
                        Checks& checks) {
  if (from == nullptr || from->kind() == fbs::NormalizationKind::none) return;
  if (!checks.in_range(static_cast<std::uint64_t>(from->kind()), 0, 2, member(field, "kind"))) return;
  const bool is_batch = from->kind() == fbs::NormalizationKind::batch;
  Operation& to = append(network, is_batch ? OperationKind::batch_norm : OperationKind::group_norm, layer);
  const auto gamma = view(from->gamma()), beta = view(from->beta());
  to.epsilon = from->epsilon();
  checks.not_negative(to.epsilon, member(field, "epsilon"));
  checks.size_is(gamma.size(), to.n_out, member(field, "gamma"));
  checks.size_is(beta.size(), to.n_out, member(field, "beta"));
  checks.all_finite(gamma, member(field, "gamma"));
  checks.all_finite(beta, member(field, "beta"));
  copy(gamma, to.weights, checks);
  copy(beta, to.bias, checks);
  if (is_batch)
    read_batch(*from, to, field, checks);
  else
    read_group(*from, to, field, checks);
}

/// The value that a dense operation adds: the sums of the layer of this name, before its normalisation and activation.
std::size_t read_skip(std::string_view from, std::uint32_t width, const Network& network, const std::string& field,
                      Checks& checks) {
  if (from.empty()) return Operation::none;
  const auto& ops = network.operations;
  const auto source = std::find_if(ops.begin(), ops.end(), [&](const Operation& op) { return op.layer == from; });
  if (!checks.expect(source != ops.end(), field, "the name of an earlier layer", "another text")) return Operation::none;
  checks.expect(source->n_out == width, field, "a layer of width " + std::to_string(width),
                "one of width " + std::to_string(source->n_out));
  return static_cast<std::size_t>(source - ops.begin()) + 1;
}

/// `packed` counts the packed weights of all layers, before they are copied.
void read_dense(const fbs::Dense& from, const std::string& name, const std::string& field, std::size_t& packed,
                Network& network, Checks& checks) {
  const std::uint32_t n_in = network.width(network.operations.size());
  const auto weights = view(from.weights()), bias = view(from.bias());
  checks.in_range(from.n_in(), n_in, n_in, member(field, "n_in"));
  checks.in_range(from.n_out(), 1, limits::layer_width, member(field, "n_out"));
  checks.size_is(weights.size(), std::size_t{n_in} * from.n_out(), member(field, "weights"));
  checks.size_is(bias.size(), from.n_out(), member(field, "bias"));
  checks.all_finite(weights, member(field, "weights"));
  checks.all_finite(bias, member(field, "bias"));
  if (!checks.ok()) return;
  packed += layout::packed_size(n_in, from.n_out());
  checks.in_range(packed, 0, limits::packed_weights, "layers: packed weights");
  const std::size_t skip = read_skip(view(from.skip_from()), from.n_out(), network, member(field, "skip_from"), checks);
  Operation& to = append(network, OperationKind::dense, name);
  to.n_out = from.n_out();
  to.add = skip;
  copy(weights, to.weights, checks);
  copy(bias, to.bias, checks);
}

void read_layer(const fbs::Dense& from, const std::string& field, std::size_t& packed, Network& network, Checks& checks) {
  const std::string name(view(from.name()));
  checks.label(name, member(field, "name"));
  checks.expect(std::none_of(network.operations.begin(), network.operations.end(),
                             [&](const Operation& earlier) { return earlier.layer == name; }),
                member(field, "name"), "a name of its own", "one that an earlier layer has");
  read_dense(from, name, field, packed, network, checks);
  if (!checks.ok()) return;
  read_normalization(from.normalization(), name, network, member(field, "normalization"), checks);
  Operation activation;
  if (!read_activation(from, activation, field, checks)) return;
  append(network, activation.kind, name).weights = std::move(activation.weights);
}

NetworkOutput read_output(const fbs::Output& from, const std::string& field, Checks& checks) {
  NetworkOutput to{std::string(view(from.name())),
                   std::string(view(from.unit())),
                   from.offset(),
                   from.scale(),
                   from.minimum(),
                   from.maximum()};
  checks.identifier(to.name, member(field, "name"));
  checks.label(to.unit, member(field, "unit"));
  checks.finite(to.offset, member(field, "offset"));
  checks.finite(to.scale, member(field, "scale"));
  checks.expect(to.scale != 0, member(field, "scale"), "a number other than 0", "0");
  checks.finite(to.minimum, member(field, "minimum"));
  checks.finite(to.maximum, member(field, "maximum"));
  checks.expect(to.minimum < to.maximum, member(field, "minimum"), "less than maximum " + number_text(to.maximum),
                number_text(to.minimum));
  to.std_minimum = from.std_minimum();
  checks.not_negative(to.std_minimum, member(field, "std_minimum"));
  checks.not_negative(from.std_maximum(), member(field, "std_maximum"));
  if (from.std_maximum() == 0) return to;
  to.std_maximum = from.std_maximum();
  checks.expect(to.std_minimum < to.std_maximum, member(field, "std_minimum"),
                "less than std_maximum " + number_text(to.std_maximum), number_text(to.std_minimum));
  return to;
}

void read_outputs(const flatbuffers::Vector<flatbuffers::Offset<fbs::Output>>& from, Network& to, Checks& checks) {
  if (!checks.in_range(from.size(), 1, limits::n_output, "outputs")) return;
  for (const fbs::Output* output : from) {
    const std::string field = indexed("outputs", to.outputs.size());
    NetworkOutput read = read_output(*output, field, checks);
    const bool is_new = std::none_of(to.outputs.begin(), to.outputs.end(),
                                     [&](const NetworkOutput& earlier) { return earlier.name == read.name; });
    checks.expect(is_new, member(field, "name"), "a name of its own", "one that an earlier output has");
    to.outputs.push_back(std::move(read));
  }
}

void read_uncertainty(const fbs::Uncertainty* from, Network& to, Checks& checks) {
  if (from == nullptr) return;
  to.uncertainty = {from->log_noise_center(), from->log_noise_min(), from->log_noise_max()};
  checks.finite(from->log_noise_center(), "uncertainty.log_noise_center");
  checks.finite(from->log_noise_min(), "uncertainty.log_noise_min");
  checks.finite(from->log_noise_max(), "uncertainty.log_noise_max");
  checks.expect(from->log_noise_min() <= from->log_noise_max(), "uncertainty.log_noise_min",
                "at most log_noise_max " + number_text(from->log_noise_max()), number_text(from->log_noise_min()));
}

void read_atypicality(const fbs::Atypicality* from, Network& to, Checks& checks) {
  if (from == nullptr) return;
  to.atypicality = Atypicality{.threshold = from->threshold()};
  checks.finite(from->threshold(), "atypicality.threshold");
  const auto at_noise = view(from->at_noise());
  if (at_noise.empty()) return;
  checks.expect(to.uncertainty.has_value(), "atypicality.at_noise", "none in a model without uncertainty", "some");
  if (!checks.size_is(at_noise.size(), std::size(to.atypicality->at_noise), "atypicality.at_noise")) return;
  checks.all_finite(at_noise, "atypicality.at_noise");
  to.atypicality->depends_on_noise = 1;
  std::copy(at_noise.begin(), at_noise.end(), to.atypicality->at_noise);
}

/// The rule of n_feature() in program.h, in words.
void check_last_width(const Network& network, Checks& checks) {
  const std::size_t n_output = network.outputs.size();
  const std::size_t expected = n_output * (network.uncertainty ? 4 : 1) + (network.atypicality ? 1 : 0);
  std::string text = std::to_string(expected) + " features: " + std::to_string(n_output) + " outputs";
  if (network.uncertainty) text += ", three more for the uncertainty of each";
  if (network.atypicality) text += ", one for atypicality";
  checks.expect(network.operations.back().n_out == expected, "layers: last layer", text,
                std::to_string(network.operations.back().n_out));
}

}  // namespace

void read_layers(const flatbuffers::Vector<flatbuffers::Offset<fbs::Dense>>& from, std::string_view field, Network& to,
                 Checks& checks) {
  checks.in_range(from.size(), 1, limits::n_layer, field);
  std::size_t packed = 0;
  for (std::size_t i = 0; i < from.size() && checks.ok(); ++i)
    read_layer(*from.Get(static_cast<flatbuffers::uoffset_t>(i)), indexed(field, i), packed, to, checks);
}

void read_network(const fbs::Model& model, Network& network, Checks& checks) {
  network.name = view(model.name());
  network.n_coeff = model.protocol()->n_coeff();
  checks.identifier(network.name, "name");
  if (!checks.in_range(network.n_coeff, 1, limits::n_coeff, "protocol.n_coeff")) return;
  read_preprocessing(*model.preprocessing(), network, checks);
  if (checks.ok()) read_layers(*model.layers(), "layers", network, checks);
  if (checks.ok()) read_outputs(*model.outputs(), network, checks);
  read_uncertainty(model.uncertainty(), network, checks);
  read_atypicality(model.atypicality(), network, checks);
  if (checks.ok()) check_last_width(network, checks);
}

}  // namespace crbrt::loader
