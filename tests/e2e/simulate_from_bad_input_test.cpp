// SPDX-License-Identifier: Apache-2.0
// What crbrt-simulate --from says against a dictionary.
#include <gtest/gtest.h>

#include <limits>

#include "base/json.h"
#include "tests/e2e/dictionary.h"

namespace crbrt::tests {
namespace {

using physics::Dataset;

TEST_F(SimulateFrom, RowsThatAreNoNumbersOrComeTwiceAreDroppedAndCounted) {
  Dictionary d = grid();
  d.signals(3, 5) = std::nan("");
  d.parameters(0, 6) = std::numeric_limits<double>::infinity();
  d.jacobian(0, 2 * 7) = std::nan("");
  for (const Eigen::Index copy : {10, 11}) {
    d.parameters.col(copy) = d.parameters.col(9);
    d.signals.col(copy) = d.signals.col(9);
    d.jacobian.middleCols(2 * copy, 2) = d.jacobian.middleCols(2 * 9, 2);
  }
  d.parameters.col(20) = d.parameters.col(19);  // and another signal
  const Dataset set = made(d);
  EXPECT_EQ(set.size(), 295u);
  EXPECT_NE(text_.find("kept 295 of 300 fingerprints; dropped 3 with a number that is not finite, 2 that are there twice"),
            std::string::npos)
      << text_;
  EXPECT_NE(text_.find("1 fingerprints have the parameters of another one and another signal"), std::string::npos) << text_;
  const auto provenance = base::Json::parse(set.provenance, "provenance");
  EXPECT_EQ(provenance.at("dropped").at("not_finite").integer(), 3);
  EXPECT_EQ(provenance.at("dropped").at("duplicate").integer(), 2);
}

TEST_F(SimulateFrom, DerivativesInAnotherUnitAreNamedWithTheFactor) {
  for (const auto& [p, factor, text] : {std::tuple{0, 1e-3, "1000 times too small"}, std::tuple{1, 1e3, "1000 times too large"},
                                        std::tuple{1, -1.0, "of the opposite sign"}}) {
    Dictionary d = grid();
    for (Eigen::Index i = p; i < d.jacobian.cols(); i += 2) d.jacobian.col(i) *= factor;
    expect_refused(d, {"/jacobian in units of /parameters", p == 0 ? "d T1 per ms" : "d T2 per ms", text, "neighbouring"});
  }
}

TEST_F(SimulateFrom, DerivativesAreNotSuspectedWhereFingerprintsAreFarApart) {
  Dictionary d = grid(3, 2);  // T1 by a factor of 1.7
  made(d);
  for (Eigen::Index i = 0; i < d.jacobian.cols(); i += 2) d.jacobian.col(i) *= 2;  // nor for less than any unit
  made(d);
}

TEST_F(SimulateFrom, NothingToMakeBoundsFromIsSaid) {
  Dictionary d = grid();
  d.jacobian.resize(0, 0);
  expect_refused(d, {"dictionary.h5: expected derivatives (/jacobian", "/finite_difference/signal", "/crb", "found none"});
}

TEST_F(SimulateFrom, NamesAndUnitsAreNeededAndHaveToBeOnes) {
  Dictionary d = grid();
  d.names = {};
  expect_refused(d, {"the attribute names of parameters", "found none"});
  d.names = {"T1"};
  expect_refused(d, {"expected 2 names of parameters", "found 1"});
  d.names = {"T1", "T1"};
  expect_refused(d, {"\"T1\" twice"});
  d.names = {"T1", "T2*"};
  expect_refused(d, {"letters, digits and '_'", "\"T2*\""});
  d.names = {"T1", "signal_per_m0"};
  expect_refused(d, {"\"signal_per_m0\""});
  d.names = {"T1", "status"};
  expect_refused(d, {"status"});
  d = grid();
  d.units = {};
  expect_refused(d, {"the attribute units of parameters", "found none"});
  d.units = {"ms", ""};
  expect_refused(d, {"a unit of T2", "found none"});
  d = grid();
  d.names = {"T1", "t2_free_s"};
  expect_refused(d, {"t2_free_s in s, as that name means", "found ms"});
  d = grid();
  d.has_name = false;
  expect_refused(d, {"the attribute sequence_name"});
}

TEST_F(SimulateFrom, ShapesThatDoNotFitAreNamed) {
  const Dictionary d = grid();
  Dictionary of_one = d;
  of_one.jacobian.conservativeResize(Eigen::NoChange, 300);
  expect_refused(of_one, {"/jacobian of shape [300, 2, 24]", "found [300, 1, 24]"});
  const std::string path = folder_ / "turned.h5";
  {
    physics::Hdf5Writer file(path, path);
    file.write("parameters", {300, 2}, d.parameters.data());
    file.attribute("parameters", "names", d.names);
    file.attribute("parameters", "units", d.units);
    file.write("signal", {n_frame, 300}, d.signals.data());
    file.write("jacobian", {300, 2, n_frame}, d.jacobian.data());
    file.attribute("/", "sequence_name", std::string("closed form"));
    file.attribute("/", "tr_s", 0.04);
    file.close();
  }
  const Outcome outcome = from(path, "--rank 5");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.text.find("/signal of shape [300, any]"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("found [24, 300], the other way round"), std::string::npos) << outcome.text;
}

TEST_F(SimulateFrom, FewerFingerprintsThanParametersAreRefused) {
  Dictionary d = grid(2, 1);
  expect_refused(d, {"more usable fingerprints than its 2 parameters", "found 2 of 2"}, "--rank 2");
}

TEST_F(SimulateFrom, WhatGoesWithOtherModesIsRefused) {
  const Dictionary d = grid();
  for (const auto& [options, text] :
       {std::pair{"", "--from needs --rank, --basis"}, std::pair{"--rank 5 --count 3", "--count goes with --prior"},
        std::pair{"--rank 5 --sequence s.json", "--sequence goes with"},
        std::pair{"--rank 5 --snr-min 200", "--snr-min of at most --snr-max"},
        std::pair{"--rank 5 --outputs T1", "--outputs goes with --basis-kind crb"},
        std::pair{"--rank auto --basis b.npy", "--rank auto goes without --basis"},
        std::pair{"--rank 5 --share 0.5:0.5", "expected FROM:TO with 0 <= FROM < TO <= 1, found 0.5:0.5"},
        std::pair{"--rank 5 --share 0.5:1.1", "found 0.5:1.1"}, std::pair{"--rank 5 --share 0.5", "found 0.5"},
        std::pair{"--rank 5 --share nan:1", "found nan:1"}, std::pair{"--rank 5 --share 0:1x", "found 0:1x"},
        std::pair{"--rank 500", "--rank 500: expected a rank between 1 and 24"}})
    expect_refused(d, {text}, options, 2);
  expect_refused(d, {"more usable fingerprints", "found 0 of 0 in --share 0.5:0.50001"}, "--rank 5 --share 0.5:0.50001");
  const Outcome outcome = run("crbrt-simulate --tissues t.csv --out " + (folder_ / "o.h5"));
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.text.find("--sequence is required"), std::string::npos) << outcome.text;
}

}  // namespace
}  // namespace crbrt::tests
