// SPDX-License-Identifier: Apache-2.0
// Priors from JSON: what each key means, and what is refused.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "physics/io/sequence_io.h"
#include "tests/physics/expect_error.h"
#include "tests/support/replaced.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::physics {
namespace {

using tests::expect_input_error;
using tests::replaced;
using tests::TemporaryFolder;

constexpr double tr_s = 3.5e-3;

const std::string valid = R"({
  "name": "test", "source": "made up", "t1_model": "separate", "snr": {"min": 5, "max": 50},
  "classes": [{"name": "a", "weight": 2, "note": "n", "t2_free_at_most_t1": true, "parameters": {
    "m0_semi_frac": {"kind": "fixed", "value": 0.2},
    "t1_free_s": {"kind": "gaussian", "mean": 1.5, "std": 0.5, "min": 1, "max": 3},
    "r2_free_hz": {"kind": "uniform", "min": 5, "max": 20},
    "exchange_hz": {"kind": "fixed", "value": 15},
    "r1_semi_hz": {"kind": "fixed", "value": 3},
    "t2_semi_s": {"kind": "fixed", "value": 1e-5},
    "omega0_cycles_per_tr": {"kind": "uniform", "min": -0.5, "max": 0.25},
    "b1_rel": {"kind": "fixed", "value": 0.9}}}]})";

struct OtherUnit {
  const char* name;
  const char* right;
  const char* wrong;
  const char* says;
};

class PriorInAnotherUnit : public testing::TestWithParam<OtherUnit> {};

TEST_P(PriorInAnotherUnit, IsRefusedByKeyValueAndLikelyUnit) {
  const TemporaryFolder folder;
  const std::string path = folder.file("p.json", replaced(valid, GetParam().right, GetParam().wrong));
  expect_input_error([&] { read_prior(path, tr_s); }, {path, "a distribution around ", GetParam().says});
}

INSTANTIATE_TEST_SUITE_P(
    Each, PriorInAnotherUnit,
    testing::Values(OtherUnit{"t1_in_ms", R"("mean": 1.5, "std": 0.5, "min": 1, "max": 3)",
                              R"("mean": 1500, "std": 500, "min": 1000, "max": 3000)",
                              "t1_free_s from 0.01 to 100 s, found 1500 s (ms instead of s?)"},
                    OtherUnit{"r2_per_ms", R"("min": 5, "max": 20)", R"("min": 0.005, "max": 0.02)", "(1/ms instead of 1/s?)"},
                    OtherUnit{"exchange_per_ms", R"("value": 15)", R"("value": 0.015)", "found 0.015 1/s (1/ms"},
                    OtherUnit{"m0_semi_in_percent", R"("value": 0.2)", R"("value": 20)", "found 20 (percent"},
                    OtherUnit{"b1_in_thousandths", R"("value": 0.9)", R"("value": 0.0009)",
                              "b1_rel from 0.01 to 10, found 0.0009"}),
    [](const auto& each) { return each.param.name; });

const Marginal& marginal(const Prior& prior, Parameter parameter) {
  return prior.classes.at(0).marginal[static_cast<std::size_t>(parameter)];
}

TEST(PriorJson, EveryKeyMeansWhatItSays) {
  const TemporaryFolder folder;
  const Prior prior = read_prior(folder.file("p.json", valid), tr_s);
  EXPECT_EQ(prior.name, "test");
  EXPECT_EQ(prior.t1_model, T1Model::separate);
  EXPECT_EQ(prior.snr_min, 5);
  EXPECT_EQ(prior.snr_max, 50);
  ASSERT_EQ(prior.classes.size(), 1u);
  EXPECT_EQ(prior.classes[0].weight, 2);
  EXPECT_TRUE(prior.classes[0].t2_free_at_most_t1);
  const Marginal& t1 = marginal(prior, Parameter::r1_free_hz);
  EXPECT_EQ(t1.kind, Marginal::Kind::gaussian);
  EXPECT_TRUE(t1.as_time);
  EXPECT_EQ(t1.mean, 1.5);
  EXPECT_EQ(t1.std, 0.5);
  EXPECT_EQ(t1.minimum, 1);
  EXPECT_EQ(t1.maximum, 3);
  EXPECT_FALSE(marginal(prior, Parameter::r2_free_hz).as_time);
  const Marginal& omega0 = marginal(prior, Parameter::omega0_rad_s);
  EXPECT_EQ(omega0.kind, Marginal::Kind::uniform);
  EXPECT_DOUBLE_EQ(omega0.minimum, -std::numbers::pi / tr_s);
  EXPECT_DOUBLE_EQ(omega0.maximum, std::numbers::pi / 2 / tr_s);
  const Marginal& b1 = marginal(prior, Parameter::b1_rel);
  EXPECT_EQ(b1.minimum, 0.9);
  EXPECT_EQ(b1.maximum, 0.9);
}

