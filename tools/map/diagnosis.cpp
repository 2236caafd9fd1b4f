// SPDX-License-Identifier: Apache-2.0
// Thresholds are logarithms of factors. A sample of the atypical voxels is read again: the run itself keeps no coefficients.
#include "tools/map/diagnosis.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "tools/map/voxel_estimator.h"

namespace crbrt::map {
namespace {

// Faultless data against a prior: simulated 0.3, the digital brain 0.5, a real slice 0.64.
constexpr double largest_match = 0.7;
constexpr double least_gain = 1.3;

std::string text(const char* format, double a) {
  char buffer[160];
  std::snprintf(buffer, sizeof buffer, format, a);
  return buffer;
}

const char* name(Cause cause) {
  switch (cause) {
    case Cause::reversed: return "reversed order";
    case Cause::permuted: return "wrong order";
    case Cause::interleaved: return "real and imaginary parts mixed up";
    case Cause::scaled: return "wrong scale";
    case Cause::noise: return "noise";
    case Cause::basis: break;
  }
  return "another sequence or basis";
}

/// What the cause would mean, and what was done to see it.
std::string claim(const Diagnosis& d) {
  switch (d.cause) {
    case Cause::reversed: return "the coefficients seem to be in reversed order";
    case Cause::permuted: return "the coefficients seem to be in another order";
    case Cause::interleaved:
      return "real and imaginary parts seem to be mixed up (alternating instead of one after the other, or the reverse)";
    case Cause::scaled:
      return text("the coefficients seem to be scaled relative to each other, about like the power %.1f of the singular values",
                  d.number);
    case Cause::noise: return text("the voxels seem to hold noise, which is %.0f %% of their energy", 100 * d.number);
    case Cause::basis: break;
  }
  return "the data seem to be of another sequence or basis, or signs of coefficients differ";
}

}  // namespace

std::string Diagnosis::in_words() const {
  std::string words = claim(*this) + text(": the RMS of the coefficients is off by a factor of %.2g", factor_as_given);
  if (cause == Cause::basis) {
    const bool plausible = std::log(factor_as_given) <= largest_match;
    return words + (plausible ? ", so order and scale are plausible" : ", which neither order nor scale nor noise explains");
  }
  words += text(" as given and %.2g once that is allowed for", factor_explained);
  if (atypical_explained) words += text("; put right, %.0f %% of these voxels are atypical", 100 * *atypical_explained);
  return words;
}

base::Json Diagnosis::to_json() const {
  base::Json json{{"Cause", name(cause)}, {"Text", in_words()}, {"RmsFactorAsGiven", factor_as_given}};
  if (cause != Cause::basis) json["RmsFactorExplained"] = factor_explained;
  if (atypical_explained) json["AtypicalShareExplained"] = *atypical_explained;
  if (cause == Cause::scaled) json["Exponent"] = number;
  if (cause == Cause::noise) json["NoiseShare"] = number;
  json["Rms"] = rms;
  json["TrainedRms"] = trained_rms;
  return json;
}

Diagnosis diagnose(const Profile& trained, std::span<const float> interleaved, const Turning& turning,
                   const AtypicalShare& share) {
  const Profile seen = profile_of(interleaved, trained.rms.size(), turning);
  const double as_given = log_mismatch(seen.rms, trained.rms);
  Diagnosis result{
      .factor_as_given = std::exp(as_given), .atypical_explained = {}, .rms = seen.rms, .trained_rms = trained.rms};
  if (as_given <= largest_match) return result;
  const double before = share ? share({interleaved.begin(), interleaved.end()}) : 1;
  double lowest_cost = as_given / least_gain;
  for (const Explanation& explanation : explanations_of(trained, seen, interleaved, turning)) {
    if (explanation.cost() >= lowest_cost) continue;
    std::optional<double> after;
    if (share && !explanation.corrected.empty()) after = share(explanation.corrected);
    if (explanation.log_mismatch > largest_match && !(after && 2 * *after <= before)) continue;
    lowest_cost = explanation.cost();
    result.cause = explanation.cause;
    result.factor_explained = std::exp(explanation.log_mismatch);
    result.atypical_explained = after;
    result.number = explanation.number;
  }
  return result;
}

namespace {

constexpr std::size_t fewest_scored = 30, largest_sample = 20000;

/// Of some of the voxels whose numbers in the list are given.
std::vector<float> coefficients_of(const volume::CoefficientImage& image, const volume::VoxelList& voxels,
                                   const std::vector<std::size_t>& numbers) {
  const std::size_t n = std::min(numbers.size(), largest_sample);
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < n; ++i) voxels.append(numbers[i * numbers.size() / n], 1, chosen);
  std::vector<float> interleaved(n * 2 * image.n_coeff());
  volume::BatchReader(image).read(chosen, interleaved.data());
  return interleaved;
}

double share_of_atypical(const Program& program, Isa isa, const std::vector<float>& interleaved) {
  const std::vector<float> scores = atypicality_of(program, isa, interleaved);
  const auto n = std::count_if(scores.begin(), scores.end(), [&](float score) { return is_atypical(score, program); });
  return static_cast<double>(n) / static_cast<double>(scores.size());
}

}  // namespace

std::string Atypical::in_words() const {
  char text[96];
  const double share = n_scored > 0 ? 100.0 * static_cast<double>(n_atypical) / static_cast<double>(n_scored) : 0;
  std::snprintf(text, sizeof text, "%zu of %zu voxels (%.1f %%)", n_atypical, n_scored, share);
  return text;
}

base::Json Atypical::to_json() const {
  base::Json json{{"Voxels", n_scored}, {"AtypicalVoxels", n_atypical}};
  if (diagnosis) json["Diagnosis"] = diagnosis->to_json();
  return json;
}

Atypical count_atypical(const Program& program, const ModelRun& run, const volume::CoefficientImage& image,
                        const volume::VoxelList& voxels) {
  Atypical result;
  std::vector<std::size_t> atypical;  // numbers in the list, of those that no noise excuses
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    if (run.status[i] != VoxelStatus::ok && run.status[i] != VoxelStatus::outside_range) continue;
    ++result.n_scored;
    if (run.typicality[i] != Typicality::typical) ++result.n_atypical;
    if (run.typicality[i] == Typicality::atypical_at_any_noise) atypical.push_back(i);
  }
  const std::optional<Profile> trained = trained_profile(program);
  if (trained && result.n_scored >= fewest_scored && 2 * atypical.size() > result.n_scored)
    result.diagnosis =
        diagnose(*trained, coefficients_of(image, voxels, atypical), turning_of(program),
                 [&](const std::vector<float>& voxels_) { return share_of_atypical(program, run.isa, voxels_); });
  return result;
}

}  // namespace crbrt::map
