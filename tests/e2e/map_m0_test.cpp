// SPDX-License-Identifier: Apache-2.0
// |M0| beside a model that estimates signal_per_m0: exact for a model whose estimates are constant.
#include <cmath>

#include "base/json.h"
#include "tests/e2e/map_fixture.h"

namespace crbrt::tests {
namespace {

class MapM0 : public MapProgram {
 protected:
  static ModelSpec scale_spec(std::vector<std::string> outputs) {
    return {.name = "scale",
            .n_coeff = n_coeff,
            .hidden = {{.name = "h", .width = 5}},
            .outputs = std::move(outputs),
            .uncertainty = true};
  }

  /// The fixture's model becomes one that estimates this signal_per_m0 in every voxel; its range starts at 0.
  void write_constant(float signal_per_m0, std::vector<std::string> outputs = {"m0_semi_frac", "signal_per_m0"}) {
    fbs::ModelT model = make_model(scale_spec(std::move(outputs)));
    std::fill(model.layers.back()->weights.begin(), model.layers.back()->weights.end(), 0.0f);
    std::fill(model.layers.back()->bias.begin(), model.layers.back()->bias.end(), 0.0f);
    model.outputs[1]->offset = signal_per_m0;
    model.outputs[1]->minimum = 0;
    fill_estimates(model);
    const std::vector<std::uint8_t> bytes = to_crbm(model);
    write_text(file("m.crbm"), {bytes.begin(), bytes.end()});
  }

  double norm(std::size_t voxel) const {
    double sum = 0;
    for (std::uint32_t k = 0; k < n_coeff; ++k) sum += std::norm(std::complex<double>(values[k * n_voxel + voxel]));
    return std::sqrt(sum);
  }

  std::vector<float> read(const std::string& name) const { return nifti_values<float>(file("out/" + name + ".nii")); }
};

TEST_F(MapM0, IsTheNormOfTheCoefficientsOverTheScale) {
  write_constant(0.25f);
  const Outcome outcome = map(file("in.nii"), "out", "--no-std --threads 2 --mask " + file("mask.nii"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const std::vector<float> m0 = read("M0map");
  // A quarter is a power of two: only the norm is rounded to float.
  for (std::size_t v = 0; v < n_voxel; ++v) EXPECT_EQ(m0[v], mask[v] ? static_cast<float>(norm(v)) * 4 : 0) << v;
  EXPECT_EQ(listing(file("out")), (std::vector<std::string>{"M0map.json", "M0map.nii", "m0_semi_frac.json", "m0_semi_frac.nii",
                                                            "signal_per_m0.json", "signal_per_m0.nii", "status.json",
                                                            "status.nii", "status_detail.json", "status_detail.nii"}));
  const auto sidecar = base::Json::from_file(file("out/M0map.json"));
  EXPECT_EQ(sidecar["OutputName"], "m0");
  EXPECT_EQ(sidecar["Units"], "arbitrary");
}

TEST_F(MapM0, FollowsTheScaleOfTheData) {
  write_constant(0.25f);
  for (auto& value : values) value *= 1e-25f;  // squares that float cannot hold
  write_nifti1(file("tiny.nii"), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(values)});
  ASSERT_EQ(map(file("tiny.nii"), "out", "--no-std").exit_code, 0);
  const std::vector<float> m0 = read("M0map");
  const std::vector<std::uint8_t> status = nifti_values<std::uint8_t>(file("out/status.nii"));
  for (std::size_t v = 0; v < n_voxel; ++v) EXPECT_EQ(m0[v], status[v] == 0 ? static_cast<float>(norm(v)) * 4 : 0) << v;
}

// Computed in double from what the other maps hold, and rounded once: half an ulp, and as much for the standard deviation.
TEST_F(MapM0, ItsStandardDeviationIsThatOfTheScaleAndTheNoise) {
  write_constant(0.25f);
  const Outcome outcome = map(file("in.nii"), "out", "--sigma 0.2");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const std::vector<float> m0 = read("M0map"), m0_std = read("M0map_std"), scale_std = read("signal_per_m0_std");
  for (std::size_t v = 0; v < n_voxel; ++v) {
    ASSERT_GT(scale_std[v], 0);
    const double relative = std::hypot(static_cast<double>(scale_std[v]) / 0.25, 0.2 / norm(v));
    EXPECT_NEAR(static_cast<double>(m0_std[v]) / (static_cast<double>(m0[v]) * relative), 1, 4 * std::pow(2.0, -24)) << v;
  }
  const auto sidecar = base::Json::from_file(file("out/M0map_std.json"));
  EXPECT_EQ(sidecar["OutputName"], "m0_std");
  EXPECT_EQ(sidecar["Units"], "arbitrary");
  EXPECT_EQ(sidecar["Noise"]["Sigma"], 0.2);
  EXPECT_NE(sidecar["Description"].text().find("as if not correlated"), std::string::npos);
}

TEST_F(MapM0, IsZeroWhereTheVoxelIsBlankOrTheScaleIsNotPositive) {
  write_constant(0.25f);
  values[7] = {NAN, 0};
  for (std::uint32_t k = 0; k < n_coeff; ++k) values[k * n_voxel + 9] = 0;
  write_nifti1(file("holes.nii"), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(values)});
  ASSERT_EQ(map(file("holes.nii"), "out", "--sigma 0.2").exit_code, 0);
  for (const char* name : {"M0map", "M0map_std"}) {
    const std::vector<float> found = read(name);
    for (std::size_t v = 0; v < n_voxel; ++v) EXPECT_EQ(found[v] == 0, v == 7 || v == 9) << name << ' ' << v;
  }
  write_constant(-0.25f);
  ASSERT_EQ(map(file("in.nii"), "out", "--sigma 0.2").exit_code, 0);
  for (const char* name : {"M0map", "M0map_std"}) EXPECT_EQ(read(name), std::vector<float>(n_voxel, 0.0f)) << name;
  EXPECT_EQ(nifti_values<std::uint8_t>(file("out/status.nii")), std::vector<std::uint8_t>(n_voxel, 3));
}

TEST_F(MapM0, AnOutputOfItsNameComesFirst) {
  write_constant(0.25f, {"m0", "signal_per_m0"});
  ASSERT_EQ(map(file("in.nii"), "out").exit_code, 0);
  EXPECT_EQ(read("M0map"), std::vector<float>(n_voxel, 0.5f));  // the model's own estimate
  EXPECT_EQ(read("m0")[3], static_cast<float>(norm(3)) * 4);
}

}  // namespace
}  // namespace crbrt::tests
