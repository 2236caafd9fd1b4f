// SPDX-License-Identifier: Apache-2.0
// Values and bounds of what estimators report.
#include "physics/estimand.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
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

/// The rows of the table that are estimands.
std::vector<Quantity> estimands() {
  std::vector<Quantity> rows;
  for (const Quantity& quantity : quantities())
    if (quantity.is_estimand()) rows.push_back(quantity);
  return rows;
}

double value(const char* name) { return Estimand::from_name(name)->value(tissue, no_signal_norm); }

TEST(Estimand, EveryNameIsFoundUnderItself) {
  const std::vector<std::string> names = Estimand::all_names();
  const std::vector<Quantity> rows = estimands();
  ASSERT_EQ(names.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(names[i], rows[i].key);
    const std::optional<Estimand> estimand = Estimand::from_name(names[i]);
    ASSERT_TRUE(estimand) << names[i];
    EXPECT_EQ(estimand->name(), names[i]);
    EXPECT_EQ(estimand->is_time(), rows[i].unit == "s" && quantity_of(rows[i].parameter).unit == "1/s") << names[i];
    EXPECT_EQ(estimand->is_of_signal(), rows[i].form == Form::signal_norm) << names[i];
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
  for (const Quantity& quantity : estimands())
    for (const T1Model model : {T1Model::apparent, T1Model::separate}) {
      const bool has_bound = !quantity.t1_model || *quantity.t1_model == model;
      EXPECT_EQ(Estimand::from_name(quantity.key)->has_bound(model), has_bound) << quantity.key;
      if (has_bound) {
        EXPECT_GT(bound(quantity.key.data(), model), 0) << quantity.key;
      }
    }
}

/// d value / d parameter by a central difference, relative step 1e-4.
double derivative(const Quantity& quantity) {
  const auto p = static_cast<std::size_t>(quantity.parameter);
  const double step = 1e-4 * tissue.values()[p];
  const auto value_at = [&](double shift) {
    std::array<double, n_parameter> values = tissue.values();
    values[p] += shift;
    return Estimand::from_name(quantity.key)->value(Tissue::from_values(values), no_signal_norm);
  };
  return (value_at(step) - value_at(-step)) / (2 * step);
}

// The bound of f(p) is f'(p)^2 times that of p. Of f = 1 / p the difference has a relative error of (step / p)^2 = 1e-8, its
// square twice that; rounding adds about 2^-52 / 1e-4 = 2e-12.
TEST(Estimand, EveryBoundIsThatOfItsParameterTimesTheSquareOfTheDerivative) {
  for (const T1Model model : {T1Model::apparent, T1Model::separate}) {
    const std::vector<std::string> unknowns = bound_names(model);
    for (const Quantity& quantity : estimands()) {
      if (!quantity.is_of(model) || quantity.form == Form::signal_norm) continue;
      const auto unknown = std::find_if(unknowns.begin(), unknowns.end(), [&](const std::string& name) {
        return find_quantity(name)->parameter == quantity.parameter;
      });
      ASSERT_NE(unknown, unknowns.end()) << quantity.key;
      const double slope = derivative(quantity), parameter_bound = counting(model)[unknown - unknowns.begin()];
      EXPECT_NEAR(bound(quantity.key.data(), model) / (slope * slope * parameter_bound), 1, 1e-7) << quantity.key;
    }
  }
}

// What the test above takes for granted: a value of several parameters would need the covariances of their bounds, which nobody
// keeps.
TEST(Estimand, NoValueDependsOnAnotherParameter) {
  for (const Quantity& quantity : estimands()) {
    if (quantity.form == Form::signal_norm) continue;
    const Estimand estimand = *Estimand::from_name(quantity.key);
    for (std::size_t p = 0; p < n_parameter; ++p) {
      if (p == static_cast<std::size_t>(quantity.parameter)) continue;
      std::array<double, n_parameter> values = tissue.values();
      values[p] *= 1.01;
      EXPECT_EQ(estimand.value(Tissue::from_values(values), no_signal_norm), estimand.value(tissue, no_signal_norm))
          << quantity.key << ' ' << p;
    }
  }
}

}  // namespace
}  // namespace crbrt::physics
