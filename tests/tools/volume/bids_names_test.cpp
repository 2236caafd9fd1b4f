// SPDX-License-Identifier: Apache-2.0
// Names of maps after BIDS, against the rules of its schema.
#include "tools/volume/bids_names.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json.h"
#include "physics/quantity.h"
#include "tests/support/bids_rules.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::volume {
namespace {

TEST(BidsName, IsTakenApart) {
  const auto name = bids_name("/data/sub-01/ses-pre/anat/sub-01_ses-pre_acq-hybrid_part-real_MTS.nii.gz");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->suffix, "MTS");
  EXPECT_EQ(name->label("acq"), "hybrid");
  EXPECT_EQ(name->label("run"), "");
  EXPECT_EQ(name->folder(), "sub-01/ses-pre");
  EXPECT_EQ(name->data_set, "/data");
}

TEST(BidsName, OfAnythingElseIsNone) {
  for (const char* path :
       {"brain.nii", "sub-01.nii", "acq-x_sub-01_T1w.nii", "sub-01_T1w_more.nii", "sub-_T1w.nii", "sub-0 1_T1w.nii"})
    EXPECT_FALSE(bids_name(path)) << path;
}

/// An image with every entity that an input may have.
BidsMapNames full() {
  return BidsMapNames(*bids_name(
      "/in/sub-01/ses-2/anat/sub-01_ses-2_acq-a_ce-b_rec-c_run-3_echo-1_part-real_space-T1w_chunk-4_desc-x_MTS.nii"));
}

TEST(BidsMapNames, OfQuantitiesThatBidsKnowsFollowItsRules) {
  int n_known = 0;
  for (const physics::Quantity& quantity : physics::quantities()) {
    const std::string map(quantity.map.name);
    if (map.empty() || quantity.map.bids_folder.empty()) continue;
    ++n_known;
    for (const std::string& name : {map, map + "_std"})
      EXPECT_EQ(tests::bids::why_not_a_name("sub-01/ses-2/" + full().path(name) + ".nii.gz"), "") << full().path(name);
  }
  EXPECT_GE(n_known, 6);
  EXPECT_EQ(tests::bids::why_not_a_name("sub-01/ses-2/" + full().path("status") + ".json"), "");
}

TEST(BidsMapNames, SayStandardDeviationsAndKeepTheEntitiesOfTheImage) {
  const BidsMapNames names(*bids_name("/in/sub-01/anat/sub-01_MTS.nii"));
  EXPECT_EQ(names.path("T1map"), "anat/sub-01_T1map");
  EXPECT_EQ(names.path("T1map_std"), "anat/sub-01_desc-std_T1map");
  EXPECT_EQ(names.path("TB1map"), "fmap/sub-01_TB1map");
  EXPECT_EQ(names.path("B0map"), "anat/sub-01_B0map");  // a fieldmap of BIDS needs a magnitude image beside it
  EXPECT_EQ(names.path("exchange_hz"), "anat/sub-01_exchangeHz");
  EXPECT_EQ(full().path("T2map"), "anat/sub-01_ses-2_acq-a_ce-b_rec-c_run-3_space-T1w_chunk-4_T2map");
}

TEST(MakeDerivatives, MakesADataSetOnceAndRefusesARawOne) {
  const tests::TemporaryFolder folder;
  make_derivatives(folder / "maps", folder / "raw");
  EXPECT_EQ(tests::bids::complaints(folder / "maps"), "");
  const base::Json json = base::Json::from_file(folder / "maps/dataset_description.json");
  EXPECT_EQ(json["DatasetLinks"]["input"], "../raw");
  make_derivatives(folder / "maps", folder / "raw");  // a second start
  folder.file("maps/dataset_description.json", "{\"Name\": \"study\", \"BIDSVersion\": \"1.8.0\"}");
  EXPECT_THROW(make_derivatives(folder / "maps", folder / "raw"), base::InputError);
}

TEST(IgnoreUnknownNames, ListsWhatBidsHasNoNameForOnce) {
  const tests::TemporaryFolder folder;
  for (int i = 0; i < 2; ++i)
    ignore_unknown_names(folder / "", {"T1map", "exchange_hz", "exchange_hz_std", "status", "own_output"});
  EXPECT_EQ(tests::content_of(folder / ".bidsignore"), "*_exchangeHz.*\n*_ownOutput.*\n");
}

TEST(BidsUri, NamesFilesOfTheDataSetAndNothingElse) {
  EXPECT_EQ(bids_uri("/raw/sub-01/anat/sub-01_MTS.nii", "/raw"), "bids:input:sub-01/anat/sub-01_MTS.nii");
  EXPECT_EQ(bids_uri("/elsewhere/mask.nii", "/raw"), "mask.nii");
}

}  // namespace
}  // namespace crbrt::volume
