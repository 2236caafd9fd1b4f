// SPDX-License-Identifier: Apache-2.0
// What a fit says, in the planes of the network's maps.
#include "tools/map/refinement.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/median.h"
#include "base/number_text.h"
#include "base/sha256.h"
#include "physics/nlls/partial_tissue.h"
#include "physics/quantity.h"
#include "tools/map/map_files.h"

namespace crbrt::map {
namespace {

using physics::FitStatus;
using physics::Tissue;

constexpr std::size_t least_for_noise = 30;

/// The standard deviations of the outputs over the prior: no estimate is less certain than before it was measured.
std::vector<double> widths(const std::vector<physics::Estimand>& estimands, const physics::Prior& prior) {
  constexpr std::uint64_t n_draw = 4096;
  std::vector<double> sum(estimands.size()), sum2(estimands.size());
  for (std::uint64_t i = 0; i < n_draw; ++i) {
    const Tissue tissue = prior.draw(1, physics::Stream::start, i);
    for (std::size_t j = 0; j < estimands.size(); ++j) {
      const double value = estimands[j].value(tissue, physics::no_signal_norm);
      sum[j] += value;
      sum2[j] += value * value;
    }
  }
  std::vector<double> widths;
  for (std::size_t j = 0; j < estimands.size(); ++j) {
    const double mean = sum[j] / n_draw, variance = sum2[j] / n_draw - mean * mean;
    widths.push_back(variance > 0 ? std::sqrt(variance)
                                  : std::numeric_limits<double>::infinity());  // signal_per_m0 is not bounded
  }
  return widths;
}

Eigen::VectorXcd coefficients_of(const Coefficients& planes, std::size_t voxel) {
  Eigen::VectorXcd c(static_cast<Eigen::Index>(planes.n_coeff));
  for (std::size_t k = 0; k < planes.n_coeff; ++k) {
    const std::size_t at = voxel * planes.voxel_stride + k * planes.coefficient_stride;
    c[static_cast<Eigen::Index>(k)] = {static_cast<double>(planes.real[at]), static_cast<double>(planes.imag[at])};
  }
  return c;
}

std::string hash_of(const Eigen::MatrixXcd& data, std::span<const Tissue> starts) {
  base::Sha256 hash;
  hash.add(data.data(), static_cast<std::size_t>(data.size()) * sizeof(std::complex<double>));
  for (const Tissue& start : starts) {
    const auto values = start.values();
    hash.add(values.data(), sizeof values);
  }
  return base::hex(hash.digest());
}

double median_of(std::vector<double> values) { return values.empty() ? 0 : base::median(values); }

}  // namespace

Refinement::Refinement(const Program& program, const std::string& model_path, physics::Refiner refiner,
                       const physics::Prior& prior, RefinementSettings settings, const RefinedParts* parts)
    : program_(program),
      refiner_(std::move(refiner)),
      settings_(std::move(settings)),
      parts_(parts),
      has_m0_(signal_per_m0_output(program).has_value()),
      states_(settings_.n_voxel, Refined::not_asked),
      moved_(program.n_output, std::vector<float>(settings_.n_voxel, std::numeric_limits<float>::quiet_NaN())),
      residual2_(settings_.n_voxel) {
  for (std::size_t i = 0; i < program.n_output; ++i) {
    const auto estimand = physics::Estimand::from_name(program.outputs[i].name);
    if (!estimand || !estimand->has_bound(refiner_.fitter().range().unknowns()))
      throw base::DisagreementError(model_path, "outputs that a fit of the prior's T1 model estimates, too (--refine)",
                                    std::string(program.outputs[i].name));
    estimands_.push_back(*estimand);
  }
  widest_std_ = widths(estimands_, prior);
}

std::vector<std::size_t> Refinement::asked_for(const BatchMaps& maps, std::size_t first,
                                               std::span<const VoxelStatus> status) const {
  std::vector<std::size_t> voxels;
  for (std::size_t v = 0; v < maps.n_voxel; ++v) {
    if (status[v] != VoxelStatus::ok && status[v] != VoxelStatus::outside_range) continue;
    if (!settings_.is_asked_for.empty() && !settings_.is_asked_for[first + v]) continue;
    const bool is_flagged =
        status[v] == VoxelStatus::outside_range || (!maps.atypicality.empty() && is_atypical(maps.atypicality[v], program_));
    if (settings_.only_flagged && !is_flagged) continue;
    voxels.push_back(v);
  }
  return voxels;
}

/// What the network says; NaN for the rest.
Tissue Refinement::start_of(const BatchMaps& maps, std::size_t voxel) const {
  physics::PartialTissue known;
  for (std::size_t i = 0; i < program_.n_output; ++i)
    known.set(*physics::find_quantity(program_.outputs[i].name), static_cast<double>(maps.plane(maps.estimates, i)[voxel]));
  return known.tissue(refiner_.fitter().settings().t1_model);
}

RefinedVoxel Refinement::described(const physics::VoxelFit& fit) const {
  RefinedVoxel refined;
  refined.has_converged =
      fit.status == FitStatus::ok || fit.status == FitStatus::at_bound || fit.status == FitStatus::nuisance_at_bound;
  refined.wall = fit.status == FitStatus::at_bound ? 2 : fit.status == FitStatus::nuisance_at_bound ? 1 : 0;
  const physics::TissueBounds variances{.crb = fit.variance, .signal_per_m0_crb = fit.signal_variance};
  for (std::size_t i = 0; i < estimands_.size(); ++i) {
    refined.estimates.push_back(static_cast<float>(estimands_[i].value(fit.tissue, fit.signal_norm)));
    const double std =
        refined.has_converged ? std::sqrt(estimands_[i].bound(fit.tissue, variances, refiner_.fitter().range().unknowns())) : 0;
    refined.std.push_back(static_cast<float>(std::min(std, widest_std_[i])));
  }
  if (has_m0_) {
    refined.estimates.push_back(static_cast<float>(std::abs(fit.m0)));
    refined.std.push_back(static_cast<float>(fit.m0_std));
  }
  const double dof = physics::degrees_of_freedom(refiner_.fitter().model().n_coeff(), refiner_.fitter().range().n_unknown());
  const double residual2 = fit.residual_norm * fit.residual_norm;
  refined.residual2 = static_cast<float>(residual2);
  refined.chi_square = settings_.sigma > 0 ? static_cast<float>(residual2 / (settings_.sigma * settings_.sigma * dof)) : 0;
  refined.n_simulated = static_cast<float>(fit.n_simulated);
  return refined;
}

void Refinement::put(const RefinedVoxel& refined, std::size_t voxel, std::size_t at, BatchMaps& maps,
                     std::span<VoxelStatus> status) {
  if (!refined.has_converged) {
    states_[at] = Refined::failed;
    return;
  }
  states_[at] = refined.wall == 2 ? Refined::at_bound : refined.wall == 1 ? Refined::nuisance_at_bound : Refined::done;
  bool is_inside = true;
  for (std::size_t i = 0; i < refined.estimates.size(); ++i) {
    float& estimate = maps.estimates[i * maps.n_voxel + voxel];
    if (i < program_.n_output) {
      const Output& output = program_.outputs[i];
      is_inside = is_inside && refined.estimates[i] >= output.minimum && refined.estimates[i] <= output.maximum;
      if (refined.std[i] > 0) moved_[i][at] = (refined.estimates[i] - estimate) / refined.std[i];
    }
    estimate = refined.estimates[i];
    if (!maps.std.empty()) maps.std[i * maps.n_voxel + voxel] = refined.std[i];
  }
  status[voxel] = is_inside ? VoxelStatus::ok : VoxelStatus::outside_range;
  maps.chi_square[voxel] = refined.chi_square;
  residual2_[at] = refined.residual2;
}

void Refinement::refine(const Coefficients& planes, std::size_t first, BatchMaps& maps, std::span<VoxelStatus> status) {
  maps.chi_square.assign(maps.n_voxel, 0);
  const std::vector<std::size_t> voxels = asked_for(maps, first, status);
  if (voxels.empty()) return;
  Eigen::MatrixXcd data(static_cast<Eigen::Index>(planes.n_coeff), static_cast<Eigen::Index>(voxels.size()));
  std::vector<Tissue> starts;
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    data.col(static_cast<Eigen::Index>(i)) = coefficients_of(planes, voxels[i]);
    starts.push_back(start_of(maps, voxels[i]));
  }
  const auto fitted = [&] {
    std::vector<RefinedVoxel> refined;
    for (const physics::VoxelFit& fit : refiner_.refine(data, starts)) refined.push_back(described(fit));
    return refined;
  };
  bool was_kept = false;
  const std::size_t n_map = program_.n_output + (has_m0_ ? 1u : 0u);
  const std::vector<RefinedVoxel> refined =
      parts_ == nullptr ? fitted() : parts_->part(first, n_map, hash_of(data, starts), voxels.size(), fitted, was_kept);
  double n_simulated = 0;
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    put(refined[i], voxels[i], first + voxels[i], maps, status);
    n_simulated += static_cast<double>(refined[i].n_simulated);
  }
  const std::lock_guard lock(mutex_);
  n_simulated_ += static_cast<std::size_t>(n_simulated);
}

