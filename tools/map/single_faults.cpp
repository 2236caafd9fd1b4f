// SPDX-License-Identifier: Apache-2.0
// Faults are undone one after the other, the one that helps most first, as long as it helps clearly: signs of a basis come in
// numbers.
#include "tools/map/single_faults.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/median.h"
#include "base/number_text.h"
#include "base/parallel.h"
#include "tools/map/voxel_estimator.h"

namespace crbrt::map {
namespace {

constexpr std::size_t fewest_voxels = 30;
// The score is a log-odds. Undoing nothing (wrong fault, right data) never lowered its mean by more than 0.1 on simulated data.
constexpr double least_gain = 1;
constexpr double least_share = 0.75;           // of voxels that become more typical
constexpr double least_factor_of_profile = 3;  // anatomy alone makes 2

/// The voxels without the fault.
std::vector<float> undone(const SingleFault& fault, std::span<const float> interleaved, std::size_t n_coeff) {
  std::vector<float> values(interleaved.begin(), interleaved.end());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t k = i / 2 % n_coeff;
    if (fault.coefficient && *fault.coefficient != k) continue;
    if (fault.kind == SingleFaultKind::flipped || (fault.kind == SingleFaultKind::conjugated && i % 2 == 1))
      values[i] = -values[i];
    if (fault.kind == SingleFaultKind::rescaled) values[i] /= static_cast<float>(fault.factor);
  }
  return values;
}

/// p / q of every coefficient over the median of all: the factor of one that is out of line with the others.
std::vector<double> relative_factors(const Profile& trained, const Profile& seen) {
  std::vector<double> factors;
  for (std::size_t k = 0; k < trained.rms.size(); ++k)
    factors.push_back(std::max(seen.rms[k], 1e-12) / std::max(trained.rms[k], 1e-12));
  const double typical = base::median(factors);
  for (double& factor : factors) factor /= typical;
  return factors;
}

/// Which coefficient is out of line by a factor of 3, and twice as far (in logarithms) as the next: noise and anatomy move
/// several.
std::optional<SingleFault> rescaled(const Profile& trained, const Profile& seen) {
  const std::vector<double> factors = relative_factors(trained, seen);
  std::size_t worst = 0;
  const auto size = [&](std::size_t k) { return std::abs(std::log(factors[k])); };
  for (std::size_t k = 1; k < factors.size(); ++k)
    if (size(k) > size(worst)) worst = k;
  double next = 0;
  for (std::size_t k = 0; k < factors.size(); ++k)
    if (k != worst) next = std::max(next, size(k));
  if (size(worst) < std::log(least_factor_of_profile) || size(worst) < 2 * next) return std::nullopt;
  return SingleFault{.kind = SingleFaultKind::rescaled, .coefficient = worst, .factor = factors[worst], .share = {}};
}

/// A conjugated reference turns all others by twice its phase, which makes any bad voxel look less bad: it is no candidate.
std::vector<SingleFault> candidates(std::size_t n_coeff, std::size_t reference) {
  std::vector<SingleFault> all{{SingleFaultKind::conjugated, {}, 1, {}}};
  for (std::size_t k = 0; k < n_coeff; ++k) {
    all.push_back({SingleFaultKind::flipped, k, 1, {}});
    if (k != reference) all.push_back({SingleFaultKind::conjugated, k, 1, {}});
    for (const double factor : {0.25, 0.5, 2.0, 4.0}) all.push_back({SingleFaultKind::rescaled, k, factor, {}});
  }
  return all;
}

double mean(const std::vector<float>& scores) {
  return std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(scores.size());
}

double share_below(const std::vector<float>& scores, const std::vector<float>& before) {
  std::size_t n = 0;
  for (std::size_t v = 0; v < scores.size(); ++v) n += scores[v] < before[v] ? 1u : 0u;
  return static_cast<double>(n) / static_cast<double>(scores.size());
}

/// One voxel of four: enough to find the best candidate among a hundred, which all voxels confirm.
std::vector<float> quarter_of(const std::vector<float>& interleaved, std::size_t width) {
  std::vector<float> few;
  for (std::size_t first = 0; first < interleaved.size(); first += 4 * width)
    few.insert(few.end(), interleaved.begin() + static_cast<std::ptrdiff_t>(first),
               interleaved.begin() + static_cast<std::ptrdiff_t>(first + width));
  return few;
}

/// Among those that were not found yet: factors one after the other would explain everything.
SingleFault best_candidate(const std::vector<float>& interleaved, std::size_t n_coeff, std::size_t reference,
                           const Scores& scores, const std::vector<SingleFault>& found) {
  std::vector<SingleFault> left = candidates(n_coeff, reference);
  std::erase_if(left, [&](const SingleFault& fault) {
    return std::any_of(found.begin(), found.end(),
                       [&](const SingleFault& f) { return f.kind == fault.kind && f.coefficient == fault.coefficient; });
  });
  std::vector<double> after(left.size());
  base::for_each_index(
      left.size(), scores.threads,
      [&](unsigned, std::size_t i) {
        const double score = mean(scores.of(undone(left[i], interleaved, n_coeff)));
        after[i] = std::isnan(score) ? std::numeric_limits<double>::infinity() : score;
      },
      1);
  return left[static_cast<std::size_t>(std::min_element(after.begin(), after.end()) - after.begin())];
}

std::vector<SingleFault> faults_by_score(std::span<const float> interleaved, std::size_t n_coeff, std::size_t reference,
                                         const Scores& scores) {
  std::vector<float> values(interleaved.begin(), interleaved.end());
  std::vector<float> before = scores.of(values);
  std::vector<SingleFault> found;
  while (found.size() < n_coeff) {
    SingleFault fault = best_candidate(quarter_of(values, 2 * n_coeff), n_coeff, reference, scores, found);
    std::vector<float> without = undone(fault, values, n_coeff), after = scores.of(without);
    fault.share = share_below(after, before);
    if (!(mean(after) <= mean(before) - least_gain) || *fault.share < least_share) break;
    found.push_back(fault);
    values.swap(without);
    before.swap(after);
  }
  // Voxels that are still atypical have something else, whatever made them less so.
  const auto is_typical = [&](float score) { return score <= scores.threshold; };
  const auto n_typical = static_cast<std::size_t>(std::count_if(before.begin(), before.end(), is_typical));
  return 2 * n_typical > before.size() ? found : std::vector<SingleFault>{};
}

/// The mean of a coefficient, turned so that the reference is real, against that of the training data: nearer to its negative?
std::vector<SingleFault> faults_by_profile(const Profile& trained, const Profile& seen, const Turning& turning) {
  std::vector<SingleFault> found;
  for (std::size_t k = 0; k < trained.rms.size(); ++k) {
    const double size = std::abs(trained.mean[k]);
    const double spread = std::sqrt(std::max(0.0, trained.rms[k] * trained.rms[k] - size * size));
    if (k == turning.phase_reference || !(size > spread)) continue;
    if (std::abs(seen.mean[k] + trained.mean[k]) < size / 2) found.push_back({SingleFaultKind::flipped, k, 1, {}});
  }
  if (const auto scale = rescaled(trained, seen)) found.push_back(*scale);
  return found;
}

}  // namespace

