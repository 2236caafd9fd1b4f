// One map after the other, so that only one lies in memory. The numbers have the keys of crbrt-map, with one more status.
#include "tools/fit/fit_maps.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <utility>

#include "base/escaped.h"
#include "physics/estimand.h"

namespace crbrt::fit {
namespace {

using physics::Estimand;
using physics::FitStatus;
using physics::VoxelFit;

bool has_estimate(const VoxelFit& fit) {
  return fit.status == FitStatus::ok || fit.status == FitStatus::at_bound || fit.status == FitStatus::not_converged;
}

class FitWriter {
 public:
  FitWriter(volume::MapFolder& folder, std::size_t n_grid, std::span<const VoxelFit> fits)
      : folder_(folder), n_grid_(n_grid), fits_(fits) {}

  void write(const volume::MapDescription& map, const std::function<double(const VoxelFit&)>& value) const {
    std::vector<float> values(fits_.size(), 0.0f);
    for (std::size_t i = 0; i < fits_.size(); ++i)
      if (has_estimate(fits_[i])) values[i] = static_cast<float>(value(fits_[i]));
    folder_.write(map, values);
  }

  void write_status() const {
    std::vector<std::uint8_t> codes;
    for (const VoxelFit& fit : fits_) codes.push_back(static_cast<std::uint8_t>(fit.status));
    base::Json counts;
    const auto n = count_status(fits_, n_grid_);
    for (std::size_t s = 0; s < status_names.size(); ++s) counts[status_names[s]] = n[s];
    folder_.write_status_codes({codes, static_cast<std::uint8_t>(FitStatus::not_computed)}, status_names, std::move(counts));
  }

 private:
  volume::MapFolder& folder_;
  std::size_t n_grid_;
  std::span<const VoxelFit> fits_;
};

}  // namespace

std::array<std::uint64_t, status_names.size()> count_status(std::span<const VoxelFit> fits, std::size_t n_grid) {
  std::array<std::uint64_t, status_names.size()> counts{};
  for (const VoxelFit& fit : fits) ++counts.at(static_cast<std::size_t>(fit.status));
  counts[static_cast<std::size_t>(FitStatus::not_computed)] += n_grid - fits.size();
  return counts;
}

void write_maps(volume::MapFolder& folder, std::size_t n_grid, std::span<const VoxelFit> fits, physics::T1Model model) {
  const FitWriter writer(folder, n_grid, fits);
  const auto write_with_std = [&](const physics::Quantity& quantity, const std::function<double(const VoxelFit&)>& value,
                                  const std::function<double(const VoxelFit&)>& std) {
    const volume::MapDescription map = volume::describe_map(quantity);
    writer.write(map, value);
    writer.write(volume::describe_std(map, "standard deviation of " + map.output + "; infinite where the data give no bound"),
                 std);
  };
  for (const physics::Quantity& quantity : physics::quantities()) {
    if (!quantity.is_of(model)) continue;
    if (quantity.form == physics::Form::m0)
      write_with_std(
          quantity, [](const VoxelFit& fit) { return std::abs(fit.m0); }, [](const VoxelFit& fit) { return fit.m0_std; });
    if (!quantity.is_estimand()) continue;
    const Estimand estimand = Estimand::from_name(quantity.key).value();
    write_with_std(
        quantity, [&](const VoxelFit& fit) { return estimand.value(fit.tissue, fit.signal_norm); },
        [&](const VoxelFit& fit) {
          const physics::TissueBounds variances{.crb = fit.variance, .signal_per_m0_crb = fit.signal_variance};
          return std::sqrt(estimand.bound(fit.tissue, variances, model));
        });
  }
  writer.write({"residual_norm", "residual_norm", "arbitrary", {{"Description", "norm of the coefficients minus the fit"}}},
               [](const VoxelFit& fit) { return fit.residual_norm; });
  writer.write({"starts_agreed", "starts_agreed", "1", {{"Description", "solver runs that ended at the best minimum"}}},
               [](const VoxelFit& fit) { return static_cast<double>(fit.n_agree); });
  writer.write_status();
}

FitReport::FitReport(const volume::ImageOptions& options) : out_(options.out), file_(options.stats) {}

void FitReport::save(const volume::RunStats& run, const FitStats& fit) {
  std::string counts;
  base::Json status;
  for (std::size_t i = 0; i < status_names.size(); ++i) {
    status[status_names[i]] = fit.status[i];
    if (fit.status[i] > 0)
      counts += (counts.empty() ? "" : ", ") + std::string(status_names[i]) + " " + std::to_string(fit.status[i]);
  }
  std::printf("%s: %llu voxels in %.2f s (reading %.2f s, fitting %.2f s, writing %.2f s); %s\n",
              base::for_terminal(out_).c_str(), static_cast<unsigned long long>(run.voxels), run.total_s, run.read_s,
              run.kernel_s, run.write_s, counts.c_str());
  base::Json json = run.to_json();
  json["status"] = status;
  json["simulations"] = fit.simulations;
  json["single_minimum"] = fit.single_minimum;
  file_.save(json);
}

}  // namespace crbrt::fit
