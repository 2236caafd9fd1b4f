// SPDX-License-Identifier: Apache-2.0
/// Makes the phantoms, the digital brain and the tubes: coefficients with noise, and everything that a comparison needs to know
/// about them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "base/atomic_output.h"
#include "crbrt/loader.hpp"

namespace crbrt::phantom {

struct PhantomOrigin {
  const std::string& out;  ///< the folder's final name
  const ModelInfo& model;
  double snr;
  const std::string& command;
};

/// coefficients.json: sequence, basis and noise, which crbrt-map and crbrt-fit check. phantom.json: `description`, JSON text.
void write_descriptions(base::AtomicFolder& folder, const PhantomOrigin& origin, const std::string& description);

/// Throws OutputError, before anything is simulated, where files of these names lie in the folder and no phantom.json of ours
/// says that they are a phantom of an earlier run.
void expect_room(const std::string& out, std::initializer_list<const char*> images);

struct MakeOptions {
  std::string model;  ///< gives basis, hashes and the names of the maps
  std::string sequence;
  std::string image;               ///< skull-stripped T1-weighted brain
  std::string out;                 ///< folder
  double snr = 50;                 ///< |M0| / sigma where |M0| = 1
  std::optional<double> voxel_mm;  ///< width of the voxels; empty: the image's
  std::size_t n_entry = 24000;
  std::uint64_t seed = 1;
  unsigned threads = 1;
  std::string command;  ///< for the sidecars
};

/// Writes OUT/coefficients.nii (complex64) with its sidecar, mask.nii.gz, tissue.nii.gz (labels of TissueClass), phantom.json,
/// and OUT/truth and OUT/sqrt_crb, maps of every output of the model. Throws InputError, DisagreementError, OutputError.
void make_phantom(const MakeOptions& options);

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
