// SPDX-License-Identifier: Apache-2.0
// One map after the other, so that only one lies in memory. The numbers have the keys of crbrt-map, with one more status.
#include "tools/fit/fit_maps.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <utility>
#include <vector>

#include "base/escaped.h"
#include "base/number_text.h"
#include "physics/estimand.h"

namespace crbrt::fit {
namespace {

using physics::Estimand;
using physics::FitStatus;
using physics::VoxelFit;

bool has_estimate(const VoxelFit& fit) { return physics::has_estimate(fit.status); }

volume::StatusValue status_value(FitStatus status) {
  using volume::StatusValue;
  static_assert(static_cast<int>(FitStatus::ok) == static_cast<int>(StatusValue::ok) &&
                static_cast<int>(FitStatus::non_finite) == static_cast<int>(StatusValue::non_finite) &&
                static_cast<int>(FitStatus::zero_signal) == static_cast<int>(StatusValue::zero_signal) &&
                static_cast<int>(FitStatus::not_computed) == static_cast<int>(StatusValue::not_computed) &&
                static_cast<int>(FitStatus::not_converged) == static_cast<int>(StatusValue::not_converged) &&
                static_cast<int>(FitStatus::at_bound) == static_cast<int>(StatusValue::at_bound) &&
                static_cast<int>(FitStatus::nuisance_at_bound) == static_cast<int>(StatusValue::nuisance_at_bound));
  return static_cast<StatusValue>(status);
}

std::vector<volume::StatusValue> status_values(std::span<const VoxelFit> fits) {
  std::vector<volume::StatusValue> values;
  for (const VoxelFit& fit : fits) values.push_back(status_value(fit.status));
  return values;
}

/// Which parameter met which bound: two limits for each unknown, in the order of FitRange::walls().
volume::StatusDetail detail_of(const FitMaps& maps) {
  volume::StatusDetail detail;
  for (std::size_t u = 0; u < maps.range.n_unknown(); ++u) {
    const physics::Parameter parameter = maps.range.parameter(u);
    const std::string unit(physics::quantity_of(parameter).unit);
    const auto limit = [&](const char* side, double value) {
      detail.limits.push_back(std::string(physics::name(parameter)) + " at its " + side + ", " +
                              base::number_text(value, "%.6g") + (unit == "1" ? "" : " " + unit));
    };
    limit("lower bound", maps.range.minimum(u));
    limit("upper bound", maps.range.maximum(u));
  }
  for (std::size_t i = 0; i < maps.fits.size(); ++i) {
    const std::uint32_t walls = has_estimate(maps.fits[i]) ? maps.range.walls(maps.fits[i].tissue) : 0;
    if (walls == 0) continue;
    detail.voxels.push_back(maps.voxels[i]);
    detail.bits.push_back(static_cast<std::int32_t>(walls));
  }
  return detail;
}

}  // namespace

volume::StatusCounts count_status(std::span<const VoxelFit> fits, std::size_t n_grid) {
  return volume::count(status_values(fits), n_grid);
}

std::vector<std::string> map_names(const physics::Unknowns& unknowns, volume::TimeUnit times) {
  std::vector<std::string> names;
  for (const physics::Quantity& quantity : physics::quantities()) {
    const auto estimand = Estimand::from_name(quantity.key);
    if (!(estimand && estimand->has_bound(unknowns)) && quantity.form != physics::Form::m0) continue;
    const volume::MapDescription map = volume::describe_map(quantity, times);
    names.push_back(map.name);
    names.push_back(volume::describe_std(map, "").name);
  }
  names.insert(names.end(), {"residual_norm", "starts_agreed", "status", "status_detail"});
  return names;
}

void write_maps(volume::MapFolder& folder, const FitMaps& maps) {
  const physics::Unknowns& unknowns = maps.range.unknowns();
  const auto write = [&](const volume::MapDescription& map, const std::function<double(const VoxelFit&)>& value) {
    std::vector<float> values(maps.fits.size(), maps.fill);
    for (std::size_t i = 0; i < maps.fits.size(); ++i)
      if (has_estimate(maps.fits[i])) values[i] = static_cast<float>(value(maps.fits[i]));
    folder.write(map, values);
  };
  const auto write_with_std = [&](const physics::Quantity& quantity, const std::function<double(const VoxelFit&)>& value,
                                  const std::function<double(const VoxelFit&)>& std) {
    const volume::MapDescription map = volume::describe_map(quantity, maps.times);
    write(map, value);
    write(volume::describe_std(map, "standard deviation of " + map.output + "; infinite where the data give no bound"), std);
  };
  for (const physics::Quantity& quantity : physics::quantities()) {
    if (!quantity.is_of(unknowns.t1_model())) continue;
    if (quantity.form == physics::Form::m0)
      write_with_std(
          quantity, [](const VoxelFit& fit) { return std::abs(fit.m0); }, [](const VoxelFit& fit) { return fit.m0_std; });
    if (!quantity.is_estimand()) continue;
    const Estimand estimand = Estimand::from_name(quantity.key).value();
    if (!estimand.has_bound(unknowns)) continue;
    write_with_std(
        quantity, [&](const VoxelFit& fit) { return estimand.value(fit.tissue, fit.signal_norm); },
        [&](const VoxelFit& fit) {
          const physics::TissueBounds variances{.crb = fit.variance, .signal_per_m0_crb = fit.signal_variance};
          return std::sqrt(estimand.bound(fit.tissue, variances, unknowns));
        });
  }
  write({"residual_norm", "residual_norm", "arbitrary", {{"Description", "norm of the coefficients minus the fit"}}},
        [](const VoxelFit& fit) { return fit.residual_norm; });
  write({"starts_agreed", "starts_agreed", "1", {{"Description", "solver runs that ended at the best minimum"}}},
        [](const VoxelFit& fit) { return static_cast<double>(fit.n_agree); });
  folder.write_status(status_values(maps.fits), detail_of(maps));
}

std::string why_bounds_decide(const FitMaps& maps) {
  std::size_t n_estimate = 0, n_at_bound = 0, most = 0;
  for (const VoxelFit& fit : maps.fits) {
    n_estimate += has_estimate(fit) ? 1 : 0;
    n_at_bound += fit.status == FitStatus::at_bound ? 1 : 0;
  }
  if (2 * n_at_bound <= n_estimate) return {};
  std::string where;
  const base::Json counts = detail_of(maps).counts();
  for (const base::Json::Member& limit : counts.members()) {
    const auto n = static_cast<std::size_t>(limit.value.integer());
    if (n <= most) continue;
    most = n;
    where = limit.key;
  }
  return std::to_string(n_at_bound) + " of " + std::to_string(n_estimate) +
         " voxels ended at a bound of the prior, most of them with " + where + ": do its units and ranges suit the data?";
}

base::Json to_json(const volume::RunStats& run, const FitStats& fit) {
  base::Json json = run.to_json();
  json["simulations"] = fit.simulations;
  json["single_minimum"] = fit.single_minimum;
  json["expected_chi_square"] = {{"median", fit.expected.median}, {"factor", fit.expected.factor}};
  if (fit.tried_neighbours) json["tried_neighbours"] = *fit.tried_neighbours;
  if (fit.changed_by_neighbours) json["changed_by_neighbours"] = *fit.changed_by_neighbours;
  return json;
}

}  // namespace crbrt::fit
