// SPDX-License-Identifier: Apache-2.0
/// Dictionary matching, and what crbrt-benchmark says of dictionaries.
#include <gtest/gtest.h>

#include <complex>

#include "base/model_file.h"
#include "bench/benchmark/dictionary_study.h"
#include "bench/benchmark/problem.h"
#include "bench/dictionary.h"

namespace crbrt::bench {
namespace {

using physics::Parameter;

const std::vector<Parameter> gridded{Parameter::m0_semi_frac, Parameter::r1_free_hz, Parameter::r2_free_hz};

const Problem& problem() {
  static const std::string models = CRBRT_SOURCE_DIR "/models", model = models + "/brain_v2/brain_v2.crbm";
  static const Problem made =
      make_problem(models + "/protocol/crbrt1142.json", models + "/priors/paper.json", base::load_model(model), model, 32, 5);
  return made;
}

TEST(Dictionary, EveryEntryOfTheGridIsFoundWhateverItsM0) {
  // Off-resonance makes fingerprints complex, so that a product without conjugation would take -omega0.
  std::vector<Parameter> parameters = gridded;
  parameters.push_back(Parameter::omega0_rad_s);
  const Dictionary dictionary(problem().simulator, problem().set.basis,
                              grid_tissues(problem().prior, axes_of(problem().prior, parameters, 6)));
  ASSERT_GT(dictionary.size(), 512u) << "more than one block of products";
  std::vector<physics::Tissue> tissues;
  for (std::size_t i = 0; i < dictionary.size(); ++i) tissues.push_back(dictionary.tissue(i));
  physics::Signals coefficients;
  problem().simulator.simulate_projected(tissues, problem().set.basis, coefficients);
  for (Eigen::Index v = 0; v < coefficients.cols(); ++v)
    coefficients.col(v) *= std::polar(0.1 + static_cast<double>(v), 0.3 * static_cast<double>(v));
  const std::vector<std::size_t> best = dictionary.match(coefficients);
  for (std::size_t i = 0; i < best.size(); ++i) EXPECT_EQ(best[i], i);
}

TEST(Dictionary, HoldsNoTissueThatThePriorExcludesAndKeepsTheOtherParameters) {
  for (const physics::Tissue& tissue : grid_tissues(problem().prior, axes_of(problem().prior, gridded, 6))) {
    EXPECT_LE(1 / tissue.r2_free_hz, 1 / tissue.r1_free_hz);
    EXPECT_EQ(tissue.b1_rel, 1);
    EXPECT_EQ(tissue.omega0_rad_s, 0);
    EXPECT_EQ(tissue.r1_semi_hz, tissue.r1_free_hz);
  }
}

TEST(Dictionary, TheErrorOfItsOwnTissuesFallsWithTheSpacingAndThatOfThePriorHardly) {
  const DictionaryStudy study = study_dictionaries(problem(), gridded, {3, 12}, 64, 6);
  const auto error = [&](std::size_t grid, const char* of) { return study.json["grids"].at(grid)[of]["all"]["rms"].number(); };
  // Four times the points are a quarter of the spacing; the tails of the prior, where points are sparse, take a part of that.
  EXPECT_LT(error(1, "error"), error(0, "error") / 2);
  // What the grid leaves out (off-resonance, B1, exchange) is not a matter of its spacing.
  EXPECT_GT(error(1, "error_of_prior"), error(0, "error_of_prior") / 2);
}

TEST(Dictionary, AllUnknownsCostTheFinestSpacingToThePowerOfTheirNumber) {
  const DictionaryStudy study = study_dictionaries(problem(), gridded, {3}, 8, 6);
  EXPECT_EQ(study.json["all_unknowns"]["entries"].number(), 3.0 * 3 * 3 * 3 * 3 * 3 * 3);
  EXPECT_EQ(study.json["grids"].at(0)["bytes"].number(), static_cast<double>(study.finest->size() * 13 * 8));
}

}  // namespace
}  // namespace crbrt::bench
