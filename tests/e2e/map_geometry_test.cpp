// SPDX-License-Identifier: Apache-2.0
// crbrt-map and crbrt-compare compare images by where they lie: a mask stored right to left marks the same places, and what
// lies elsewhere is refused.
#include <cmath>

#include "base/json.h"
#include "tests/e2e/map_fixture.h"
#include "tools/volume/image_values.h"

namespace crbrt::tests {
namespace {

/// Axes of 2, 1.5 and 3 mm, first voxel at (60, -40, 12) mm.
void set_place(nifti_1_header& header) {
  const float rows[3][4] = {{2, 0, 0, 60}, {0, 1.5f, 0, -40}, {0, 0, 3, 12}};
  std::copy(rows[0], rows[0] + 4, header.srow_x);
  std::copy(rows[1], rows[1] + 4, header.srow_y);
  std::copy(rows[2], rows[2] + 4, header.srow_z);
  header.sform_code = 1;
}

/// The same voxels of 6, stored from the far end of x.
void set_mirrored_place(nifti_1_header& header) {
  set_place(header);
  header.srow_x[0] = -2;
  header.srow_x[3] = 60 + 5 * 2;
}

class MapGeometry : public MapProgram {
 protected:
  MapGeometry() {
    write_nifti1(file("in.nii"), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(values), set_place});
    for (std::size_t v = 0; v < n_voxel; ++v) {  // one side
      one_side.push_back(v % 6 < 2);
      mirrored.push_back(v % 6 >= 4);
    }
  }
  std::vector<std::size_t> computed(const std::string& out) const {
    std::vector<std::size_t> voxels;
    const auto status = nifti_values<std::uint8_t>(file(out + "/status.nii"));
    for (std::size_t v = 0; v < status.size(); ++v)
      if (status[v] != 4) voxels.push_back(v);
    return voxels;
  }
  void expect_refused(const Outcome& outcome, const std::vector<std::string>& parts) const {
    EXPECT_EQ(outcome.exit_code, 3) << outcome.text;
    for (const std::string& part : parts) EXPECT_NE(outcome.text.find(part), std::string::npos) << part << ": " << outcome.text;
    EXPECT_FALSE(std::filesystem::exists(file("refused")));
  }
  std::vector<std::uint8_t> one_side, mirrored;
};

TEST_F(MapGeometry, AMirroredMaskIsAppliedWhereItLies) {
  write_nifti1(file("a.nii"), {{6, 5, 4}, DT_UINT8, bytes_of(one_side), set_place});
  write_nifti1(file("b.nii"), {{6, 5, 4}, DT_UINT8, bytes_of(mirrored), set_mirrored_place});
  ASSERT_EQ(map(file("in.nii"), "a", "--mask " + file("a.nii")).exit_code, 0);
  ASSERT_EQ(map(file("in.nii"), "b", "--mask " + file("b.nii")).exit_code, 0);
  EXPECT_EQ(computed("a"), computed("b"));
  EXPECT_EQ(images("a"), images("b"));
  ASSERT_EQ(map(file("in.nii"), "c", "--ignore-geometry --mask " + file("b.nii")).exit_code, 0);
  EXPECT_NE(computed("a"), computed("c"));
}

TEST_F(MapGeometry, AMaskAndAGeometryFromElsewhereAreRefused) {
  const auto elsewhere = [](nifti_1_header& header) {
    set_place(header);
    header.srow_z[3] += 0.1f;
  };
  write_nifti1(file("m.nii"), {{6, 5, 4}, DT_UINT8, bytes_of(one_side), elsewhere});
  expect_refused(map(file("in.nii"), "refused", "--mask " + file("m.nii")),
                 {"m.nii: expected a mask on the grid of 6x5x4 voxels, first at (60, -40, 12) mm", "(60, -40, 12.1) mm"});
  expect_refused(map(file("in.nii"), "refused", "--like " + file("m.nii")), {"m.nii: expected a grid on the grid of"});
  write_nifti1(file("l.nii"), {{6, 5, 4}, DT_UINT8, bytes_of(one_side), set_mirrored_place});
  expect_refused(map(file("in.nii"), "refused", "--like " + file("l.nii")), {"l.nii: expected a grid stored in the order of"});
  EXPECT_EQ(map(file("in.nii"), "ignored", "--ignore-geometry --like " + file("l.nii")).exit_code, 0);
}

TEST_F(MapGeometry, AnAffineThatIsNoneIsRefusedUnlessItIsIgnored) {
  for (const float bad : {std::nanf(""), 0.0f}) {
    write_nifti1(file("bad.nii"), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(values), [=](nifti_1_header& header) {
                                     set_place(header);
                                     header.srow_x[0] = bad;
                                   }});
    expect_refused(map(file("bad.nii"), "refused"), {"bad.nii: expected an affine of finite numbers"});
    const Outcome ignored = map(file("bad.nii"), "ignored", "--ignore-geometry --stats " + file("s.json"));
    EXPECT_EQ(ignored.exit_code, 0) << ignored.text;
    EXPECT_EQ(nifti_header(file("ignored/T1map.nii")).srow_x[0], 1);
    EXPECT_NE(base::Json::from_file(file("s.json"))["warnings"].at(0).text().find("the identity at 1 mm"), std::string::npos);
  }
  write_nifti1(file("bad.nii"), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(values), [](nifti_1_header& header) {
                                   header.qform_code = 1;
                                   header.quatern_c = std::nanf("");  // libnifti would take it for 0
                                 }});
  expect_refused(map(file("bad.nii"), "refused"), {"bad.nii: expected an affine of finite numbers", "(qform)"});
}

