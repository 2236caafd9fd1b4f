// Makes tests/golden/protocol_signals.json: echoes of our own protocol from the slow integrator.
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "physics/io/sequence_io.h"
#include "tests/physics/short_train.h"
#include "tests/physics/slow_integrator.h"

int main() {
  using namespace crbrt;
  const std::string root = CRBRT_SOURCE_DIR;
  const physics::Sequence sequence = physics::read_sequence(root + "/models/protocol/crbrt1142.json");
  nlohmann::json golden{{"sequence_sha256", sha256_of(sequence)}};
  std::vector<int> echoes{0, 1, 2};
  for (int k = 50; k < 1142; k += 50) echoes.push_back(k);
  golden["echoes"] = echoes;
  for (const physics::Tissue& tissue : tests::brain_tissues()) {
    const auto signal = tests::slow_signal(sequence.cycles.at(0), sequence.tr_s, tissue);
    nlohmann::json set{{"tissue", tissue.values()}};
    for (int k : echoes) {
      set["re"].push_back(signal[k].real());
      set["im"].push_back(signal[k].imag());
    }
    golden["sets"].push_back(set);
    std::cout << "tissue " << golden["sets"].size() << " done" << std::endl;
  }
  std::ofstream(root + "/tests/golden/protocol_signals.json") << golden.dump(1) << '\n';
}
