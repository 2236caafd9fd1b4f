// SPDX-License-Identifier: Apache-2.0
/// What the report shows of evaluations: Figures 3 to 8 of [paper] for our models, coverage, ROC curves and the frontier, and
/// the same numbers as tables.
#pragma once

#include <string>
#include <vector>

#include "tools/report/measured.h"
#include "tools/report/page.h"

namespace crbrt::report {

struct Goals;

/// loss.csv of a training.
struct History {
  std::string name, path;
  std::vector<double> epoch, training, validation;
};
/// Throws base::InputError.
History read_history(const std::string& name, const std::string& path);

/// What the loss could be at best, and the goals drawn beside it.
struct Frontier {
  double floor = 0;                              ///< 0: not known
  std::vector<std::pair<double, double>> goals;  ///< multiply-adds, loss
};

// Without anything to show, a figure has no pictures.
Figure convergence_figure(const std::vector<History>& histories);                                // 3
Figure grid_figure(const std::vector<Family>& families);                                         // 4
Figure bias_figure(const std::vector<Family>& families);                                         // 5
Figure std_figure(const std::vector<Family>& families);                                          // 6
Figure snr_figure(const std::vector<Family>& families);                                          // 7
Figure bound_figure(const std::vector<Family>& families);                                        // 8
Figure coverage_figure(const std::vector<Family>& families, const Goals& goals);                 // 9
Figure roc_figure(const std::vector<Family>& families);                                          // 10
Figure frontier_figure(const std::vector<const Measured*>& measured, const Frontier& frontier);  // 11

/// One row per model: multiply-adds, losses, bias and variance.
Table model_table(const std::vector<Measured>& measured);
Table coverage_table(const std::vector<Measured>& measured);
Table roc_table(const std::vector<Measured>& measured);
Table grid_table(const std::vector<Measured>& measured);
Table nlls_table(const std::vector<Measured>& measured);

/// One colour for each kind of network in all figures; a number tells several networks of one kind apart.
std::string colour(Kind kind);
std::string kind_text(Kind kind);

}  // namespace crbrt::report
