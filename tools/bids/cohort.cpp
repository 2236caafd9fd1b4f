// SPDX-License-Identifier: Apache-2.0
// Which image of a subject holds coefficients, the image itself says: reconstructions have no name of their own in BIDS.
#include "tools/bids/cohort.h"

#include <fnmatch.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "tools/volume/coefficients.h"

namespace crbrt::bids {
namespace {

namespace fs = std::filesystem;

bool is_nifti(const std::string& name) { return name.ends_with(".nii") || name.ends_with(".nii.gz"); }

std::string in_lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code unreadable;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, unreadable)) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

std::vector<fs::path> folders_named(const fs::path& folder, const std::string& begin) {
  std::vector<fs::path> found;
  for (const fs::path& path : sorted_entries(folder))
    if (path.filename().string().starts_with(begin) && fs::is_directory(path)) found.push_back(path);
  return found;
}

std::string id_of(const volume::BidsName& name) { return volume::BidsMapNames(name).id(); }

/// The file of the imaginary parts beside that of the real ones; empty where there is none.
fs::path imaginary_of(const fs::path& real) {
  std::string name = real.filename().string();
  const std::size_t at = name.find("_part-real_");
  if (at == std::string::npos) return {};
  const fs::path path = real.parent_path() / name.replace(at, std::string("_part-real_").size(), "_part-imag_");
  return fs::exists(path) ? path : fs::path();
}

/// The one mask of the folder, or the one that has the image's entities; empty where there is none.
fs::path mask_of(const fs::path& image, const std::vector<fs::path>& masks) {
  if (masks.size() == 1) return masks.front();
  const auto name = volume::bids_name(image);
  for (const fs::path& path : masks) {
    const auto mask = volume::bids_name(path);
    if (name && mask && id_of(*name) == id_of(*mask)) return path;
  }
  return {};
}

/// The subject, and the session where it is one, that a folder is of.
volume::BidsName name_of_folder(const fs::path& subject, const fs::path& session) {
  volume::BidsName name;
  name.entities = {{"sub", subject.filename().string().substr(4)}};
  if (session != subject) name.entities.emplace_back("ses", session.filename().string().substr(4));
  return name;
}

/// One folder of images: coefficients, masks, and what else is there.
class Folder {
 public:
  Folder(const fs::path& folder, volume::BidsName owner, const CohortQuery& query, std::vector<std::string>& warnings)
      : owner_(std::move(owner)), query_(query), warnings_(warnings) {
    for (const fs::path& path : sorted_entries(folder)) look_at(path);
  }

  void add_to(std::vector<CohortImage>& images) const {
    for (CohortImage image : images_) {
      image.mask = mask_of(image.image, masks_);
      images.push_back(std::move(image));
    }
  }
  const std::string& others() const { return others_; }

 private:
  void look_at(const fs::path& path) {
    const std::string file = path.filename().string();
    if (file.ends_with(".json")) return check_sidecar(path);
    if (!is_nifti(file)) {
      if (is_nifti(in_lower_case(file))) add_other(path, "expected .nii or .nii.gz in small letters");
      return;
    }
    const auto name = volume::bids_name(path);
    if (!name) return warnings_.push_back(path.string() + ": expected a name like sub-01_T1w.nii.gz; it is left out");
    const bool is_misplaced = name->folder() != owner_.folder();
    if (name->suffix == "mask" && is_misplaced)
      return warnings_.push_back(path.string() + ": " + expected_name() + "; it is left out");
    if (name->suffix == "mask") return masks_.push_back(path);
    if (name->label("part") == "imag") return;
    if (!query_.select.empty() && ::fnmatch(query_.select.c_str(), file.c_str(), 0) != 0) return;
    if (const fs::path imaginary = imaginary_of(path); !imaginary.empty())
      keep(path, imaginary, *name);
    else
      keep_if_coefficients(path, *name);
  }

  void keep_if_coefficients(const fs::path& path, const volume::BidsName& name) {
    std::string found;
    try {
      const std::size_t n_coeff = volume::CoefficientImage::open(path.string()).n_coeff();
      if (n_coeff == query_.n_coeff) return keep(path, {}, name);
      found = std::to_string(n_coeff) + " coefficients";
    } catch (const base::Error& error) {
      found = error.what();
    }
    add_other(path, found);
  }

  void add_other(const fs::path& path, const std::string& what) {
    others_ += (others_.empty() ? "" : "; ") + path.filename().string() + " (" + what + ")";
  }

