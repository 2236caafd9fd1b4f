// SPDX-License-Identifier: Apache-2.0
/// Files of numbers to reach (docs/evaluation.md, "Goals"): what each begins with, whichever program reads it. Parts of it are
/// for crbrt-report ("estimators"), crbrt-bench ("speed") and crbrt-eval ("verdict").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json_reader.h"

namespace crbrt::base {

/// The pulse trains that goals are for: what is hard to reach follows from what a train encodes.
struct GoalTrains {
  struct Train {
    std::string name, sha256;
  };
  std::vector<Train> named;  ///< empty: goals for any train

  bool hold(std::string_view sequence_sha256) const;
  std::string in_words() const;  ///< "crbrt1142 (d788d3e0097c6952)"
};

struct GoalFile {
  JsonReader json;    ///< the whole file
  GoalTrains trains;  ///< "sequences"
};

/// Throws InputError for what is no file of goals.
GoalFile read_goal_file(const std::string& path);

}  // namespace crbrt::base
