// SPDX-License-Identifier: Apache-2.0
/// A small design problem: two tissues at two fields, 150 pulses, few coefficients.
#pragma once

#include <string>

#include "tests/support/temporary_folder.h"
#include "tools/design/problem.h"

namespace crbrt::design {

inline std::string small_problem_text(const std::string& share = "1") {
  return R"({"name": "small", "tr_s": 0.0035, "n_pulse": 150, "coefficients": {"alpha": 12, "trf": 6}, "snr": 50,
 "limits": {"alpha_max_rad": 2.2, "trf_min_s": 1e-4, "trf_max_s": 5e-4, "energy_rad2_per_s": 1.5e5, "b1_rms_ut": 2.0,
            "b1_peak_ut": 23.5},
 "compression": {"rank": 9, "kind": "crb", "share": )" +
         share + R"(, "prior": ")" CRBRT_SOURCE_DIR R"(/models/priors/paper.json", "draws": 32},
 "tissues": [
  {"name": "a", "m0_semi_frac": 0.12, "t1_apparent_s": 1.1, "t2_free_s": 0.07, "exchange_hz": 26, "t2_semi_s": 1e-5,
   "weight": {"m0_semi_frac": 1, "t1_apparent_s": 10, "t2_free_s": 5}},
  {"name": "b", "m0_semi_frac": 0.05, "t1_apparent_s": 1.8, "t2_free_s": 0.1, "exchange_hz": 42, "t2_semi_s": 9e-6,
   "weight": {"m0_semi_frac": 0.25, "t1_apparent_s": 5, "t2_free_s": 3}}],
 "fields": [{"omega0_cycles_per_tr": 0.1, "b1_rel": 1}, {"omega0_cycles_per_tr": -0.25, "b1_rel": 1.15}]}
)";
}

struct SmallProblem {
  tests::TemporaryFolder folder;
  std::string text = small_problem_text();
  Problem problem = read_problem(folder.file("problem.json", text));
};

}  // namespace crbrt::design
