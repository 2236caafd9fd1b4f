// SPDX-License-Identifier: Apache-2.0
/// Numbers that models shall reach, from a file (docs/evaluation.md, "Goals"), beside the measured ones. Without a file there
/// are no goals: what counts as good is the reader's decision, not the program's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/goal_file.h"
#include "tools/report/measured.h"
#include "tools/report/page.h"

namespace crbrt::report {

/// What the best estimator could reach, where it was estimated; 0: not known.
struct Floor {
  double loss = 0, loss_snr100 = 0, bias2_snr50 = 0;
};

/// Goals of the best CRB-trained model up to a number of multiply-adds, and of the best bias-reduced one (the twin).
struct SizeGoals {
  double macs = 0;                                       ///< of a voxel, at most
  double loss = 0, loss_snr100 = 0;                      ///< at most
  double twin_bias2_snr50 = 0, twin_variance_snr50 = 0;  ///< over the bound, at most
  double margin = 0;                                     ///< above the floor, where the floor lies above the number
  std::string name() const;                              ///< "<= 4.5k"
};

struct Goals {
  struct Range {
    double low = 0, high = 0;
  };
  base::GoalTrains trains{};       ///< whose models are judged
  std::vector<SizeGoals> sizes{};  ///< by multiply-adds, rising
  bool loss_below_paper = false;
  std::optional<double> grid_bias_t2_free_s{};  ///< mean |bias| on the T1-T2f grid, at most
  bool grid_bias_below_mse_twin = false;
  std::optional<Range> within_1_std{}, within_2_std{};  ///< share of true values, every output, SNR 10, 20, 50, 100
  std::optional<double> roc_area_snr50{};               ///< at least, against every kind of foreign voxel but these
  std::vector<std::string> roc_not_judged{};            ///< parts of names
};

/// Reads "estimators" of a file of goals. Throws base::InputError.
Goals read_goals(const std::string& path);

/// The number, or the floor plus margin where the floor lies above it.
double bar(double number, double floor, double margin);

/// One goal and what became of it.
struct Goal {
  enum class State { pass, fail, not_measured } state = State::not_measured;
  std::string what, model, goal, measured;
};

/// For models of one sequence and basis. Every goal gives a row, measured or not: what is missing must show.
std::vector<Goal> judged(const Goals& goals, const std::vector<const Measured*>& measured, const Floor& floor);

Table goal_table(const std::vector<Goal>& goals);

}  // namespace crbrt::report
