// SPDX-License-Identifier: Apache-2.0
/// Names after the Brain Imaging Data Structure ([bids], docs/references.md): what the name of an image says about it, what its
/// maps are called in a data set of derivatives, and the files that make a folder such a data set.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace crbrt::volume {

/// The map of standard deviations beside T1map is T1map_std; after BIDS it has desc-std in its name.
inline constexpr std::string_view std_suffix = "_std";

/// The map, or output, whose standard deviations one of this name holds; any other name as it is.
inline std::string estimate_of(std::string_view name) {
  return std::string(name.ends_with(std_suffix) ? name.substr(0, name.size() - std_suffix.size()) : name);
}

/// "/data/sub-01/ses-2/anat/sub-01_ses-2_acq-hybrid_part-real_MTS.nii.gz", taken apart.
struct BidsName {
  std::filesystem::path data_set;                             ///< the folder that holds sub-01; the file's own where none does
  std::vector<std::pair<std::string, std::string>> entities;  ///< {"sub", "01"}, {"ses", "2"}, ... in their order
  std::string suffix;                                         ///< "MTS"

  std::string label(std::string_view entity) const;  ///< empty where the name has none
  /// "sub-01", "sub-01/ses-2"
  std::filesystem::path folder() const;
};

/// Empty for a file whose name does not begin with sub-LABEL, or has something else than ENTITY-LABEL between underscores.
std::optional<BidsName> bids_name(const std::filesystem::path& image);

/// "bids:input:sub-01/anat/sub-01_T1w.nii.gz" for a file of the data set `input`; any other file by its name alone.
std::string bids_uri(const std::filesystem::path& file, const std::filesystem::path& data_set);

/// What the maps of one coefficient image are called.
class BidsMapNames {
 public:
  /// Keeps the entities that a map has as well: sub, ses, acq, ce, rec, run, space and chunk.
  explicit BidsMapNames(const BidsName& image);

  /// From the folder of the subject or session on, without extension: "T1map" becomes "anat/sub-01_T1map", "T1map_std"
  /// "anat/sub-01_desc-std_T1map", "TB1map" "fmap/sub-01_TB1map", "status" "anat/sub-01_desc-status_dseg".
  std::string path(const std::string& map) const;

  /// "sub-01_ses-2_acq-hybrid": what tells the maps of two images apart.
  std::string id() const;
  const std::filesystem::path& folder() const { return folder_; }  ///< "sub-01/ses-2"
  const std::string& space() const { return space_; }              ///< label of the entity; empty: the scanner's

 private:
  std::string prefix() const;  ///< "sub-01_ses-2_acq-hybrid_"

  std::filesystem::path folder_;
  std::vector<std::pair<std::string, std::string>> entities_;
  std::string space_;
};

/// Where the maps of one image go.
struct BidsPlace {
  std::filesystem::path data_set;        ///< of the derivatives
  std::filesystem::path input_data_set;  ///< that the image is of
  BidsMapNames names;
};

/// Throws InputError where the folder is another kind of data set; one that is absent or empty will do.
void check_derivatives(const std::filesystem::path& folder);

/// Makes `folder` a data set of derivatives where it is not: dataset_description.json with GeneratedBy, a README, and a
/// .bidsignore. Throws as check_derivatives() does; OutputError.
void make_derivatives(const std::filesystem::path& folder, const std::filesystem::path& input_data_set);

/// Adds those of the maps that BIDS has no names for to the .bidsignore of the data set.
void ignore_unknown_names(const std::filesystem::path& folder, const std::vector<std::string>& maps);

}  // namespace crbrt::volume
