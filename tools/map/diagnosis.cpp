// Thresholds are logarithms of factors.
#include "tools/map/diagnosis.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

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

Diagnosis diagnose(const Profile& trained, std::span<const float> interleaved, std::size_t reference,
                   const AtypicalShare& share) {
  const Profile seen = profile_of(interleaved, trained.rms.size(), reference);
  const double as_given = log_mismatch(seen.rms, trained.rms);
  Diagnosis result{
      .factor_as_given = std::exp(as_given), .atypical_explained = {}, .rms = seen.rms, .trained_rms = trained.rms};
  if (as_given <= largest_match) return result;
  const double before = share ? share({interleaved.begin(), interleaved.end()}) : 1;
  double lowest_cost = as_given / least_gain;
  for (const Explanation& explanation : explanations_of(trained, seen, interleaved, reference)) {
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

}  // namespace crbrt::map