TEST(PriorJson, CyclesPerTrNeedATr) {
  const TemporaryFolder folder;
  const std::string path = folder.file("p.json", valid);
  expect_input_error([&] { read_prior(path); }, {path, "omega0_cycles_per_tr", "TR"});
  const std::string absolute = folder.file("q.json", replaced(valid, "omega0_cycles_per_tr", "omega0_rad_s"));
  EXPECT_EQ(marginal(read_prior(absolute), Parameter::omega0_rad_s).minimum, -0.5);
}

TEST(PriorJson, ASinglePoolNeedsNothingOfTheOther) {
  const TemporaryFolder folder;
  const std::string exchange = R"(    "exchange_hz": {"kind": "fixed", "value": 15},)",
                    semi = R"(    "r1_semi_hz": {"kind": "fixed", "value": 3},
    "t2_semi_s": {"kind": "fixed", "value": 1e-5},)";
  const std::string without = replaced(replaced(valid, exchange, ""), semi, "");
  const Prior prior = read_prior(
      folder.file("p.json", replaced(without, R"({"kind": "fixed", "value": 0.2})", R"({"kind": "fixed", "value": 0})")), tr_s);
  EXPECT_EQ(prior.unknowns(T1Model::separate).names(),
            (std::vector<std::string>{"r1_free_hz", "r2_free_hz", "omega0_rad_s"}));  // b1_rel is fixed in `valid`
  EXPECT_EQ(why_invalid(prior.draw(1, 1)), "");
  expect_input_error([&] { read_prior(folder.file("q.json", without), tr_s); }, {"q.json", "exchange_hz"});
}

struct Bad {
  const char* name;
  const char* from;
  const char* to;
  const char* says;
};

class BadPrior : public testing::TestWithParam<Bad> {};

TEST_P(BadPrior, IsRefusedByPlaceExpectedAndFound) {
  const TemporaryFolder folder;
  const std::string path = folder.file("bad.json", replaced(valid, GetParam().from, GetParam().to));
  expect_input_error([&] { read_prior(path, tr_s); }, {path, "expected ", "found ", GetParam().says});
}

INSTANTIATE_TEST_SUITE_P(
    Each, BadPrior,
    testing::Values(Bad{"misspelt_key", "\"exchange_hz\"", "\"exchange\"", "\"exchange\""},
                    Bad{"key_of_the_other_t1_model", "\"t1_free_s\"", "\"t1_apparent_s\"", "separate"},
                    Bad{"rate_and_time", "\"exchange_hz\": {\"kind\": \"fixed\", \"value\": 15}",
                        "\"t2_free_s\": {\"kind\": \"fixed\", \"value\": 1}", "both"},
                    Bad{"missing_parameter", ",\n    \"b1_rel\": {\"kind\": \"fixed\", \"value\": 0.9}", "", "b1_rel"},
                    Bad{"unknown_kind", "\"kind\": \"uniform\"", "\"kind\": \"lognormal\"", "\"lognormal\""},
                    Bad{"zero_std", "\"std\": 0.5", "\"std\": 0", "{\"kind\": \"fixed\""},
                    Bad{"zero_width", "\"min\": 1, \"max\": 3", "\"min\": 1.5, \"max\": 1.5", "{\"kind\": \"fixed\""},
                    Bad{"negative_std", "\"std\": 0.5", "\"std\": -0.5", "std > 0"},
                    Bad{"limits_reversed", "\"min\": 1, \"max\": 3", "\"min\": 3, \"max\": 1", "min <= max"},
                    Bad{"limits_out_of_reach", "\"min\": 1, \"max\": 3", "\"min\": 30, \"max\": 40", "Gaussian"},
                    Bad{"time_of_zero", "\"min\": 1, \"max\": 3", "\"min\": 0, \"max\": 3", "times > 0"},
                    Bad{"negative_rate", "\"min\": 5, \"max\": 20", "\"min\": -5, \"max\": 20", "r2_free_hz > 0"},
                    Bad{"t2_never_below_t1", "\"min\": 5, \"max\": 20", "\"min\": 0.1, \"max\": 0.2", "t2_free_at_most_t1"},
                    Bad{"weight_of_zero", "\"weight\": 2", "\"weight\": 0", "weight"},
                    Bad{"snr_reversed", "\"min\": 5, \"max\": 50", "\"min\": 50, \"max\": 5", "snr"},
                    Bad{"unknown_t1_model", "\"separate\"", "\"both\"", "\"both\""},
                    Bad{"extra_key", "\"name\": \"test\"", "\"name\": \"test\", \"colour\": 1", "\"colour\""}),
    [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace crbrt::physics
