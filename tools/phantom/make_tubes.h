/// Makes the tubes: coefficients with noise, the truth behind them and the regions to measure in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace crbrt::phantom {

struct TubesOptions {
  std::string model;  ///< gives basis and hashes
  std::string sequence;
  std::optional<double> tr_s;
  std::string out;  ///< folder
  std::size_t size = 96;
  double snr = 50;  ///< |M0| / sigma where |M0| = 1
  std::uint64_t seed = 1;
  unsigned threads = 1;
  std::string command;  ///< for the sidecars
};

/// Writes OUT/coefficients.nii (complex64) with its sidecar, mask.nii.gz (the cylinder), roi.nii.gz (labels 1 to 6),
/// phantom.json (what the tubes hold), and OUT/truth and OUT/sqrt_crb: maps of m0_semi_frac, t1_apparent_s and t2_free_s.
/// Throws InputError, DisagreementError, OutputError.
void make_tubes(const TubesOptions& options);

}  // namespace crbrt::phantom
