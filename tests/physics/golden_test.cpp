// SPDX-License-Identifier: Apache-2.0
// Our own protocol against goldens of the slow integrator: physics is tested in a clone without reference data too.
#include <gtest/gtest.h>

#include <array>
#include <complex>

#include "base/json.h"
#include "physics/io/sequence_io.h"
#include "physics/simulator.h"

namespace crbrt::physics {
namespace {

using base::Json;

Tissue tissue_of(const Json& json) {
  std::array<double, n_parameter> values{};
  for (std::size_t p = 0; p < n_parameter; ++p) values[p] = json.at(p).number();
  return Tissue::from_values(values);
}

TEST(Golden, OwnProtocolEqualsTheSlowIntegrator) {
  const std::string root = CRBRT_SOURCE_DIR;
  const Json golden = Json::from_file(root + "/tests/golden/protocol_signals.json");  // crbrt-physics-goldens makes it
  const Sequence sequence = read_sequence(root + "/models/protocol/crbrt1142.json");
  ASSERT_EQ(golden.at("sequence_sha256"), sha256_of(sequence)) << "the protocol changed: run crbrt-physics-goldens";
  std::vector<Tissue> tissues;
  for (const Json& set : golden.at("sets").items()) tissues.push_back(tissue_of(set.at("tissue")));
  Signals s;
  Simulator(sequence, TissueDomain::of(tissues)).simulate(tissues, s);
  const Json& echoes = golden.at("echoes");
  ASSERT_GE(echoes.size(), 20u);
  for (std::size_t t = 0; t < tissues.size(); ++t)
    for (std::size_t i = 0; i < echoes.size(); ++i) {
      const Json& set = golden.at("sets").at(t);
      const std::int64_t echo = echoes.at(i).integer();
      const std::complex<double> expected(set.at("re").at(i).number(), set.at("im").at(i).number());
      // The slow integrator is good to about 1e-8; 1e-6 of the largest echo is the promise.
      EXPECT_LT(std::abs(s(echo, t) - expected), 1e-6 * s.col(t).cwiseAbs().maxCoeff()) << t << ' ' << echo;
    }
}

}  // namespace
}  // namespace crbrt::physics
