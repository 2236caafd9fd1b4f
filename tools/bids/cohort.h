// SPDX-License-Identifier: Apache-2.0
/// The coefficient images of a BIDS data set, each with its mask, and what is missing.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "tools/volume/bids_names.h"

namespace crbrt::bids {

/// One coefficient image, or a subject in which there is none.
struct CohortImage {
  std::string id;                   ///< "sub-01_ses-2_acq-hybrid": what its maps are called before the quantity; unique
  std::filesystem::path image;      ///< empty where `problem` says why
  std::filesystem::path imaginary;  ///< the file of the imaginary parts, where they have one (part-imag)
  std::filesystem::path mask;       ///< empty: all voxels
  volume::BidsName name;
  std::string problem;  ///< "sub-02: expected ..., found ..."; empty: it can be mapped
};

struct CohortQuery {
  std::filesystem::path data_set;
  std::vector<std::string> subjects;  ///< labels without "sub-"; empty: all
  std::string select;                 ///< wildcards (* and ?) that the file name has to match; empty: any
  std::size_t n_coeff = 0;            ///< of the model: an image is a coefficient image when its voxels hold so many
};

struct Cohort {
  std::vector<CohortImage> images;    ///< sorted by id
  std::vector<std::string> warnings;  ///< what is odd about the data set
};

/// Looks into sub-LABEL/anat and sub-LABEL/ses-LABEL/anat. A subject without an image, or with two of one name, is an entry
/// with a problem; a subject that was asked for and is not there throws InputError, as does a data set without subjects.
Cohort find_cohort(const CohortQuery& query);

}  // namespace crbrt::bids