RefinementReport Refinement::report() const {
  RefinementReport report;
  report.n_degrees_of_freedom =
      physics::degrees_of_freedom(refiner_.fitter().model().n_coeff(), refiner_.fitter().range().n_unknown());
  report.n_simulated = n_simulated_;
  std::vector<double> residuals;
  for (std::size_t v = 0; v < states_.size(); ++v) {
    if (states_[v] == Refined::not_asked) continue;
    if (states_[v] == Refined::failed) {
      ++report.n_failed;
      continue;
    }
    ++report.n_refined;
    report.n_at_bound += states_[v] == Refined::at_bound ? 1 : 0;
    residuals.push_back(static_cast<double>(residual2_[v]));
  }
  for (std::size_t i = 0; i < program_.n_output; ++i) {
    std::vector<double> moved, distance;
    for (const float z : moved_[i])
      if (std::isfinite(z)) {
        moved.push_back(static_cast<double>(z));
        distance.push_back(std::abs(static_cast<double>(z)));
      }
    report.agreement.push_back({program_.outputs[i].name, median_of(moved), median_of(distance)});
  }
  if (residuals.size() < least_for_noise) return report;
  // The median, so that voxels that the physics does not describe do not count.
  const double n = report.n_degrees_of_freedom, median = median_of(residuals);
  report.sigma = std::sqrt(median / (n * physics::median_reduced_chi_square(n)));
  if (settings_.sigma > 0) report.median_chi_square = median / (settings_.sigma * settings_.sigma * n);
  return report;
}

