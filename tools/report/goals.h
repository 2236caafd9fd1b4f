/// The numbers asked for, beside the measured ones.
#pragma once

#include <string>
#include <vector>

#include "tools/report/measured.h"
#include "tools/report/page.h"

namespace crbrt::report {

/// What the best estimator could reach, where it was estimated; 0: not known.
struct Floor {
  double loss = 0, loss_snr100 = 0, bias2_snr50 = 0;
};

struct Size {
  std::string name;
  double macs;                            ///< at most
  double loss, loss_snr100, bias2_snr50;  ///< at most
  double margin;                          ///< above the floor, where the floor lies above the number
};
const std::vector<Size>& sizes();

/// The number, or the floor plus margin where the floor lies above it.
double bar(double asked, double floor, double margin);

struct Goal {
  enum class State { pass, fail, not_measured } state = State::not_measured;
  std::string what, model, asked, measured;
};

/// For models of one sequence and basis: sizes, paper, grid, coverage, ROC.
std::vector<Goal> goals_of(const std::vector<const Measured*>& measured, const Floor& floor);

Table goal_table(const std::vector<Goal>& goals);

/// One row per model: multiply-adds, losses, bias and variance.
Table model_table(const std::vector<Measured>& measured);
Table coverage_table(const std::vector<Measured>& measured);
Table roc_table(const std::vector<Measured>& measured);
Table grid_table(const std::vector<Measured>& measured);
Table nlls_table(const std::vector<Measured>& measured);

}  // namespace crbrt::report
