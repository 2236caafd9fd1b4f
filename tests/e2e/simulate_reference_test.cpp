// SPDX-License-Identifier: Apache-2.0
// crbrt-simulate on the published sequences, from the command line to the file, against an independent implementation.
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "base/json_reader.h"
#include "physics/io/hdf5_reader.h"
#include "tests/support/run_program.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::tests {
namespace {

using base::JsonReader;
using physics::Array;
using physics::Hdf5Reader;
using Complex = std::complex<double>;

// What the project promises against the reference (docs/physics.md): signals and derivatives relative to their largest listed
// value, bounds relative to themselves.
constexpr double signal_tolerance_rel = 1e-6;
constexpr double bound_tolerance_rel = 1e-4;

constexpr std::size_t n_parameter = 8;
constexpr std::size_t n_nuisance = 2;  // Re M0 and Im M0 lead the reference's bounds

std::vector<Complex> complex_of(const JsonReader& json) {
  const std::vector<double> re = json.at("re").numbers(), im = json.at("im").numbers();
  std::vector<Complex> values;
  for (std::size_t i = 0; i < re.size(); ++i) values.emplace_back(re[i], im[i]);
  return values;
}

std::string tissues_csv(const JsonReader& reference) {
  std::ostringstream text;
  text.precision(17);
  text << "m0_semi_frac,r1_free_hz,r2_free_hz,exchange_hz,r1_semi_hz,t2_semi_s,omega0_rad_s,b1_rel\n";
  for (const JsonReader& set : reference.at("sets").items()) {
    const std::vector<double> v = set.at("params").numbers();
    for (std::size_t p = 0; p < v.size(); ++p) text << (p == 0 ? "" : ",") << v[p];
    text << '\n';
  }
  return text.str();
}

void expect_close(const std::vector<Complex>& expected, const Complex* found, const std::vector<double>& indices,
                  const std::string& what) {
  double largest = 0;
  for (const Complex value : expected) largest = std::max(largest, std::abs(value));
  ASSERT_GT(largest, 0);
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_LT(std::abs(found[static_cast<std::size_t>(indices[i])] - expected[i]), signal_tolerance_rel * largest)
        << what << " at " << indices[i];
}

void expect_bounds(const std::vector<double>& expected, const double* found, std::size_t n_bound, const std::string& what) {
  ASSERT_EQ(expected.size(), n_nuisance + n_bound);
  for (std::size_t p = 0; p < n_bound; ++p)
    EXPECT_NEAR(found[p] / expected[n_nuisance + p], 1, bound_tolerance_rel) << what << ", bound " << p;
}

void compare_time_domain(const JsonReader& reference, const Hdf5Reader& file, std::size_t n_bound) {
  const Array<Complex> signal = file.complex("signal"), jacobian = file.complex("jacobian");
  const Array<double> crb = file.real("crb_time");
  const std::size_t n_frame = signal.shape[1];
  const std::vector<JsonReader> sets = reference.at("sets").items();
  file.expect_shape("signal", signal.shape, {sets.size(), n_frame});
  file.expect_shape("jacobian", jacobian.shape, {sets.size(), n_parameter, n_frame});
  file.expect_shape("crb_time", crb.shape, {sets.size(), n_bound});
  const std::vector<double> indices = reference.at("indices").numbers();
  for (std::size_t t = 0; t < sets.size(); ++t) {
    const std::string tissue = "tissue " + std::to_string(t);
    expect_close(complex_of(sets[t].at("signal")), &signal.values[t * n_frame], indices, tissue);
    const std::vector<JsonReader> derivatives = sets[t].at("derivs").items();
    ASSERT_EQ(derivatives.size(), n_parameter);
    for (std::size_t p = 0; p < n_parameter; ++p)
      expect_close(complex_of(derivatives[p]), &jacobian.values[(t * n_parameter + p) * n_frame], indices,
                   tissue + ", derivative " + std::to_string(p));
    expect_bounds(sets[t].at("crb_real").numbers(), &crb.values[t * n_bound], n_bound, tissue);
  }
}

class SimulateReference : public testing::Test {
 protected:
  void SetUp() override {
    reference_ = shared_file("reference/signal_reference.json");
    if (reference_.empty()) GTEST_SKIP() << "no reference/signal_reference.json beside the clone";
  }

  /// Simulates the reference tissues and returns the file's path.
  std::string simulate(const JsonReader& reference, const std::string& sequence, const std::string& options) {
    const std::string tissues = folder_.file("tissues.csv", tissues_csv(reference)), out = folder_ / "out.h5";
    const Outcome outcome = run("crbrt-simulate --sequence " + sequence + " --tr 3.5e-3 --tissues " + tissues +
                                " --derivatives --out " + out + " " + options);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
    return out;
  }

  std::string reference_;
  TemporaryFolder folder_;
};

TEST_F(SimulateReference, SingleCycleWithAnApparentT1) {
  const std::string sequence = shared_file("data/v3p2/control_MT_v3p2_TR3p5ms_discretized.mat");
  if (sequence.empty()) GTEST_SKIP() << "no single-cycle sequence beside the clone";
  const JsonReader reference = JsonReader::from_file(reference_).at("v3p2");
  compare_time_domain(reference, Hdf5Reader(simulate(reference, sequence, "--t1 apparent")), 7);
}

TEST_F(SimulateReference, SixCyclesWithSeparateT1AndThePublishedBasis) {
  const std::string sequence = shared_file("data/invivo/control.mat"), basis = shared_file("data/invivo/basis.mat");
  if (sequence.empty() || basis.empty()) GTEST_SKIP() << "no six-cycle sequence and basis beside the clone";
  const JsonReader reference = JsonReader::from_file(reference_).at("six");
  const Hdf5Reader file(simulate(reference, sequence, "--t1 separate --basis " + basis + ":U --rank 15"));
  compare_time_domain(reference, file, 8);
  const Array<Complex> coefficients = file.complex("coefficients");
  const Array<double> crb = file.real("crb");
  const std::vector<JsonReader> sets = reference.at("sets").items();
  file.expect_shape("coefficients", coefficients.shape, {sets.size(), 15});
  file.expect_shape("crb", crb.shape, {sets.size(), 8});
  const std::vector<double> all{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
  for (std::size_t t = 0; t < sets.size(); ++t) {
    expect_close(complex_of(sets[t].at("coef15")), &coefficients.values[t * 15], all, "coefficients of " + std::to_string(t));
    expect_bounds(sets[t].at("crb_real_15").numbers(), &crb.values[t * 8], 8, "compressed bounds of " + std::to_string(t));
  }
}

}  // namespace
}  // namespace crbrt::tests
