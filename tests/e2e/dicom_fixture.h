// SPDX-License-Identifier: Apache-2.0
/// A small brain on the grid of a series of MR images, a model with standard deviations, and crbrt-map --dicom-like on both.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/model_builder.h"
#include "tests/support/run_program.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/dicom/series_files.h"
#include "tests/tools/volume/image_files.h"

namespace crbrt::tests {

class DicomProgram : public testing::Test {
 protected:
  static constexpr std::size_t n_voxel = 6 * 5 * 4;
  static constexpr std::uint32_t n_coeff = 5;

  DicomProgram() {
    ModelSpec spec = uncertain_spec();
    spec.outputs = {"m0_semi_frac", "t1_free_s", "t2_free_s", "omega0_rad_s"};
    write_crbm(file("m.crbm"), spec);
    write_text(file("in.json"), "{\"basis_sha256\": \"" + load(spec).info().basis_sha256 + "\"}");  // no warning in the way
    const std::vector<float> rows = random_coefficients(n_voxel, n_coeff, 11);
    for (std::uint32_t k = 0; k < n_coeff; ++k)
      for (std::size_t v = 0; v < n_voxel; ++v)
        values.emplace_back(rows[v * 2 * n_coeff + k], rows[v * 2 * n_coeff + n_coeff + k]);
    std::vector<std::uint8_t> mask;
    for (std::size_t v = 0; v < n_voxel; ++v) mask.push_back(v % 7 != 0);
    std::filesystem::create_directory(file("series"));
    write_nifti1(file("mask.nii"), {{6, 5, 4}, DT_UINT8, bytes_of(mask)});
  }

  std::string file(const std::string& name) const { return folder / name; }

  /// The coefficients, where dcm2niix would put them for this series.
  void write_input(const TestSeries& series) const {
    write_nifti1(file("in.nii"), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(values), [&](nifti_1_header& header) {
                                    const auto affine = series.affine(true);
                                    float* const rows[3] = {header.srow_x, header.srow_y, header.srow_z};
                                    for (std::size_t r = 0; r < 3; ++r)
                                      for (std::size_t c = 0; c < 4; ++c) rows[r][c] = static_cast<float>(affine[r][c]);
                                    header.sform_code = 1;
                                  }});
  }

  void write_all(const TestSeries& series) const {
    write_input(series);
    write_classic(series, file("series"));
  }

  Outcome map(const std::string& more = "", const std::string& out = "out") const {
    return run("crbrt-map --model " + file("m.crbm") + " --input " + file("in.nii") + " --sigma 0.01 --out " + file(out) +
               " --dicom-like " + file("series") + " " + more);
  }

  std::vector<std::string> files_of(const std::string& out, const std::string& map) const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(file(out + "/dicom")))
      if (entry.path().filename().string().starts_with(map + "_0")) files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    return files;
  }

  TemporaryFolder folder;
  Complexes values;  ///< first all voxels of coefficient 0
};

/// The maps of the model, in the order of their series.
inline const std::vector<std::string> dicom_maps{"m0_semi_frac", "T1map",     "T2map",     "B0map",       "m0_semi_frac_std",
                                                 "T1map_std",    "T2map_std", "B0map_std", "atypicality", "status"};

/// Numbers in DICOM over numbers in NIfTI: ms over s, percent over a fraction.
inline double dicom_factor(const std::string& map) {
  if (map.starts_with("T1map") || map.starts_with("T2map")) return 1000;
  return map.starts_with("m0_semi_frac") ? 100 : 1;
}

}  // namespace crbrt::tests