  std::string expected_name() const {
    std::string name = owner_.folder().generic_string();
    std::replace(name.begin(), name.end(), '/', '_');
    return "expected a name of " + name + ", whose folder it lies in";
  }

  /// An image under the name of another subject or session is a mistake of copying: nobody knows whose it is.
  void keep(const fs::path& path, const fs::path& imaginary, const volume::BidsName& name) {
    CohortImage image{id_of(name), path, imaginary, {}, name, {}};
    if (name.folder() != owner_.folder()) {
      const std::string file = path.filename().string();
      image.id = id_of(owner_) + "_" + file;
      image.name = owner_;
      image.problem = path.lexically_relative(query_.data_set).generic_string() + ": " + expected_name() + ", found " + file;
    }
    images_.push_back(std::move(image));
  }

  void check_sidecar(const fs::path& path) {
    try {
      base::Json::from_file(path.string());
    } catch (const base::Error& error) {
      warnings_.emplace_back(error.what());
    }
  }

  volume::BidsName owner_;
  const CohortQuery& query_;
  std::vector<std::string>& warnings_;
  std::vector<CohortImage> images_;
  std::vector<fs::path> masks_;
  std::string others_;
};

/// All sessions of a subject.
void add_subject(const fs::path& subject, const CohortQuery& query, Cohort& cohort) {
  std::vector<fs::path> sessions = folders_named(subject, "ses-");
  if (fs::is_directory(subject / "anat") || sessions.empty()) sessions.insert(sessions.begin(), subject);
  for (const fs::path& session : sessions) {
    const std::size_t before = cohort.images.size();
    const volume::BidsName owner = name_of_folder(subject, session);
    const Folder folder(session / "anat", owner, query, cohort.warnings);
    folder.add_to(cohort.images);
    if (cohort.images.size() > before) continue;
    const std::string where = session.lexically_relative(query.data_set).generic_string();
    std::string found = "none";
    if (!fs::is_directory(session / "anat")) found = "no folder anat";
    if (!folder.others().empty()) found = folder.others();
    CohortImage missing;
    missing.id = where;
    std::replace(missing.id.begin(), missing.id.end(), '/', '_');
    missing.name = owner;
    missing.problem = where + "/anat: expected an image of " + std::to_string(query.n_coeff) + " coefficients, found " + found;
    cohort.images.push_back(std::move(missing));
  }
}

/// Two images whose maps would have one name: none of them is mapped.
void refuse_twins(std::vector<CohortImage>& images) {
  std::map<std::string, int> count;
  for (const CohortImage& image : images) ++count[image.id];
  for (CohortImage& image : images)
    if (image.problem.empty() && count[image.id] > 1) {
      image.problem = image.image.filename().string() + ": expected one image of the name " + image.id +
                      " (--select names the one that is meant), found " + std::to_string(count[image.id]);
      image.id = image.image.filename().string();  // no two of them share a record
    }
}

void check_description(const fs::path& data_set, std::vector<std::string>& warnings) {
  const fs::path file = data_set / "dataset_description.json";
  try {
    if (fs::exists(file))
      base::Json::from_file(file.string());
    else
      warnings.push_back(file.string() + ": expected in a BIDS data set, found none");
  } catch (const base::Error& error) {
    warnings.emplace_back(error.what());
  }
}

}  // namespace

Cohort find_cohort(const CohortQuery& query) {
  Cohort cohort;
  const std::vector<fs::path> subjects = folders_named(query.data_set, "sub-");
  if (subjects.empty()) throw base::InputError(query.data_set.string(), "a BIDS data set with folders sub-LABEL", "none");
  check_description(query.data_set, cohort.warnings);
  std::set<std::string> wanted;
  for (const std::string& label : query.subjects) wanted.insert(label.starts_with("sub-") ? label : "sub-" + label);
  std::string names;
  for (const fs::path& subject : subjects) {
    const std::string name = subject.filename().string();
    if (names.size() < 200) names += (names.empty() ? "" : ", ") + name;
    if (!query.subjects.empty() && wanted.erase(name) == 0) continue;
    add_subject(subject, query, cohort);
  }
  if (!wanted.empty()) throw base::InputError(query.data_set.string(), *wanted.begin() + " (--participant-label)", names);
  refuse_twins(cohort.images);
  std::stable_sort(cohort.images.begin(), cohort.images.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return cohort;
}

}  // namespace crbrt::bids
