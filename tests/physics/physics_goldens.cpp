// SPDX-License-Identifier: Apache-2.0
// Makes tests/golden/protocol_signals.json: echoes of our own protocol from the slow integrator.
#include <fstream>
#include <iostream>

#include "base/json.h"
#include "physics/io/sequence_io.h"
#include "tests/physics/short_train.h"
#include "tests/physics/slow_integrator.h"

int main() {
  using namespace crbrt;
  const std::string root = CRBRT_SOURCE_DIR;
  const physics::Sequence sequence = physics::read_sequence(root + "/models/protocol/crbrt1142.json");
  std::vector<int> echoes{0, 1, 2};
  for (int k = 50; k < 1142; k += 50) echoes.push_back(k);
  base::Json golden{{"echoes", echoes}, {"sequence_sha256", sha256_of(sequence)}};
  for (const physics::Tissue& tissue : tests::brain_tissues()) {
    const auto signal = tests::slow_signal(sequence.cycles.at(0), sequence.tr_s, tissue);
    base::Json set;
    for (int k : echoes) {
      set["im"].push_back(signal[k].imag());
      set["re"].push_back(signal[k].real());
    }
    set["tissue"] = tissue.values();
    golden["sets"].push_back(set);
    std::cout << "tissue " << golden["sets"].size() << " done" << std::endl;
  }
  std::ofstream(root + "/tests/golden/protocol_signals.json") << golden.dump(1) << '\n';
}
