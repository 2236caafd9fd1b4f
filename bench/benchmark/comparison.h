/// Every estimator on the same voxels, in turns.
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
  std::unique_ptr<Estimator> estimator;        ///< null afterwards
  std::map<double, Eigen::ArrayXXd> values{};  ///< by SNR: [output, fingerprint * realisation]
  std::map<double, std::vector<double>> us{};  ///< by SNR: [turn] of processor time a voxel
};

struct Models {
  Model small, full;         ///< brain_v2 and brain_v2_full
  std::string forward_path;  ///< of a model with a forward part; empty: there is none
  Model forward;             ///< empty: there is none
};

std::vector<Row> compare_estimators(const Problem& problem, const Models& models, const Dictionary& of_3,
                                    const Dictionary& of_4, const BenchmarkOptions& options);

}  // namespace crbrt::bench
