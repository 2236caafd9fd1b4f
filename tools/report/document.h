// SPDX-License-Identifier: Apache-2.0
/// The whole report: what goes in, and the page that comes out.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tools/report/figures.h"
#include "tools/report/goals.h"

namespace crbrt::report {

struct Inputs {
  std::string title = "Estimators at the bound";
  std::vector<Measured> measured;
  std::vector<History> histories;
  std::vector<Table> tables;
  std::vector<std::pair<std::string, std::string>> pictures;  ///< title, address
  Floor floor;
  Goals goals;
  bool has_goals = false;  ///< a file of goals was given
  std::string command;
};

std::string document(const Inputs& inputs);

}  // namespace crbrt::report