std::string SingleFault::in_words() const {
  const std::string who =
      coefficient ? "coefficient " + std::to_string(*coefficient) + " (counted from 0)" : "all coefficients";
  std::string claim = who + (coefficient ? " seems" : " seem") + " to ";
  if (kind == SingleFaultKind::flipped) claim += "have the wrong sign";
  if (kind == SingleFaultKind::conjugated) claim += "be conjugated";
  if (kind == SingleFaultKind::rescaled) claim += "be multiplied by about " + base::number_text(factor, "%.2g");
  if (!share) return claim + ", as the profile of the model's training data shows";
  return claim + ": without it " + base::number_text(100 * *share, "%.0f") +
         " % of the voxels are more like the model's training data";
}

base::Json SingleFault::to_json() const {
  base::Json json;
  json["Fault"] = kind == SingleFaultKind::flipped      ? "wrong sign"
                  : kind == SingleFaultKind::conjugated ? "conjugated"
                                                        : "rescaled";
  if (coefficient) json["Coefficient"] = *coefficient;
  if (kind == SingleFaultKind::rescaled) json["Factor"] = factor;
  if (share) json["Share"] = *share;
  json["Text"] = in_words();
  return json;
}

std::vector<SingleFault> single_faults(const Profile& trained, std::span<const float> interleaved, const Turning& turning,
                                       const std::optional<Scores>& scores) {
  if (interleaved.size() < fewest_voxels * 2 * trained.rms.size()) return {};
  if (scores) return faults_by_score(interleaved, trained.rms.size(), turning.phase_reference, *scores);
  return faults_by_profile(trained, profile_of(interleaved, trained.rms.size(), turning), turning);
}

std::vector<SingleFault> single_faults_of(const Program& program, const MapSettings& settings,
                                          std::span<const float> interleaved, const std::optional<Atypical>& atypical) {
  const std::optional<Profile> trained = trained_profile(program);
  if (!trained) return {};
  if (atypical && atypical->diagnosis && atypical->diagnosis->cause != Cause::basis) return {};
  std::vector<float> usable;
  const std::size_t n_coeff = trained->rms.size();
  const Coefficients all = Coefficients::interleaved_rows(interleaved.data(), interleaved.size() / (2 * n_coeff), n_coeff);
  for (std::size_t v = 0; v < all.n_voxel; ++v) {
    const auto c = interleaved.subspan(2 * n_coeff * v, 2 * n_coeff);
    if (volume::is_usable(all, v)) usable.insert(usable.end(), c.begin(), c.end());
  }
  std::optional<Scores> scores;
  if (program.atypicality != nullptr)
    scores = Scores{[&](const std::vector<float>& voxels) { return atypicality_of(program, settings.isa, voxels); },
                    program.atypicality->threshold, settings.threads};
  return single_faults(*trained, usable, turning_of(program), scores);
}

}  // namespace crbrt::map
