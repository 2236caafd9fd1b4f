// SPDX-License-Identifier: Apache-2.0
// What a problem file means, and what is said about wrong ones.
#include "tools/design/problem.h"

#include <gtest/gtest.h>

#include "tests/physics/expect_error.h"
#include "tests/support/replaced.h"
#include "tests/tools/design/design_fixture.h"

namespace crbrt::design {
namespace {

TEST(DesignProblem, WeightsTurnBoundsIntoTheWeightedSumOfRelativeOnes) {
  const SmallProblem small;
  const Eigen::VectorXd crb = Eigen::VectorXd::LinSpaced(7, 1, 7);
  const PerQuantity relative = small.problem.relative(0, 1, crb);
  // CRB_T / T^2 = CRB_R / R^2 with R = 1 / T; SNR 50.
  EXPECT_NEAR(relative[0], 1 / (0.12 * 0.12 * 2500), 1e-12);
  EXPECT_NEAR(relative[1], 2 * 1.1 * 1.1 / 2500, 1e-12);
  EXPECT_NEAR(relative[2], 3 * 0.07 * 0.07 / 2500, 1e-15);
  const double sum = relative[0] + 10 * relative[1] + 5 * relative[2];
  EXPECT_NEAR(small.problem.bound_weights(0, 1).dot(crb), sum / 2, 1e-12);  // two fields
}

TEST(DesignProblem, TheShippedOneIsForTheShippedTrain) {
  const Problem p = read_problem(CRBRT_SOURCE_DIR "/models/protocol/design.json");
  EXPECT_EQ(p.name, "crbrt1142");
  EXPECT_EQ(p.n_pulse, 1142u);
  EXPECT_EQ(p.compression.rank, 13);
  ASSERT_EQ(p.tissues.size(), 4u);
  EXPECT_GE(p.fields.size(), 4u);
  EXPECT_LE(p.limits.energy_rad2_per_s, 1.1411e6);
}

struct Mistake {
  const char *name, *find, *replace, *expected;
};

class WrongProblem : public testing::TestWithParam<Mistake> {};

TEST_P(WrongProblem, IsRefusedWithFileAndPlace) {
  const Mistake& mistake = GetParam();
  const std::string text = tests::replaced(small_problem_text(), mistake.find, mistake.replace);
  const tests::TemporaryFolder folder;
  tests::expect_input_error([&] { read_problem(folder.file("wrong.json", text)); }, {"wrong.json", mistake.expected});
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongProblem,
    testing::Values(
        Mistake{"Syntax", "\"snr\": 50,", "\"snr\": 50,,", "JSON"}, Mistake{"UnknownKey", "\"snr\"", "\"snt\"", "snt"},
        Mistake{"NegativeLimit", "\"b1_rms_ut\": 2.0", "\"b1_rms_ut\": -2.0", "above 0"},
        Mistake{"DurationsTheWrongWayRound", "\"trf_max_s\": 5e-4", "\"trf_max_s\": 5e-5", "trf_max_s"},
        Mistake{"TooFewCoefficients", "\"alpha\": 12", "\"alpha\": 3", "at least 4"},
        Mistake{"UnknownKind", "\"kind\": \"crb\"", "\"kind\": \"pca\"", "svd or crb"},
        Mistake{"ShareAboveOne", "\"share\": 1", "\"share\": 1.5", "from 0 to 1"},
        Mistake{"NegativeWeight", "\"t2_free_s\": 5}", "\"t2_free_s\": -5}", "weight"},
        Mistake{"ImpossibleTissue", "\"m0_semi_frac\": 0.12,", "\"m0_semi_frac\": 1.2,", "tissues[0]"},
        Mistake{
            "NoFields",
            "\"fields\": [{\"omega0_cycles_per_tr\": 0.1, \"b1_rel\": 1}, {\"omega0_cycles_per_tr\": -0.25, \"b1_rel\": 1.15}]",
            "\"fields\": []", "at least one field"}),
    [](const auto& p) { return std::string(p.param.name); });

}  // namespace
}  // namespace crbrt::design
