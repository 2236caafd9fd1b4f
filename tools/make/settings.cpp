// SPDX-License-Identifier: Apache-2.0
// Found by the experiments of docs/experiments.
#include "tools/make/settings.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace crbrt::make {

using base::Json;

std::vector<std::size_t> hidden_widths(std::uint64_t macs, std::size_t n_coeff, std::size_t n_output) {
  constexpr double shape[] = {64, 64, 64, 60, 32};
  // Behind the last layer: the outputs, three numbers of the standard deviation of each, and the score (trainer/heads.h).
  const std::size_t n_in = 2 * n_coeff, n_last = 4 * n_output + 1;
  std::vector<std::size_t> best(std::size(shape), 4);
  for (double factor = 0.05; factor < 40; factor *= 1.002) {
    std::vector<std::size_t> widths;
    std::size_t cost = 0, before = n_in;
    for (const double width : shape) {
      widths.push_back(std::max<std::size_t>(4, static_cast<std::size_t>(std::lround(width * factor / 4)) * 4));
      cost += before * widths.back();
      before = widths.back();
    }
    if (cost + before * n_last > macs) break;
    best = widths;
  }
  return best;
}

Json settings(const Request& r, const std::string& model, std::uint64_t macs, std::size_t rank) {
  Json outputs = Json::array();
  for (const Output& output : r.outputs)
    outputs.push_back({{"name", output.name}, {"minimum", output.minimum}, {"maximum", output.maximum}});
  const std::uint64_t held_out = std::clamp<std::uint64_t>(r.options.effort.training / 10, 1, 4000);
  // Two layers of one width in every size; the skip was worth 6 % of the loss (docs/experiments/tried.csv).
  Json skips = Json::array();
  skips.push_back({{"from", "hidden1"}, {"to", "hidden3"}});
  Json json{{"name", model},
            {"network",
             {{"hidden", hidden_widths(macs, rank, r.outputs.size())},
              {"activation", "relu"},
              {"normalization", "none"},
              {"skips", skips}}},
            {"preprocessing",
             {{"phase_reference", 0}, {"conjugate_reference", "strongest"}, {"l2_normalize", true}, {"standardize", true}}},
            {"outputs", outputs},
            {"loss", "crb"},
            {"heads", {{"uncertainty", true}, {"atypicality", true}, {"trunk_gradient", 1}}},
            {"optimizer", {{"kind", "adam"}, {"learning_rate", 0.004}, {"max_gradient_norm", 1}}},
            {"schedule", {{"kind", "cosine"}, {"warmup_epochs", 1}}},
            {"training", {{"batch", 256}, {"epochs", r.options.effort.epochs}, {"seed", 1}}},
            {"validation", {{"count", held_out}, {"every", std::max<std::uint64_t>(1, r.options.effort.epochs / 20)}}}};
  return json;
}

Json twin_settings(Json json, const std::string& twin, const Effort& effort) {
  json["name"] = twin;
  json["loss"] = "bias_reduced";
  json["bias_reduced"] = {{"realisations", twin_realisations}, {"variance_weight", 0.3}, {"variance_limit", 1}};
  json["optimizer"]["learning_rate"] = 0.0015;
  json["training"]["epochs"] = effort.twin_epochs;
  json["validation"]["every"] = std::max<std::uint64_t>(1, effort.twin_epochs / 10);
  return json;
}

}  // namespace crbrt::make
