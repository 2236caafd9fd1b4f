// A part is a list of doubles: 19 numbers a voxel, then its variances, whose number stands before them.
#include "tools/fit/partial_fits.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/files_of_run.h"
#include "base/parts_folder.h"
#include "base/read_file.h"

namespace crbrt::fit {
namespace {

namespace fs = std::filesystem;
using physics::VoxelFit;

constexpr const char* identity_file = "identity.txt";
constexpr const char* complete_fits = "fits of this run, complete";

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

/// Reads what text_of() wrote.
class Numbers {
 public:
  explicit Numbers(const fs::path& path) : path_(path), bytes_(base::read_file_of_ours(path.string(), complete_fits)) {}

  double next() {
    double value = 0;
    if (bytes_.size() - at_ < sizeof value) fail();
    std::memcpy(&value, bytes_.data() + at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  std::size_t next_count(double most) {
    const double value = next();
    if (!(value >= 0 && value <= most)) fail();
    return static_cast<std::size_t>(value);
  }
  void expect_end() const {
    if (at_ != bytes_.size()) fail();
  }

 private:
  [[noreturn]] void fail() const { throw base::InputError(path_.string(), complete_fits, "a damaged file"); }

  fs::path path_;
  std::string bytes_;
  std::size_t at_ = 0;
};

VoxelFit next_fit(Numbers& from) {
  VoxelFit fit;
  fit.status = static_cast<physics::FitStatus>(from.next_count(static_cast<double>(physics::FitStatus::at_bound)));
  std::array<double, physics::n_parameter> tissue{};
  std::generate(tissue.begin(), tissue.end(), [&] { return from.next(); });
  fit.tissue = physics::Tissue::from_values(tissue);
  const double real = from.next(), imag = from.next();
  fit.m0 = {real, imag};
  for (double* value : {&fit.signal_variance, &fit.m0_std, &fit.signal_norm, &fit.residual_norm, &fit.sigma})
    *value = from.next();
  constexpr double most = 1e15;
  fit.n_agree = from.next_count(most);
  fit.n_simulated = from.next_count(most);
  fit.variance.resize(static_cast<Eigen::Index>(from.next_count(64)));
  for (double& value : fit.variance) value = from.next();
  return fit;
}

}  // namespace

PartialFits::PartialFits(const std::string& out, std::string identity, bool resume) : identity_(std::move(identity)) {
  std::error_code error;
  fs::path maps = base::folder_name(out);
  if (maps.filename() == "." || maps.filename() == "..") maps = fs::weakly_canonical(maps, error);  // a name to put it beside
  folder_ = maps.string() + ".partial";
  base::expect_parts_folder(folder_, identity_file);
  const fs::path file = folder_ / identity_file;
  if (fs::exists(path_of(0), error) && !resume)
    throw base::OutputError(folder_.string(),
                            "it holds fits of a run that was stopped; --resume goes on with them, remove it to begin anew");
  if (resume && fs::exists(file, error) && base::read_file_of_ours(file.string(), "what the fits are of") != identity_)
    throw base::DisagreementError(
        folder_.string(), "fits of the same data, sequence, basis and settings (remove it to begin anew)", "fits of others");
}

fs::path PartialFits::path_of(std::size_t index) const { return folder_ / ("part-" + std::to_string(index)); }

std::vector<VoxelFit> PartialFits::part(std::size_t index, std::size_t n_voxel,
                                        const std::function<std::vector<VoxelFit>()>& fit) const {
  const fs::path path = path_of(index);
  std::vector<VoxelFit> fits;
  if (!fs::exists(path)) {
    fits = fit();
    std::error_code error;  // the folder comes with the first part: a run that fails before leaves none
    fs::create_directory(folder_, error);
    if (error) throw base::OutputError(folder_.string(), error.message());
    if (index == 0) base::write_text_file(folder_ / identity_file, identity_);
    base::write_text_file(path, text_of(fits));
    return fits;
  }
  Numbers numbers(path);
  for (std::size_t v = 0; v < n_voxel; ++v) fits.push_back(next_fit(numbers));
  numbers.expect_end();
  return fits;
}

void PartialFits::remove() const {
  base::remove_parts(folder_, identity_file, [](const std::string& name) { return base::is_numbered(name, "part-", ""); });
}

std::vector<VoxelFit> fit_in_parts(const physics::Fitter& fitter, const Eigen::MatrixXcd& coefficients, const PartialFits& kept,
                                   const std::function<void(std::size_t)>& on_voxels) {
  const auto n_voxel = static_cast<std::size_t>(coefficients.cols());
  std::vector<VoxelFit> all;
  for (std::size_t first = 0; first < n_voxel; first += voxels_of_part) {
    const std::size_t n = std::min(voxels_of_part, n_voxel - first);
    std::size_t counted = 0;
    const auto part = kept.part(first / voxels_of_part, n, [&] {
      return fitter.fit(coefficients.middleCols(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(n)),
                        [&](std::size_t) { ++counted, on_voxels(1); });
    });
    if (counted < n) on_voxels(n - counted);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace crbrt::fit
