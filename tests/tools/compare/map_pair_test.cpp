// SPDX-License-Identifier: Apache-2.0
// What a line of the table holds where one side has no number, no unit or no white matter.
#include "tools/compare/map_pair.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <span>

#include "tests/support/temporary_folder.h"
#include "tools/volume/nifti.h"

namespace crbrt::compare {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

class MapPairs : public testing::Test {
 protected:
  MapPairs() {
    compared.grid.shape = {6, 1, 1};
    compared.voxels = {0, 1, 2, 3, 4};
  }

  volume::MapFile map(const std::string& name, const std::vector<float>& values, bool is_unit_stated = true) const {
    const std::string path = folder / (name + ".nii");
    volume::write_nifti(path, path, compared.grid, std::span(values), volume::Compression::none);
    return {path, 1, is_unit_stated};
  }

  tests::TemporaryFolder folder;
  Compared compared;
  base::Warnings warnings{"test"};
};

TEST_F(MapPairs, VoxelsWithoutANumberCountAsNotComputedAndAreSaidOnce) {
  const volume::MapFiles a{{"T1map", map("a", {1, nan, 3, 4, 5, 7})}, {"T2map", map("a2", {1, 1, 1, 1, 1, 1})}};
  const volume::MapFiles b{{"T1map", map("b", {2, 4, 6, INFINITY, 10, 7})}, {"T2map", map("b2", {2, 2, 2, 2, 2, 2})}};
  compared.white_matter = {1, 4};
  const std::vector<PairedMap> pairs = pair_maps(a, b, compared, warnings);
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].n, 3u);
  EXPECT_EQ(pairs[0].agreement->median_estimate, 3);
  EXPECT_EQ(pairs[0].agreement->median_reference, 6);
  EXPECT_NEAR(pairs[0].agreement->correlation, 1, 1e-14);  // of exact multiples, but for a few roundings
  EXPECT_EQ(pairs[0].white_matter_median, 5);
  EXPECT_EQ(pairs[1].n, 5u);
  warn_of_missing_numbers(pairs, compared.voxels.size(), "A", "B", warnings);
  ASSERT_EQ(warnings.texts().size(), 2u);
  EXPECT_TRUE(warnings.texts()[0].starts_with("A: ") && warnings.texts()[0].ends_with("T1map 20 %")) << warnings.texts()[0];
  EXPECT_TRUE(warnings.texts()[1].starts_with("B: ") && warnings.texts()[1].ends_with("T1map 20 %")) << warnings.texts()[1];
}

// 72 % apart, with error bars of 60 % each: every interval touches, and nothing agrees.
TEST_F(MapPairs, AnOverlapOfWideErrorBarsIsNoAgreement) {
  const std::vector<float> one(6, 1), wide(6, 0.6f), narrow(6, 0.01f), apart(6, 1.72f);
  const auto pair_of = [&](const std::vector<float>& values, const std::vector<float>& std) {
    const volume::MapFiles a{{"T2map", map("a", values)}, {"T2map_std", map("as", std)}},
        b{{"T2map", map("b", one)}, {"T2map_std", map("bs", std)}};
    return pair_maps(a, b, compared, warnings).at(0);
  };
  EXPECT_EQ(pair_of(apart, wide).judgement(), Judgement::disagree);
  EXPECT_EQ(pair_of(apart, wide).overlap, 1);
  EXPECT_EQ(pair_of(apart, wide).sentence(),
            "T2map: disagree, by 72 % in the typical voxel; that 100 % of the error bars overlap says only that they are wide "
            "(typically 84.9 % of the value)\n");
  EXPECT_NE(pair_of(apart, narrow).sentence().find("more than the error bars of both explain (typically 1.41 % of the value)"),
            std::string::npos)
      << pair_of(apart, narrow).sentence();
  EXPECT_EQ(pair_of(one, wide).sentence(), "T2map: agree, by 0 % in the typical voxel\n");
}

TEST_F(MapPairs, WhatCouldNotBeComputedIsADashAndNoKey) {
  const volume::MapFiles a{{"T1map", map("a", {1, 2, 3, 4, 5, 6})}}, none{{"T1map", map("n", {nan, nan, nan, nan, nan, 6})}};
  const PairedMap whole = pair_maps(a, a, compared, warnings).at(0), empty = pair_maps(none, a, compared, warnings).at(0);
  EXPECT_EQ(whole.to_json().find("white_matter_median"), nullptr);
  EXPECT_EQ(whole.line(), "T1map                    1.0000       +0.00%        0.00%              -              -\n");
  EXPECT_EQ(empty.to_json().dump(), "{\"voxels\":0}");
  EXPECT_EQ(empty.line(), "T1map                         -            -            -              -              -\n");
}

TEST_F(MapPairs, MediansAThousandApartAreSaidWhereNothingStatesTheUnit) {
  const std::vector<float> s{1, 1.1f, 1.2f, 1.3f, 1.4f, 0}, ms{900, 1000, 1100, 1300, 1400, 0};
  pair_maps({{"T1map", map("s", s)}}, {{"T1map", map("ms", ms)}}, compared, warnings);
  pair_maps({{"T1map", map("s", s, false)}}, {{"T1map", map("s2", s, false)}}, compared, warnings);
  EXPECT_TRUE(warnings.texts().empty());
  pair_maps({{"T1map", map("s", s)}}, {{"T1map", map("ms", ms, false)}}, compared, warnings);
  ASSERT_EQ(warnings.texts().size(), 1u);
  EXPECT_TRUE(warnings.texts()[0].starts_with(folder / "ms.nii: no sidecar states its unit")) << warnings.texts()[0];
}

}  // namespace
}  // namespace crbrt::compare
