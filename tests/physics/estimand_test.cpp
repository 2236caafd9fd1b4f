// Values and bounds of what estimators report.
#include "physics/estimand.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace crbrt::physics {
namespace {

const Tissue tissue{0.2, 0.5, 12.5, 15, 4, 1e-5, 100, 0.9};

Eigen::VectorXd counting(T1Model model) {
  const auto n = static_cast<Eigen::Index>(bound_names(model).size());
  return Eigen::VectorXd::LinSpaced(n, 1, static_cast<double>(n));
}

double bound(const char* name, T1Model model) { return Estimand::from_name(name)->bound(tissue, counting(model), model); }

TEST(Estimand, EveryNameIsFoundUnderItself) {
  const std::vector<std::string> names = Estimand::all_names();
  EXPECT_EQ(names.size(), 3 + n_parameter);
  for (const std::string& name : names) {
    const std::optional<Estimand> estimand = Estimand::from_name(name);
    ASSERT_TRUE(estimand) << name;
    EXPECT_EQ(estimand->name(), name);
    EXPECT_EQ(estimand->is_time(), name[0] == 't' && name != "t2_semi_s");
  }
  EXPECT_FALSE(Estimand::from_name("t2s"));
  EXPECT_FALSE(Estimand::from_name(""));
}

TEST(Estimand, TimesAreInverseRatesInSeconds) {
  EXPECT_EQ(Estimand::from_name("t1_apparent_s")->value(tissue), 2);
  EXPECT_EQ(Estimand::from_name("t1_free_s")->value(tissue), 2);
  EXPECT_EQ(Estimand::from_name("t2_free_s")->value(tissue), 0.08);
  EXPECT_EQ(Estimand::from_name("t2_free_s")->unit(), "s");
  EXPECT_EQ(Estimand::from_name("r1_semi_hz")->value(tissue), 4);
  EXPECT_EQ(Estimand::from_name("r1_semi_hz")->unit(), "1/s");
  EXPECT_EQ(Estimand::from_name("m0_semi_frac")->unit(), "1");
}

// Order of bound_names: apparent m0s 1, r1 2, r2f 3, rx 4, t2s 5, w0 6, b1 7; separate has r1s 5 in between.
TEST(Estimand, BoundsComeFromTheirUnknown) {
  EXPECT_EQ(bound("m0_semi_frac", T1Model::apparent), 1);
  EXPECT_EQ(bound("t2_semi_s", T1Model::apparent), 5);
  EXPECT_EQ(bound("t2_semi_s", T1Model::separate), 6);
  EXPECT_EQ(bound("r1_free_hz", T1Model::separate), 2);
  EXPECT_EQ(bound("r1_semi_hz", T1Model::separate), 5);
}

TEST(Estimand, TheBoundOfATimeIsThatOfItsRateOverItsFourthPower) {
  EXPECT_EQ(bound("t1_apparent_s", T1Model::apparent), 2 * 16.0);
  EXPECT_EQ(bound("t1_free_s", T1Model::separate), 2 * 16.0);
  EXPECT_DOUBLE_EQ(bound("t2_free_s", T1Model::separate), 3 * 0.08 * 0.08 * 0.08 * 0.08);
}

TEST(Estimand, AnUnknownOfTheOtherT1ModelHasNoBound) {
  EXPECT_THROW(bound("t1_apparent_s", T1Model::separate), std::invalid_argument);
  for (const char* name : {"t1_free_s", "r1_free_hz", "r1_semi_hz"})
    EXPECT_THROW(bound(name, T1Model::apparent), std::invalid_argument) << name;
}

}  // namespace
}  // namespace crbrt::physics