std::string RefinementReport::in_words() const {
  std::string words = std::to_string(n_refined) + " voxels refined";
  if (n_failed > 0) words += ", " + std::to_string(n_failed) + " not, because they did not converge";
  if (n_at_bound > 0) words += ", " + std::to_string(n_at_bound) + " decided by a bound of the prior";
  for (const Agreement& a : agreement)
    words += "; " + a.output + " moved by " + base::number_text(a.median_distance, "%.2f") +
             " of its standard deviations (median; on average " + base::number_text(a.median_difference, "%+.2f") + ")";
  if (sigma) words += "; noise by the residuals " + base::number_text(*sigma, "%.4g");
  return words;
}

base::Json RefinementReport::to_json() const {
  base::Json json{{"Voxels", n_refined}, {"NotConverged", n_failed}, {"AtBound", n_at_bound}, {"Simulations", n_simulated}};
  for (const Agreement& a : agreement)
    json["MovedByStandardDeviations"][a.output] =
        base::Json{{"Median", a.median_difference}, {"MedianOfAbsolute", a.median_distance}};
  json["DegreesOfFreedom"] = n_degrees_of_freedom;
  json["SigmaOfResiduals"] = sigma;
  json["MedianChiSquare"] = median_chi_square;
  return json;
}

}  // namespace crbrt::map
