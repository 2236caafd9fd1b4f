// SPDX-License-Identifier: Apache-2.0
/// A small sequence as a JSON file: long enough for a bound of every parameter, short enough for tests.
#pragma once

#include <cmath>
#include <sstream>
#include <string>

#include "tests/support/temporary_folder.h"

namespace crbrt::tests {

inline std::string short_sequence(const TemporaryFolder& folder, int n_pulse = 120, double peak_rad = 1.6) {
  std::ostringstream alpha, trf;
  for (int k = 0; k < n_pulse; ++k) {
    alpha << (k == 0 ? "3.14" : ",") << (k == 0 ? "" : std::to_string(peak_rad * std::pow(std::sin(0.07 * k), 2)));
    trf << (k == 0 ? "" : ",") << (k == 0 ? 5e-4 : 1e-4 + 3e-4 * std::pow(std::sin(0.031 * k), 2));
  }
  return folder.file("short.json", "{\"name\": \"short\", \"tr_s\": 0.0035, \"alpha_rad\": [" + alpha.str() +
                                       "], \"trf_s\": [" + trf.str() + "]}");
}

inline const std::string example_prior = CRBRT_SOURCE_DIR "/docs/examples/prior.json";
inline const std::string example_tissues = CRBRT_SOURCE_DIR "/docs/examples/tissues.csv";
inline const std::string example_sequence = CRBRT_SOURCE_DIR "/docs/examples/sequence.json";

}  // namespace crbrt::tests
