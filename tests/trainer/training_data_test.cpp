// SPDX-License-Identifier: Apache-2.0
// What cannot be trained on is dropped and counted; what does not fit together is refused.
#include "trainer/training_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "tests/trainer/training_fixture.h"

namespace crbrt::trainer {
namespace {

using testing::HasSubstr;

TEST(TrainingData, DropsAndCountsFingerprintsWithoutSignalOrBound) {
  physics::Dataset dataset = tests::small_dataset(100);
  dataset.coefficients.col(3).setZero();
  dataset.coefficients(1, 4) = std::numeric_limits<double>::quiet_NaN();
  dataset.crb(0, 5) = std::numeric_limits<double>::infinity();
  dataset.crb(2, 6) = std::numeric_limits<double>::quiet_NaN();
  dataset.crb(1, 7) = 0;
  dataset.crb(5, 8) = std::numeric_limits<double>::infinity();  // of a parameter nobody estimates
  const TrainingData data = prepare_data(dataset, tests::small_config(), "data");
  EXPECT_EQ(data.n_dropped, 5u);
  EXPECT_EQ(data.training.n + data.validation.n, 95u);
  for (const Samples* s : {&data.training, &data.validation})
    for (double w : s->inverse_bounds) ASSERT_TRUE(std::isfinite(w) && w > 0);
}

TEST(TrainingData, HoldsOutTheCountAndNothingTwice) {
  const physics::Dataset dataset = tests::small_dataset(200);
  const TrainingData data = prepare_data(dataset, tests::small_config(), "data");
  EXPECT_EQ(data.validation.n, 50u);
  EXPECT_EQ(data.training.n, 150u);
  std::vector<double> m0s;
  for (const Samples* s : {&data.training, &data.validation})
    for (std::size_t i = 0; i < s->n; ++i) m0s.push_back(s->targets[3 * i]);
  std::sort(m0s.begin(), m0s.end());
  EXPECT_EQ(std::unique(m0s.begin(), m0s.end()), m0s.end());
}

template <class E>
std::string refusal(const physics::Dataset& dataset, const Config& config) {
  try {
    prepare_data(dataset, config, "set.h5");
  } catch (const E& error) {
    return error.what();
  }
  return "";
}

TEST(TrainingData, RefusesOutputsWithoutABound) {
  Config config = tests::small_config();
  config.outputs[1].name = "t1_free_s";  // needs separate T1
  EXPECT_THAT(refusal<base::DisagreementError>(tests::small_dataset(100), config), HasSubstr("t1_free_s"));
  config.outputs[1].name = "t2_fre_s";
  EXPECT_EQ(refusal<base::DisagreementError>(tests::small_dataset(100), config),
            "set.h5: expected a data set with a bound for the output t2_fre_s, found no such quantity, \"t2_fre_s\" (nearest: "
            "\"t2_free_s\")");
}

TEST(TrainingData, OutputsOfAnotherSimulatorAreTakenByNameWithTheirUnits) {
  const physics::Dataset own = tests::small_dataset(100);
  physics::Dataset foreign = own;
  foreign.tissues.clear();
  foreign.foreign.emplace();
  foreign.foreign->names = {"T2", "pH"};
  foreign.foreign->units = {"ms", "1"};
  foreign.foreign->unknowns = {"pH", "T2"};  // the order of the bounds
  foreign.foreign->values = Eigen::MatrixXd::Random(2, 100);
  foreign.crb = Eigen::MatrixXd::Random(2, 100).cwiseAbs();
  Config config = tests::small_config();
  config.outputs = {{"T2", 0, 10}};
  const TrainingData data = prepare_data(foreign, config, "set.h5");
  EXPECT_EQ(data.units, (std::vector<std::string>{"ms"}));
  std::vector<std::pair<double, double>> expected, found;
  for (Eigen::Index i = 0; i < 100; ++i) expected.emplace_back(foreign.foreign->values(0, i), 1 / foreign.crb(1, i));
  for (const Samples* s : {&data.training, &data.validation})
    for (std::size_t i = 0; i < s->n; ++i) found.emplace_back(s->targets[i], s->inverse_bounds[i]);
  EXPECT_THAT(found, testing::UnorderedElementsAreArray(expected));
  config.outputs = {{"t2_free_s", 0, 10}};
  EXPECT_THAT(refusal<base::DisagreementError>(foreign, config), HasSubstr("no such quantity"));
}

TEST(TrainingData, TheScaleIsTheNormOfTheSignalWithItsOwnBound) {
  Config config = tests::small_config();
  config.outputs = {{"signal_per_m0", 0, 10}};
  physics::Dataset dataset = tests::small_dataset(100);
  (*dataset.signal_per_m0_crb)[7] = std::numeric_limits<double>::infinity();
  const TrainingData data = prepare_data(dataset, config, "set.h5");
  EXPECT_EQ(data.n_dropped, 1u);
  std::vector<std::pair<double, double>> expected, found;
  for (Eigen::Index i = 0; i < 100; ++i)
    if (i != 7) expected.emplace_back(dataset.coefficients.col(i).norm(), 1 / (*dataset.signal_per_m0_crb)[i]);
  for (const Samples* s : {&data.training, &data.validation})
    for (std::size_t i = 0; i < s->n; ++i) found.emplace_back(s->targets[i], s->inverse_bounds[i]);
  EXPECT_THAT(found, testing::UnorderedElementsAreArray(expected));
}

TEST(TrainingData, RefusesTheScaleWhereTheSetLacksItsBound) {
  Config config = tests::small_config();
  physics::Dataset dataset = tests::small_dataset(100);
  dataset.signal_per_m0_crb.reset();
  EXPECT_EQ(refusal<base::DisagreementError>(dataset, config), "");  // for others it is as good as before
  config.outputs[1] = {"signal_per_m0", 0, 10};
  EXPECT_EQ(
      refusal<base::DisagreementError>(dataset, config),
      "set.h5: expected a data set with a bound for the output signal_per_m0, found none: no /signal_per_m0_crb in the file "
      "(simulate it again)");
}

TEST(TrainingData, TheStrongestImaginaryPartConjugates) {
  Config config = tests::small_config();
  config.preprocessing.conjugates_by_strongest = true;
  physics::Dataset dataset = tests::small_dataset(100);
  dataset.coefficients.real().setOnes();
  dataset.coefficients.imag().setConstant(0.01);
  dataset.coefficients.row(3).imag().setConstant(-0.2);
  for (Eigen::Index i = 0; i < 100; ++i) dataset.coefficients.col(i) *= std::polar(1.0, 0.1 * static_cast<double>(i));  // M0
  EXPECT_EQ(for_data(config, dataset).preprocessing.conjugate_reference, 3);
  // Where the mirror image is another voxel there is none.
  physics::Dataset complex = dataset;
  complex.basis = physics::Basis(dataset.basis.complex() * std::complex<double>(0.6, 0.8));
  EXPECT_EQ(for_data(config, complex).preprocessing.conjugate_reference, -1);
  Config given = tests::small_config();
  given.preprocessing.conjugate_reference = 3;
  EXPECT_THAT(refusal<base::DisagreementError>(complex, given), HasSubstr("a real basis for conjugate_reference"));
  config.outputs[1].name = "omega0_rad_s";
  EXPECT_EQ(for_data(config, dataset).preprocessing.conjugate_reference, -1);
  given.outputs[1].name = "omega0_rad_s";
  EXPECT_THAT(refusal<base::DisagreementError>(dataset, given), HasSubstr("the sign of omega0"));
  config = tests::small_config();
  EXPECT_EQ(for_data(config, dataset).preprocessing.conjugate_reference, -1);  // unless it is asked for
}

TEST(TrainingData, RefusesReferencesBeyondTheRank) {
  Config config = tests::small_config();
  config.preprocessing.phase_reference = 5;
  EXPECT_THAT(refusal<base::DisagreementError>(tests::small_dataset(100), config), HasSubstr("5 coefficients"));
  config.preprocessing = {.phase_reference = 0, .conjugate_reference = 5};
  EXPECT_THAT(refusal<base::DisagreementError>(tests::small_dataset(100), config), HasSubstr("(conjugate_reference)"));
}

TEST(TrainingData, RefusesSetsThatAreTooSmallOrAllZero) {
  const Config config = tests::small_config();
  EXPECT_THAT(refusal<base::DisagreementError>(tests::small_dataset(50), config), HasSubstr("more than 50"));
  physics::Dataset zero = tests::small_dataset(100);
  zero.coefficients.setZero();
  EXPECT_THAT(refusal<base::DisagreementError>(zero, config), HasSubstr("100 dropped"));
}

TEST(TrainingData, IdentityChangesWithConfigurationAndData) {
  const physics::Dataset dataset = tests::small_dataset(100);
  const Config config = tests::small_config();
  const std::string identity = run_identity(config, prepare_data(dataset, config, "data"));
  EXPECT_EQ(identity, run_identity(config, prepare_data(dataset, config, "data")));
  Config other = config;
  other.text += " ";
  EXPECT_NE(identity, run_identity(other, prepare_data(dataset, other, "data")));
  physics::Dataset changed = dataset;
  changed.coefficients(0, 0) += 1e-3;
  EXPECT_NE(identity, run_identity(config, prepare_data(changed, config, "data")));
}

}  // namespace
}  // namespace crbrt::trainer