TEST_F(MapGeometry, FormsThatDifferAreCarriedOverAndTold) {
  write_nifti1(file("two.nii"), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(values), [](nifti_1_header& header) {
                                   set_place(header);
                                   header.qform_code = 1;
                                 }});
  const Outcome outcome = map(file("two.nii"), "out", "--stats " + file("s.json"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("warning: " + file("two.nii") + ": its sform (code 1) and qform (code 1)"), std::string::npos);
  EXPECT_EQ(nifti_header(file("out/T1map.nii")).qform_code, 1);
  EXPECT_EQ(nifti_header(file("out/T1map.nii")).srow_x[0], 2);
}

TEST_F(MapGeometry, BothSidesOfAComparisonLieInTheWorld) {
  ASSERT_EQ(map(file("in.nii"), "a").exit_code, 0);
  const auto compare = [&](const std::string& reference, const std::string& more = "") {
    return run("crbrt-compare --maps " + file("a") + " --reference " + file(reference) + " --json " + file("c.json") + more);
  };
  // The same places, stored from the far end of x: all voxels agree.
  Complexes backwards(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) backwards[i / 6 * 6 + (5 - i % 6)] = values[i];
  write_nifti1(file("b.nii"), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(backwards), set_mirrored_place});
  ASSERT_EQ(map(file("b.nii"), "b").exit_code, 0);
  ASSERT_EQ(compare("b").exit_code, 0);
  EXPECT_EQ(base::Json::from_file(file("c.json"))["maps"]["T1map"]["median_absolute_relative_difference"].number(), 0);
  // The same numbers without a shift of their own place.
  write_nifti1(file("c.nii"), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(values)});
  ASSERT_EQ(map(file("c.nii"), "c", "--like " + file("c.nii")).exit_code, 0);
  EXPECT_EQ(compare("c").exit_code, 0);  // no place: extents decide
  const auto elsewhere = [](nifti_1_header& header) { set_place(header), header.srow_y[3] += 1; };
  write_nifti1(file("d.nii"), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(values), elsewhere});
  ASSERT_EQ(map(file("d.nii"), "d").exit_code, 0);
  EXPECT_EQ(compare("d").exit_code, 3);
  EXPECT_EQ(compare("d", " --ignore-geometry").exit_code, 0);
  EXPECT_EQ(compare("a", " --coefficients " + file("d.nii")).exit_code, 3);
  EXPECT_EQ(compare("a", " --coefficients " + file("b.nii")).exit_code, 3);
  write_nifti1(file("e.nii"), {{5, 6, 4, n_coeff}, DT_COMPLEX64, bytes_of(values)});
  EXPECT_EQ(compare("a", " --coefficients " + file("e.nii")).exit_code, 3);
}

}  // namespace
}  // namespace crbrt::tests
