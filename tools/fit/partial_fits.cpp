// SPDX-License-Identifier: Apache-2.0
// A part is a list of doubles: 19 numbers a voxel, then its variances, whose number stands before them.
#include "tools/fit/partial_fits.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/atomic_output.h"
#include "base/files_of_run.h"

namespace crbrt::fit {
namespace {

namespace fs = std::filesystem;
using physics::VoxelFit;

std::string text_of(const std::vector<VoxelFit>& fits) {
  std::vector<double> numbers;
  for (const VoxelFit& fit : fits) {
    numbers.push_back(static_cast<double>(fit.status));
    for (const double value : fit.tissue.values()) numbers.push_back(value);
    for (const double value :
         {fit.m0.real(), fit.m0.imag(), fit.signal_variance, fit.m0_std, fit.signal_norm, fit.residual_norm, fit.sigma,
          static_cast<double>(fit.n_agree), static_cast<double>(fit.n_simulated)})
      numbers.push_back(value);
    numbers.push_back(static_cast<double>(fit.variance.size()));
    numbers.insert(numbers.end(), fit.variance.begin(), fit.variance.end());
  }
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(double)};
}

/// Reads what text_of() wrote; the seal of the part says that it is that.
class Numbers {
 public:
  explicit Numbers(std::string_view bytes) : bytes_(bytes) {}

  double next() {
    double value = 0;
    std::memcpy(&value, bytes_.substr(at_, sizeof value).data(), sizeof value);
    at_ += sizeof value;
    return value;
  }
  std::size_t next_count() { return static_cast<std::size_t>(next()); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

VoxelFit next_fit(Numbers& from) {
  VoxelFit fit;
  fit.status = static_cast<physics::FitStatus>(from.next_count());
  std::array<double, physics::n_parameter> tissue{};
  std::generate(tissue.begin(), tissue.end(), [&] { return from.next(); });
  fit.tissue = physics::Tissue::from_values(tissue);
  const double real = from.next(), imag = from.next();
  fit.m0 = {real, imag};
  for (double* value : {&fit.signal_variance, &fit.m0_std, &fit.signal_norm, &fit.residual_norm, &fit.sigma})
    *value = from.next();
  fit.n_agree = from.next_count();
  fit.n_simulated = from.next_count();
  fit.variance.resize(static_cast<Eigen::Index>(from.next_count()));
  for (double& value : fit.variance) value = from.next();
  return fit;
}

std::string name_of(std::size_t index) { return "part-" + std::to_string(index); }

}  // namespace

PartialFits::PartialFits(const std::string& out, const std::string& identity, bool resume, base::Warnings& warnings)
    : folder_(base::partial_folder_of(out),
              {"identity.txt", [](const std::string& name) { return base::is_numbered(name, "part-", ""); }}, warnings) {
  folder_.take_over(identity, resume, "fits", "data, sequence, basis and settings");
}

std::vector<VoxelFit> PartialFits::part(std::size_t index, std::size_t n_voxel,
                                        const std::function<std::vector<VoxelFit>()>& fit) const {
  const std::string content = std::to_string(n_voxel) + " voxels";
  const std::optional<std::string> kept = folder_.part_bytes(name_of(index), content);
  std::vector<VoxelFit> fits;
  if (!kept) {
    fits = fit();
    folder_.keep(name_of(index), content,
                 [&](const fs::path& path, const fs::path& shown) { base::write_text(path, text_of(fits), shown); });
    return fits;
  }
  Numbers numbers(*kept);
  for (std::size_t v = 0; v < n_voxel; ++v) fits.push_back(next_fit(numbers));
  return fits;
}

std::vector<VoxelFit> fit_in_parts(std::size_t n_voxel, std::size_t first_part, const FitPart& fit, const PartialFits& kept,
                                   const std::function<void(std::size_t)>& on_voxels) {
  std::vector<VoxelFit> all;
  for (std::size_t first = 0; first < n_voxel; first += voxels_of_part) {
    const std::size_t n = std::min(voxels_of_part, n_voxel - first);
    std::size_t counted = 0;
    const auto part = kept.part(first_part + first / voxels_of_part, n,
                                [&] { return fit(first, n, [&](std::size_t) { ++counted, on_voxels(1); }); });
    if (counted < n) on_voxels(n - counted);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::vector<VoxelFit> fit_in_parts(const physics::Fitter& fitter, const Eigen::MatrixXcd& coefficients,
                                   std::span<const physics::Tissue> starts, const PartialFits& kept,
                                   const std::function<void(std::size_t)>& on_voxels) {
  const FitPart fit = [&](std::size_t first, std::size_t n, const std::function<void(std::size_t)>& on_voxel) {
    const Eigen::MatrixXcd data = coefficients.middleCols(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(n));
    return starts.empty() ? fitter.fit(data, on_voxel) : fitter.fit_from(data, starts.subspan(first, n), on_voxel);
  };
  return fit_in_parts(static_cast<std::size_t>(coefficients.cols()), 0, fit, kept, on_voxels);
}

}  // namespace crbrt::fit
