// SPDX-License-Identifier: Apache-2.0
/// One sentence of a verdict with the number behind it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace crbrt::verdict {

enum class State {
  pass,          ///< measured, and the goal is reached
  fail,          ///< measured, and it is not: the model is not fit
  note,          ///< worth knowing, decides nothing
  not_measured,  ///< the sentence says how to
  next,          ///< what to change
};
const char* name(State state) noexcept;  ///< "pass", "fail", "note", "not_measured", "next"

struct Finding {
  State state = State::note;
  std::string rule;    ///< key of docs/verdict.md: "encoded", "data_share", ...
  std::string output;  ///< name, or empty where it is about all of them
  std::string sentence;
  base::Json measured{};  ///< number, or [lowest, highest]
  base::Json goal{};      ///< likewise; null where there is none
  std::optional<double> snr{};
};
using Findings = std::vector<Finding>;

}  // namespace crbrt::verdict
