// SPDX-License-Identifier: Apache-2.0
/// A dozen simulated voxels for crbrt-fit: coefficients, mask, sequence and basis in a folder of their own.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <string>
#include <vector>

#include "tests/physics/nlls_fixture.h"
#include "tests/support/run_program.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/volume/image_files.h"

namespace crbrt::tests {

class FitProgram : public testing::Test {
 protected:
  static constexpr std::size_t n_voxel = 4 * 3;
  static constexpr double m0_abs = 2, sigma = 4e-5;  // SNR 50,000: see nlls_fit_test.cpp

  FitProgram() : tissues(brain_tissues(n_voxel, physics::T1Model::apparent, 22)) {
    const ShortTrain& train = ShortTrain::get();
    data = noisy(train.coefficients(tissues), std::polar(m0_abs, 1.0), sigma, 82);
    for (std::size_t v = 0; v < n_voxel; ++v) mask.push_back(v % 3 != 0);
    write_input();
    write_nifti1(file("mask.nii"), {{4, 3, 1}, DT_UINT8, bytes_of(mask)});
    write_mat_real<double>(file("basis.mat"), "U", {160, 12}, {train.basis.data(), train.basis.data() + train.basis.size()});
    write_text(file("s.json"), json_of(train.sequence));
  }

  void write_input() const {
    Complexes values;
    for (Eigen::Index k = 0; k < data.rows(); ++k)
      for (Eigen::Index v = 0; v < data.cols(); ++v) values.emplace_back(data(k, v));
    write_nifti1(file("in.nii"), {{4, 3, 1, 12}, DT_COMPLEX64, bytes_of(values)});
  }

  static std::string json_of(const physics::Sequence& sequence) {
    std::ostringstream alpha, trf;
    alpha << std::setprecision(17);
    trf << std::setprecision(17);
    const physics::Cycle& cycle = sequence.cycles[0];
    for (std::size_t k = 0; k < cycle.alpha_rad.size(); ++k) {
      alpha << (k == 0 ? "" : ",") << cycle.alpha_rad[k];
      trf << (k == 0 ? "" : ",") << cycle.trf_s[k];
    }
    return "{\"name\": \"short\", \"tr_s\": 0.0035, \"alpha_rad\": [" + alpha.str() + "], \"trf_s\": [" + trf.str() + "]}";
  }

  std::string file(const std::string& name) const { return folder / name; }

  /// crbrt-fit of the fixture's input; `more` may repeat nothing of the first line.
  Outcome fit(const std::string& out, const std::string& more = "") const {
    return run("crbrt-fit --input " + file("in.nii") + " --sequence " + file("s.json") + " --basis " + file("basis.mat:U") +
               " --screened 300 --out " + file(out) + " " + more);
  }

  std::vector<float> map(const std::string& out, const std::string& name) const {
    return nifti_values<float>(file(out + "/" + name + ".nii"));
  }
  std::vector<std::uint8_t> status_map(const std::string& out) const {
    return nifti_values<std::uint8_t>(file(out + "/status.nii"));
  }

  TemporaryFolder folder;
  const std::vector<physics::Tissue> tissues;
  Eigen::MatrixXcd data;  ///< [12, n_voxel]
  std::vector<std::uint8_t> mask;
};

}  // namespace crbrt::tests
