// SPDX-License-Identifier: Apache-2.0
// The simulator against the values of an independent implementation (beside the clone; skipped where absent).
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>

#include "base/json.h"
#include "physics/crb.h"
#include "physics/io/hdf5_reader.h"
#include "physics/io/sequence_io.h"
#include "physics/r2sl.h"
#include "physics/simulator.h"
#include "tests/support/shared_data.h"

namespace crbrt::physics {
namespace {

using base::Json;

Tissue tissue_of(const Json& json) {
  std::array<double, n_parameter> values{};
  for (std::size_t p = 0; p < n_parameter; ++p) values[p] = json.at(p).number();
  return Tissue::from_values(values);
}

Json reference() { return Json::from_file(tests::shared_file("reference/signal_reference.json")); }

struct Case {
  const char* key;
  const char* sequence_file;
  T1Model t1_model;

  friend std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.key; }
};

class Reference : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    for (const char* file : {"reference/signal_reference.json", GetParam().sequence_file})
      if (tests::shared_file(file).empty()) GTEST_SKIP() << "no " << file << " beside the clone";
    data_ = reference().at(GetParam().key);
    for (const Json& set : data_.at("sets").items()) tissues_.push_back(tissue_of(set.at("params")));
    const Sequence sequence = read_sequence(tests::shared_file(GetParam().sequence_file), 3.5e-3);
    simulator_ = std::make_unique<Simulator>(sequence, TissueDomain::of(tissues_));
    simulator_->simulate(tissues_, signals_, jacobian_);
  }

  // The project's promise is 1e-6 relative to the largest reference value of the echoes listed.
  void expect_echoes(const Json& expected, const Eigen::VectorXcd& found, const std::string& what) const {
    const Json& index = data_.at("indices");
    double largest = 0, error = 0;
    for (std::size_t i = 0; i < index.size(); ++i) {
      const std::complex<double> value(expected.at("re").at(i).number(), expected.at("im").at(i).number());
      largest = std::max(largest, std::abs(value));
      error = std::max(error, std::abs(found[index.at(i).integer()] - value) / std::abs(value));
    }
    EXPECT_GT(largest, 0) << what;
    EXPECT_LT(error, 1e-6) << what;
  }

  void expect_bounds(const Json& expected, const Bounds& found) const {
    EXPECT_NEAR(found.m0_crb_real / expected.at(0).number(), 1, 1e-4);
    EXPECT_NEAR(found.m0_crb_imag / expected.at(1).number(), 1, 1e-4);
    for (Eigen::Index p = 0; p < found.crb.size(); ++p)
      EXPECT_NEAR(found.crb[p] / expected.at(static_cast<std::size_t>(p) + 2).number(), 1, 1e-4) << p;
  }

  Json data_;
  std::vector<Tissue> tissues_;
  std::unique_ptr<Simulator> simulator_;
  Signals signals_, jacobian_;
};

TEST_P(Reference, SignalsAgree) {
  for (std::size_t t = 0; t < tissues_.size(); ++t)
    expect_echoes(data_.at("sets").at(t).at("signal"), signals_.col(t), "signal");
}

TEST_P(Reference, DerivativesAgree) {
  for (std::size_t t = 0; t < tissues_.size(); ++t)
    for (std::size_t p = 0; p < n_parameter; ++p)
      expect_echoes(data_.at("sets").at(t).at("derivs").at(p), jacobian_.col(t * n_parameter + p),
                    std::string(name(static_cast<Parameter>(p))));
}

TEST_P(Reference, BoundsAgree) {
  for (std::size_t t = 0; t < tissues_.size(); ++t)
    expect_bounds(data_.at("sets").at(t).at("crb_real"),
                  cramer_rao_bound(signals_.col(t), jacobian_.middleCols(t * n_parameter, n_parameter), GetParam().t1_model));
}

// The reference has compressed values for the six-cycle sequence only.
class CompressedReference : public Reference {};

TEST_P(CompressedReference, BoundsAgree) {
  const std::string file = tests::shared_file("data/invivo/basis.mat");
  if (file.empty()) GTEST_SKIP() << "no data/invivo/basis.mat beside the clone";
  const Array<double> u = Hdf5Reader(file).real("U");  // as HDF5 shows MATLAB's [frames, coefficients]
  const Eigen::MatrixXd basis = Eigen::Map<const Eigen::MatrixXd>(u.values.data(), static_cast<Eigen::Index>(u.shape.at(1)),
                                                                  static_cast<Eigen::Index>(u.shape.at(0)))
                                    .leftCols(15);
  Signals c, jc;
  simulator_->simulate_projected(tissues_, basis, c, jc);
  for (std::size_t t = 0; t < tissues_.size(); ++t)
    expect_bounds(data_.at("sets").at(t).at("crb_real_15"),
                  cramer_rao_bound(c.col(t), jc.middleCols(t * n_parameter, n_parameter), GetParam().t1_model));
}

constexpr Case single_cycle{"v3p2", "data/v3p2/control_MT_v3p2_TR3p5ms_discretized.mat", T1Model::apparent};
constexpr Case six_cycles{"six", "data/invivo/control.mat", T1Model::separate};
const auto case_name = [](const auto& c) { return std::string(c.param.key); };

INSTANTIATE_TEST_SUITE_P(Published, Reference, testing::Values(single_cycle, six_cycles), case_name);
INSTANTIATE_TEST_SUITE_P(Published, CompressedReference, testing::Values(six_cycles), case_name);

TEST(ReferenceR2sl, RatesAndDerivativesAgree) {
  if (tests::shared_file("reference/signal_reference.json").empty()) GTEST_SKIP() << "no reference beside the clone";
  // One table for all entries, as a simulator would make it.
  const Chebyshev2d rho = make_rho_table({8, 80, 3.2}), z_end = make_z_end_table({8, 80, 3.2});
  const Json data = reference();
  for (const Json& e : data.at("r2sl").items()) {
    const double trf = e.at("TRF").number(), alpha = e.at("alpha").number(), b1 = e.at("B1").number(),
                 t2 = e.at("T2s").number();
    const Rate rate = r2sl(rho, trf, alpha, b1, t2);
    EXPECT_NEAR(rate.r2sl_hz / e.at("R2sl").number(), 1, 1e-6);
    EXPECT_NEAR(rate.dr2sl_dt2_semi / e.at("dR2sl_dT2s").number(), 1, 1e-6);
    EXPECT_NEAR(rate.dr2sl_db1 / e.at("dR2sl_dB1").number(), 1, 1e-6);
    const double theta = alpha * b1;
    EXPECT_NEAR(z_end(std::log(trf / t2), theta * theta).f, e.at("z_end").number(), 1e-6 * e.at("z_end").number());
  }
}

}  // namespace
}  // namespace crbrt::physics
