/// Preprocessing, layers and outputs: extents chain from 2 * n_coeff to the outputs, every number is finite.
#include <algorithm>
#include <cmath>
#include <limits>

#include "crbrt/format/layout.h"
#include "runtime/loader/src/flatbuffer_views.h"
#include "runtime/loader/src/limits.h"
#include "runtime/loader/src/read_flatbuffer.h"

namespace crbrt::loading {
namespace {

void read_preprocessing(const fbs::Preprocessing& from, Network& to, Checks& checks) {
  to.phase_reference = from.phase_reference();
  to.l2_normalize = from.l2_normalize();
  to.mean = view(from.mean());
  to.std = view(from.std());
  checks.expect(to.phase_reference >= -1 && to.phase_reference < static_cast<std::int64_t>(to.n_coeff),
                "preprocessing.phase_reference", "-1 to " + std::to_string(to.n_coeff - 1), std::to_string(to.phase_reference));
  checks.size_is(to.mean.size(), 2 * std::size_t{to.n_coeff}, "preprocessing.mean");
  checks.size_is(to.std.size(), 2 * std::size_t{to.n_coeff}, "preprocessing.std");
  checks.all_finite(to.mean, "preprocessing.mean");
  checks.all_positive(to.std, "preprocessing.std");
  // The program multiplies by the inverse, which must be a float as well.
  for (std::size_t i = 0; i < to.std.size(); ++i)
    checks.expect(std::isnormal(1.0f / to.std[i]), indexed("preprocessing.std", i), "a number with a finite inverse",
                  number_text(to.std[i]));
}

void read_batch(const fbs::Normalization& from, Layer& to, const std::string& field, Checks& checks) {
  to.mean = view(from.mean());
  to.variance = view(from.variance());
  checks.size_is(to.mean.size(), to.n_out, member(field, "mean"));
  checks.size_is(to.variance.size(), to.n_out, member(field, "variance"));
  checks.all_finite(to.mean, member(field, "mean"));
  checks.all_finite(to.variance, member(field, "variance"));
  for (std::size_t i = 0; i < to.variance.size(); ++i) {
    checks.not_negative(to.variance[i], indexed(member(field, "variance"), i));
    checks.positive(double{to.variance[i]} + to.epsilon, indexed(member(field, "variance"), i) + " + epsilon");
  }
  checks.in_range(from.n_group(), 0, 0, member(field, "n_group"));
}

void read_group(const fbs::Normalization& from, Layer& to, const std::string& field, Checks& checks) {
  to.n_group = from.n_group();
  checks.positive(to.epsilon, member(field, "epsilon"));  // a constant group has no variance of its own
  checks.in_range(to.n_group, 1, to.n_out, member(field, "n_group"));
  if (to.n_group != 0)
    checks.expect(to.n_out % to.n_group == 0, member(field, "n_group"), "a divisor of " + std::to_string(to.n_out),
                  std::to_string(to.n_group));
  checks.size_is(view(from.mean()).size(), 0, member(field, "mean"));
  checks.size_is(view(from.variance()).size(), 0, member(field, "variance"));
}

void read_normalization(const fbs::Normalization* from, Layer& to, const std::string& field, Checks& checks) {
  if (from == nullptr || from->kind() == fbs::NormalizationKind::none) return;
  if (!checks.in_range(static_cast<std::uint64_t>(from->kind()), 0, 2, member(field, "kind"))) return;
  to.epsilon = from->epsilon();
  to.gamma = view(from->gamma());
  to.beta = view(from->beta());
  checks.not_negative(to.epsilon, member(field, "epsilon"));
  checks.size_is(to.gamma.size(), to.n_out, member(field, "gamma"));
  checks.size_is(to.beta.size(), to.n_out, member(field, "beta"));
  checks.all_finite(to.gamma, member(field, "gamma"));
  checks.all_finite(to.beta, member(field, "beta"));
  if (from->kind() == fbs::NormalizationKind::batch) {
    to.normalization = Normalization::batch;
    read_batch(*from, to, field, checks);
  } else {
    to.normalization = Normalization::group;
    read_group(*from, to, field, checks);
  }
}

void read_skip(std::string_view from, const std::vector<Layer>& earlier, Layer& to, const std::string& field, Checks& checks) {
  if (from.empty()) return;
  const auto source = std::find_if(earlier.begin(), earlier.end(), [&](const Layer& layer) { return layer.name == from; });
  if (!checks.expect(source != earlier.end(), field, "the name of an earlier layer", "another text")) return;
  to.skip_from = static_cast<std::size_t>(source - earlier.begin());
  checks.expect(source->n_out == to.n_out, field, "a layer of width " + std::to_string(to.n_out),
                "one of width " + std::to_string(source->n_out));
}

Layer read_layer(const fbs::Dense& from, std::uint32_t n_in, const std::vector<Layer>& earlier, Checks& checks) {
  const std::string field = indexed("layers", earlier.size());
  Layer to;
  to.name = view(from.name());
  to.n_in = from.n_in();
  to.n_out = from.n_out();
  to.weights = view(from.weights());
  to.bias = view(from.bias());
  to.relu = from.activation() == fbs::Activation::relu;
  checks.label(to.name, member(field, "name"));
  checks.expect(std::none_of(earlier.begin(), earlier.end(), [&](const Layer& layer) { return layer.name == to.name; }),
                member(field, "name"), "a name of its own", "one that an earlier layer has");
  checks.in_range(static_cast<std::uint64_t>(from.activation()), 0, 1, member(field, "activation"));
  checks.in_range(to.n_in, n_in, n_in, member(field, "n_in"));
  checks.in_range(to.n_out, 1, limits::layer_width, member(field, "n_out"));
  checks.size_is(to.weights.size(), std::size_t{to.n_in} * to.n_out, member(field, "weights"));
  checks.size_is(to.bias.size(), to.n_out, member(field, "bias"));
  checks.all_finite(to.weights, member(field, "weights"));
  checks.all_finite(to.bias, member(field, "bias"));
  if (!checks.ok()) return to;
  read_normalization(from.normalization(), to, member(field, "normalization"), checks);
  read_skip(view(from.skip_from()), earlier, to, member(field, "skip_from"), checks);
  return to;
}

void read_layers(const flatbuffers::Vector<flatbuffers::Offset<fbs::Dense>>& from, Network& to, Checks& checks) {
  checks.in_range(from.size(), 1, limits::n_layer, "layers");
  std::uint32_t width = 2 * to.n_coeff;
  std::size_t packed = 0;
  for (std::size_t i = 0; i < from.size() && checks.ok(); ++i) {
    to.layers.push_back(read_layer(*from.Get(static_cast<flatbuffers::uoffset_t>(i)), width, to.layers, checks));
    width = to.layers.back().n_out;
    packed += layout::packed_size(to.layers.back().n_in, width);
    checks.in_range(packed, 0, limits::packed_weights, "layers: packed weights");
  }
}

OutputSpec read_output(const fbs::Output& from, const std::string& field, Checks& checks) {
  OutputSpec to{std::string(view(from.name())),
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
  return to;
}

void read_outputs(const flatbuffers::Vector<flatbuffers::Offset<fbs::Output>>& from, Network& to, Checks& checks) {
  if (!checks.in_range(from.size(), 1, limits::n_output, "outputs")) return;
  for (const fbs::Output* output : from) {
    const std::string field = indexed("outputs", to.outputs.size());
    OutputSpec read = read_output(*output, field, checks);
    const bool is_new = std::none_of(to.outputs.begin(), to.outputs.end(),
                                     [&](const OutputSpec& earlier) { return earlier.name == read.name; });
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
  to.atypicality = {from->threshold()};
  checks.finite(from->threshold(), "atypicality.threshold");
}

/// The rule of n_feature() in program.h, in words.
void check_last_width(const Network& network, Checks& checks) {
  const std::size_t n_output = network.outputs.size();
  const std::size_t expected = n_output * (network.uncertainty ? 4 : 1) + (network.atypicality ? 1 : 0);
  std::string text = std::to_string(expected) + " features: " + std::to_string(n_output) + " outputs";
  if (network.uncertainty) text += ", three more for the uncertainty of each";
  if (network.atypicality) text += ", one for atypicality";
  checks.expect(network.layers.back().n_out == expected, "layers: last layer", text,
                std::to_string(network.layers.back().n_out));
}

}  // namespace

void read_network(const fbs::Model& model, Network& network, Checks& checks) {
  network.name = view(model.name());
  network.n_coeff = model.protocol()->n_coeff();
  checks.identifier(network.name, "name");
  if (!checks.in_range(network.n_coeff, 1, limits::n_coeff, "protocol.n_coeff")) return;
  read_preprocessing(*model.preprocessing(), network, checks);
  if (checks.ok()) read_layers(*model.layers(), network, checks);
  if (checks.ok()) read_outputs(*model.outputs(), network, checks);
  read_uncertainty(model.uncertainty(), network, checks);
  read_atypicality(model.atypicality(), network, checks);
  if (checks.ok()) check_last_width(network, checks);
}

}  // namespace crbrt::loading
