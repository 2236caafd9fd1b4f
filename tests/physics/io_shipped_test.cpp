// SPDX-License-Identifier: Apache-2.0
// The files we ship and the examples of the documentation are read by the code that the documentation describes.
#include <gtest/gtest.h>

#include <cmath>

#include "physics/io/sequence_io.h"

namespace crbrt::physics {
namespace {

const std::string root = CRBRT_SOURCE_DIR;
constexpr double tr_s = 3.5e-3;

TEST(ShippedFiles, ThePriorsAreThoseOfThePaperAndOfTheInVivoData) {
  const Prior paper = read_prior(root + "/models/priors/paper.json", tr_s);
  EXPECT_EQ(paper.t1_model, T1Model::apparent);
  EXPECT_EQ(paper.classes.size(), 1u);
  EXPECT_EQ(paper.domain().b1_max_rel, 1.7);
  const Prior invivo = read_prior(root + "/models/priors/invivo6.json", tr_s);
  EXPECT_EQ(invivo.t1_model, T1Model::separate);
  ASSERT_EQ(invivo.classes.size(), 3u);
  EXPECT_EQ(invivo.classes[0].weight, 0.8);
  EXPECT_EQ(invivo.domain().t2_semi_max_s, 25e-6);
}

TEST(ShippedFiles, TheDefaultProtocolHas1142PulsesAtTheUsualTr) {
  const Sequence sequence = read_sequence(root + "/models/protocol/crbrt1142.json");
  EXPECT_EQ(sequence.tr_s, tr_s);
  ASSERT_EQ(sequence.cycles.size(), 1u);
  EXPECT_EQ(sequence.n_frame(), 1142u);
}

TEST(ShippedFiles, TheExamplesOfTheDocumentationAreValid) {
  EXPECT_EQ(read_sequence(root + "/docs/examples/sequence.json").cycles.size(), 2u);
  base::Warnings warnings("test");
  EXPECT_EQ(read_tissues(root + "/docs/examples/tissues.csv", warnings).size(), 3u);
  EXPECT_TRUE(warnings.texts().empty());
  EXPECT_EQ(read_prior(root + "/docs/examples/prior.json", tr_s).classes.size(), 2u);
}

}  // namespace
}  // namespace crbrt::physics
