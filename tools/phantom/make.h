/// Makes the digital brain: coefficients with noise, and everything a comparison needs to know about it.
#pragma once

#include <cstdint>
#include <string>

namespace crbrt::phantom {

struct MakeOptions {
  std::string model;  ///< gives basis, hashes and the names of the maps
  std::string sequence;
  std::string image;  ///< skull-stripped T1-weighted brain
  std::string out;    ///< folder
  double snr = 50;    ///< |M0| / sigma where |M0| = 1
  std::size_t n_entry = 24000;
  std::uint64_t seed = 1;
  unsigned threads = 1;
  std::string command;  ///< for the sidecars
};

/// Writes OUT/coefficients.nii (complex64) with its sidecar, mask.nii.gz, tissue.nii.gz (labels of TissueClass), phantom.json,
/// and OUT/truth and OUT/sqrt_crb, maps of every output of the model. Throws InputError, DisagreementError, OutputError.
void make_phantom(const MakeOptions& options);

}  // namespace crbrt::phantom
