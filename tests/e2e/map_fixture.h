// SPDX-License-Identifier: Apache-2.0
/// A small brain for crbrt-map: coefficients, mask and model in a folder of their own.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/model_builder.h"
#include "tests/support/run_program.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/volume/image_files.h"

namespace crbrt::tests {

class MapProgram : public testing::Test {
 protected:
  static constexpr std::size_t n_voxel = 6 * 5 * 4;
  static constexpr std::uint32_t n_coeff = 4;

  MapProgram() {
    write_crbm(file("m.crbm"), spec);
    const std::vector<float> rows = random_coefficients(n_voxel, n_coeff, 11);
    for (std::uint32_t k = 0; k < n_coeff; ++k) {
      for (std::size_t v = 0; v < n_voxel; ++v) {  // a row holds real parts, then imaginary parts
        values.emplace_back(rows[v * 2 * n_coeff + k], rows[v * 2 * n_coeff + n_coeff + k]);
      }
    }
    for (std::size_t v = 0; v < n_voxel; ++v) mask.push_back(v % 3 != 0);
    write_nifti1(file("in.nii"), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(values)});
    write_nifti1(file("mask.nii"), {{6, 5, 4}, DT_UINT8, bytes_of(mask)});
  }

  std::string file(const std::string& name) const { return folder / name; }

  /// crbrt-map with the fixture's model and this input.
  Outcome map(const std::string& input, const std::string& out, const std::string& more = "") const {
    return run("crbrt-map --model " + file("m.crbm") + " --input " + input + " --out " + file(out) + " " + more);
  }

  /// Makes bin/crbrt-map, a copy with a file in NiiVue's place, so that --report works where npm has fetched nothing.
  void add_viewer() const {
    namespace fs = std::filesystem;
    fs::create_directories(file("bin"));
    fs::create_directories(file("share/crbrt"));
    fs::copy_file(CRBRT_BIN_DIR "/crbrt-map", file("bin/crbrt-map"));
    folder.file("share/crbrt/niivue.umd.js", "// here NiiVue would be\n");
  }

  /// Every byte of the four images of a folder.
  std::string images(const std::string& out) const {
    std::string all;
    for (const char* name : {"m0_semi_frac", "T1map", "T2map", "status"}) all += content_of(file(out + "/" + name + ".nii"));
    return all;
  }

  TemporaryFolder folder;
  const ModelSpec spec = plain_spec();
  Complexes values;  ///< first all voxels of coefficient 0
  std::vector<std::uint8_t> mask;
};

}  // namespace crbrt::tests
