// Our own protocol against goldens of the slow integrator: physics is tested in a clone without reference data too.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "physics/io/sequence_io.h"
#include "physics/simulator.h"

namespace crbrt::physics {
namespace {

using nlohmann::json;

TEST(Golden, OwnProtocolEqualsTheSlowIntegrator) {
  const std::string root = CRBRT_SOURCE_DIR;
  std::ifstream file(root + "/tests/golden/protocol_signals.json");
  ASSERT_TRUE(file) << "tests/golden/protocol_signals.json is missing: run crbrt-physics-goldens";
  const json golden = json::parse(file);
  const Sequence sequence = read_sequence(root + "/models/protocol/crbrt1142.json");
  ASSERT_EQ(golden.at("sequence_sha256"), sha256_of(sequence)) << "the protocol changed: run crbrt-physics-goldens";
  std::vector<Tissue> tissues;
  for (const json& set : golden.at("sets"))
    tissues.push_back(Tissue::from_values(set.at("tissue").get<std::array<double, 8>>()));
  Signals s;
  Simulator(sequence, TissueDomain::of(tissues)).simulate(tissues, s);
  const auto echoes = golden.at("echoes").get<std::vector<int>>();
  ASSERT_GE(echoes.size(), 20u);
  for (std::size_t t = 0; t < tissues.size(); ++t)
    for (std::size_t i = 0; i < echoes.size(); ++i) {
      const json& set = golden.at("sets")[t];
      const std::complex<double> expected(set.at("re")[i], set.at("im")[i]);
      // The slow integrator is good to about 1e-8; 1e-6 of the largest echo is the promise.
      EXPECT_LT(std::abs(s(echoes[i], t) - expected), 1e-6 * s.col(t).cwiseAbs().maxCoeff()) << t << ' ' << echoes[i];
    }
}

}  // namespace
}  // namespace crbrt::physics
