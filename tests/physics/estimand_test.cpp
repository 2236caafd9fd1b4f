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

double bound(const char* name, T1Model model) {
  return Estimand::from_name(name)->bound(tissue, {.crb = counting(model), .signal_per_m0_crb = 11}, model);
}

double value(const char* name) { return Estimand::from_name(name)->value(tissue, no_signal_norm); }

TEST(Estimand, EveryNameIsFoundUnderItself) {
  const std::vector<std::string> names = Estimand::all_names();
  EXPECT_EQ(names.size(), 6 + n_parameter);
  for (const std::string& name : names) {
    const std::optional<Estimand> estimand = Estimand::from_name(name);
    ASSERT_TRUE(estimand) << name;
    EXPECT_EQ(estimand->name(), name);
    EXPECT_EQ(estimand->is_time(), name[0] == 't' && name != "t2_semi_s");
    EXPECT_EQ(estimand->is_of_signal(), name == "signal_per_m0");
  }
  for (const char* name : {"t2s", "m0", "omega0_cycles_per_tr"}) EXPECT_FALSE(Estimand::from_name(name)) << name;
  EXPECT_FALSE(Estimand::from_name(""));
}

TEST(Estimand, TimesAreInverseRatesInSeconds) {
  EXPECT_EQ(value("t1_apparent_s"), 2);
  EXPECT_EQ(value("t1_free_s"), 2);
  EXPECT_EQ(value("t2_free_s"), 0.08);
  EXPECT_EQ(Estimand::from_name("t2_free_s")->unit(), "s");
  EXPECT_EQ(value("r1_semi_hz"), 4);
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
  EXPECT_EQ(bound("r1_apparent_hz", T1Model::apparent), 2);
  EXPECT_EQ(bound("t1_semi_s", T1Model::separate), 5 / 256.0);
  EXPECT_EQ(bound("t1_free_s", T1Model::separate), 2 * 16.0);
  EXPECT_DOUBLE_EQ(bound("t2_free_s", T1Model::separate), 3 * 0.08 * 0.08 * 0.08 * 0.08);
}

TEST(Estimand, TheScaleIsTheNormOfTheSignalAndHasABoundOfItsOwn) {
  EXPECT_EQ(Estimand::from_name("signal_per_m0")->value(tissue, 0.03), 0.03);
  EXPECT_EQ(Estimand::from_name("signal_per_m0")->unit(), "1");
  for (const T1Model model : {T1Model::apparent, T1Model::separate}) EXPECT_EQ(bound("signal_per_m0", model), 11);
}

TEST(Estimand, AnUnknownOfTheOtherT1ModelHasNoBound) {
  for (const char* name : {"t1_apparent_s", "r1_apparent_hz"})
    EXPECT_THROW(bound(name, T1Model::separate), std::invalid_argument) << name;
  for (const char* name : {"t1_free_s", "r1_free_hz", "r1_semi_hz", "t1_semi_s"})
    EXPECT_THROW(bound(name, T1Model::apparent), std::invalid_argument) << name;
  std::size_t n = 0;
  for (const std::string& name : Estimand::all_names())
    for (const T1Model model : {T1Model::apparent, T1Model::separate}) n += Estimand::from_name(name)->has_bound(model);
  EXPECT_EQ(n, 2 * (6 + n_parameter) - 6);
}

}  // namespace
}  // namespace crbrt::physics
