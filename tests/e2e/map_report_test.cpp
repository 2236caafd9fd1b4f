// SPDX-License-Identifier: Apache-2.0
// --report of crbrt-map without a browser: what ends it before the run, and what the page says where there is little to say.
#include <gmock/gmock.h>

#include "tests/e2e/map_fixture.h"
#include "tests/e2e/page_json.h"
#include "tools/volume/status_value.h"

namespace crbrt::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

class MapReport : public MapProgram {
 protected:
  Outcome report(const std::string& more = "") const {
    return run(file("bin/crbrt-map") + " --model " + file("m.crbm") + " --input " + file("in.nii") + " --out " + file("out") +
               " --report " + file("page.html") + " " + more);
  }

  void expect_nothing_written() const {
    for (const char* name : {"out", "page.html", "page.csv"}) EXPECT_FALSE(std::filesystem::exists(file(name))) << name;
  }

  base::Json page() const { return report_in(content_of(file("page.html"))); }

  void write_labels(const Extents& extents, const std::vector<float>& labels) const {
    write_nifti1(file("labels.nii"), {extents, DT_FLOAT32, bytes_of(labels)});
  }
};

TEST_F(MapReport, WithoutNiiVueTheRunEndsBeforeItBegins) {
  add_viewer();
  std::filesystem::remove(file("share/crbrt/niivue.umd.js"));
  const Outcome outcome = report();
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_THAT(outcome.text, HasSubstr("--report needs NiiVue, which is not at " + file("share/crbrt/niivue.umd.js")));
  EXPECT_THAT(outcome.text, HasSubstr("scripts/viewer.sh"));
  EXPECT_EQ(std::count(outcome.text.begin(), outcome.text.end(), '\n'), 1) << outcome.text;
  expect_nothing_written();
}

TEST_F(MapReport, OfAnEmptyMapHasItsNumbersAsNone) {
  add_viewer();
  write_nifti1(file("in.nii"), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(Complexes(values.size()))});
  write_labels({6, 5, 4}, std::vector<float>(n_voxel, 7));
  const Outcome outcome = report("--labels " + file("labels.nii"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const base::Json json = page();
  EXPECT_EQ(json.at("maps").size(), 3u);
  for (const base::Json& map : json.at("maps").items()) {
    EXPECT_TRUE(map.at("median").is_null());
    EXPECT_LT(map.at("low").number(), map.at("high").number());
    for (const base::Json& count : map.at("histogram").at("count").items()) EXPECT_EQ(count.integer(), 0);
    EXPECT_EQ(map.at("regions").items().front().at("voxels").integer(), 0);
    EXPECT_TRUE(map.at("regions").items().front().at("mean").is_null());
  }
  const auto code = static_cast<std::size_t>(volume::StatusValue::zero_signal);
  EXPECT_EQ(json.at("status").at("levels").items()[code].at("voxels").integer(), static_cast<long long>(n_voxel));
  EXPECT_THAT(content_of(file("page.csv")), HasSubstr("label 7,120,0,,,,,,,,,"));
}

TEST_F(MapReport, SaysWhatEveryStatusMeans) {
  add_viewer();
  ASSERT_EQ(report().exit_code, 0);
  const auto levels = page().at("status").at("levels").items();
  ASSERT_EQ(levels.size(), volume::status_texts.size());
  for (std::size_t i = 0; i < volume::status_texts.size(); ++i) {
    EXPECT_EQ(levels[i].at("name").text(), volume::status_texts[i].name);
    EXPECT_EQ(levels[i].at("meaning").text(), volume::status_texts[i].meaning);
  }
}

TEST_F(MapReport, SaysByWhichNoiseTheStandardDeviationsAreAndNothingWithoutThem) {
  add_viewer();
  const auto noise_of = [&] {
    const base::Json shown = page();
    for (const base::Json& row : shown.at("provenance").items())
      if (row.items()[0].text().starts_with("Noise")) return row.items()[1].text();
    return std::string();
  };
  ASSERT_EQ(report().exit_code, 0);
  EXPECT_EQ(noise_of(), "");
  ModelSpec uncertain = uncertain_spec();
  uncertain.n_coeff = n_coeff;
  write_crbm(file("m.crbm"), uncertain);
  ASSERT_EQ(report("--sigma 0.0212345").exit_code, 0);
  EXPECT_EQ(noise_of(), "0.02123, as given by --sigma");
}

TEST_F(MapReport, LabelsOfAnotherGridAreRefusedWithBothGrids) {
  add_viewer();
  write_labels({5, 5, 4}, std::vector<float>(5 * 5 * 4, 1));
  const Outcome outcome = report("--labels " + file("labels.nii"));
  EXPECT_EQ(outcome.exit_code, 3);
  for (const std::string& part : {file("labels.nii"), std::string("expected an image of 6x5x4"), std::string("found 5x5x4")})
    EXPECT_THAT(outcome.text, HasSubstr(part));
  expect_nothing_written();
}

TEST_F(MapReport, LabelsThatAreNoWholeNumbersAreRefused) {
  add_viewer();
  write_labels({6, 5, 4}, std::vector<float>(n_voxel, 0.5F));
  const Outcome outcome = report("--labels " + file("labels.nii"));
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.text, HasSubstr(file("labels.nii") + ": expected labels that are whole numbers from 0 on, found 0.5"));
  expect_nothing_written();
}

}  // namespace
}  // namespace crbrt::tests
