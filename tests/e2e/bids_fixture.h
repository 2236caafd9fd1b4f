// SPDX-License-Identifier: Apache-2.0
/// A small BIDS data set of coefficient images: sub-01 and sub-02 are good, sub-03 is blank, sub-04 cut off, sub-05 empty.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/e2e/map_fixture.h"

namespace crbrt::tests {

class Cohort : public MapProgram {
 protected:
  Cohort() {
    add_image("01", values);
    add_image("02", values);
    folder_of("raw");
    folder.file("raw/dataset_description.json",
                "{\"Name\": \"study\", \"BIDSVersion\": \"1.8.0\", \"Authors\": [\"A\", \"B\"]}\n");
    folder.file("raw/README",
                "Coefficient images for a test, which nobody should look at in earnest; a README has to be long enough.\n");
  }

  void folder_of(const std::string& path) const { std::filesystem::create_directories(file(path)); }

  std::string image_of(const std::string& subject) const {
    return file("raw/sub-" + subject + "/anat/sub-" + subject + "_rec-subspace_T2w.nii");
  }

  void add_image(const std::string& subject, const Complexes& coefficients) const {
    folder_of("raw/sub-" + subject + "/anat");
    write_nifti1(image_of(subject), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(coefficients)});
    place(image_of(subject));
  }

  /// The identity at 1 mm, in the header of a NIfTI-1 file: the validator wants a place.
  static void place(const std::string& path) {
    std::fstream stream(path, std::ios::binary | std::ios::in | std::ios::out);
    const std::int16_t scanner = 1;
    const char units = 2 + 8;  // mm and s
    const float rows[12] = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
    stream.seekp(123).write(&units, 1);
    stream.seekp(254).write(reinterpret_cast<const char*>(&scanner), sizeof scanner);
    stream.seekp(280).write(reinterpret_cast<const char*>(rows), sizeof rows);
  }

  void add_bad_subjects() const {
    add_image("03", Complexes(values.size()));
    add_image("04", values);
    std::filesystem::resize_file(image_of("04"), 400);
    folder_of("raw/sub-05/anat");
  }

  Outcome bids(const std::string& more = "") const {
    return run("crbrt-bids " + file("raw") + " " + file("maps") + " participant --model " + file("m.crbm") + " --basis " +
               file("m.crbm") + " " + more);
  }

  std::string table() const { return content_of(file("maps/subjects.tsv")); }

  /// A cell of the table's row that begins with the subject; empty where there is none.
  std::string cell(const std::string& subject, std::size_t column) const {
    std::istringstream lines(table());
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("sub-" + subject + "\t")) continue;
      std::istringstream cells(line);
      std::string text;
      for (std::size_t i = 0; i <= column; ++i) std::getline(cells, text, '\t');
      return text;
    }
    return {};
  }
  std::string state(const std::string& subject) const { return cell(subject, 3); }
};

}  // namespace crbrt::tests
