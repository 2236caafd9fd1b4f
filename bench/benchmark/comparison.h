// SPDX-License-Identifier: Apache-2.0
/// Every estimator, and all of them on the same voxels, in turns.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/benchmark/estimator.h"
#include "bench/benchmark/measure.h"

namespace crbrt::bench {

inline constexpr std::array<double, 3> benchmark_snrs{20, 50, 100};

/// One estimator, and what came of it.
struct Row {
  std::string name, configuration;
  std::unique_ptr<Estimator> estimator;
  std::map<double, Eigen::ArrayXXd> values{};  ///< by SNR: [output, fingerprint * realisation]
  std::map<double, std::vector<double>> us{};  ///< by SNR: [turn] of processor time a voxel
};

struct Models {
  Model small, full;         ///< brain_v2 and brain_v2_full
  Model start;               ///< whose estimates warm fits and refinements start from
  std::string forward_path;  ///< of a model with a forward part
  Model forward;
};

/// A row for the network in float, and one for the integers that the file carries.
void add_network(std::vector<Row>& rows, const std::string& name, const Model& model,
                 const std::vector<physics::Estimand>& outputs);

/// All estimators of the comparison, with the fits behind them. What it is made of outlives it.
class Lineup {
 public:
  Lineup(const Problem& problem, const Models& models, const Dictionary& of_3, const Dictionary& of_4);
  ~Lineup();

  std::vector<Row> rows;

 private:
  struct Fitters;
  std::unique_ptr<Fitters> fitters_;
};

/// Fills `values` and `us` of the rows.
void take_turns(const Problem& problem, const BenchmarkOptions& options, std::vector<Row>& rows);

}  // namespace crbrt::bench
