// SPDX-License-Identifier: Apache-2.0
// Starts are given as crbrt-map --refine gives them: what the network says, and nothing of the rest.
#include "bench/benchmark/estimator.h"

#include <algorithm>
#include <ctime>
#include <limits>
#include <optional>
#include <utility>

#include "base/bound_session.h"
#include "base/error.h"
#include "physics/nlls/partial_tissue.h"

namespace crbrt::bench {
namespace {

using physics::Tissue;

constexpr std::size_t timed_voxels = 4096;

std::size_t output_index(const Program& program, const std::string& name) {
  for (std::size_t i = 0; i < program.n_output; ++i)
    if (name == program.outputs[i].name) return i;
  throw base::DisagreementError("a network", "an output " + name, "none");
}

void run(base::BoundSession& session, const Program& program, const std::vector<float>& rows, std::vector<float>& estimates,
         std::vector<VoxelStatus>& status) {
  const std::size_t n = rows.size() / (2 * program.n_coeff);
  estimates.resize(n * program.n_output);
  status.resize(n);
  const Status outcome = session->run(Coefficients::rows(rows.data(), n, program.n_coeff),
                                      {.estimates = {estimates.data(), n, program.n_output}, .status = {status.data(), n}});
  if (outcome != Status::ok) throw base::Error(base::exit_internal, message(outcome));
}

std::vector<std::size_t> output_indices(const Program& program, const std::vector<physics::Estimand>& outputs) {
  std::vector<std::size_t> indices;
  for (const physics::Estimand& output : outputs) indices.push_back(output_index(program, output.name()));
  return indices;
}

/// Those outputs of the estimates [voxel, output of the program].
Eigen::ArrayXXd picked(const std::vector<float>& estimates, const Program& program, const std::vector<std::size_t>& outputs) {
  const std::size_t n = estimates.size() / program.n_output;
  Eigen::ArrayXXd values(static_cast<Eigen::Index>(outputs.size()), static_cast<Eigen::Index>(n));
  for (std::size_t v = 0; v < n; ++v)
    for (std::size_t j = 0; j < outputs.size(); ++j)
      values(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(v)) =
          static_cast<double>(estimates[v * program.n_output + outputs[j]]);
  return values;
}

/// The fastest of the passes within `seconds`, and of three at least.
double best_pass_us(base::BoundSession& session, const Program& program, const std::vector<float>& rows, double seconds) {
  const std::size_t n = rows.size() / (2 * program.n_coeff);
  const std::size_t passes_at_once = std::max<std::size_t>(1, timed_voxels / n);  // a clock costs as much as a small pass
  std::vector<float> estimates;
  std::vector<VoxelStatus> status;
  double best = std::numeric_limits<double>::infinity();
  const double start = processor_s();
  for (int pass = 0; pass < 3 || processor_s() - start < seconds; ++pass) {
    const double begin = processor_s();
    for (std::size_t i = 0; i < passes_at_once; ++i) run(session, program, rows, estimates, status);
    best = std::min(best, processor_s() - begin);
  }
  return best * 1e6 / static_cast<double>(n * passes_at_once);
}

class NetworkEstimator : public Estimator {
 public:
  NetworkEstimator(const Program& program, const std::vector<physics::Estimand>& outputs)
      : program_(program), session_(program), outputs_(output_indices(program, outputs)) {}

  Answer estimate(const Voxels& voxels) override {
    std::vector<float> estimates;
    std::vector<VoxelStatus> status;
    run(session_, program_, voxels.rows, estimates, status);
    Answer answer;
    answer.values = picked(estimates, program_, outputs_);
    std::vector<float> many(timed_voxels * 2 * program_.n_coeff);
    for (std::size_t i = 0; i < many.size(); ++i) many[i] = voxels.rows[i % voxels.rows.size()];
    answer.us_per_voxel = best_pass_us(session_, program_, many, 0.01);
    return answer;
  }

 private:
  const Program& program_;
  base::BoundSession session_;
  std::vector<std::size_t> outputs_;
};

class FitEstimator : public Estimator {
 public:
  FitEstimator(const std::vector<physics::Estimand>& outputs, const physics::Refiner& refiner, const Program* network)
      : outputs_(outputs), refiner_(refiner), network_(network) {
    if (network_ != nullptr) session_.emplace(*network_);
  }

  Answer estimate(const Voxels& voxels) override {
    // Pools of draws are made once, with the first voxel, and are no voxel's time.
    if (!is_warm_) {
      refiner_.fitter().fit(voxels.coefficients.leftCols(1));
      if (refiner_.approach() != nullptr) refiner_.approach()->fit(voxels.coefficients.leftCols(1));
    }
    is_warm_ = true;
    const double begin = processor_s();
    std::vector<float> estimates;
    if (network_ != nullptr) estimates = network_estimates(voxels);
    const std::vector<physics::VoxelFit> fits = network_ == nullptr
                                                    ? refiner_.fitter().fit(voxels.coefficients)
                                                    : refiner_.refine(voxels.coefficients, starts_of(estimates, voxels.size()));
    Answer answer;
    answer.us_per_voxel = (processor_s() - begin) * 1e6 / static_cast<double>(voxels.size());
    std::vector<Tissue> tissues;
    for (const physics::VoxelFit& fit : fits) tissues.push_back(fit.tissue);
    answer.values = values_of(outputs_, tissues);
    if (network_ == nullptr || refiner_.fitter().settings().max_refining == 0) return answer;
    const Eigen::ArrayXXd of_network = picked(estimates, *network_, output_indices(*network_, outputs_));
    for (std::size_t v = 0; v < fits.size(); ++v)
      if (fits[v].status == physics::FitStatus::not_converged)
        answer.values.col(static_cast<Eigen::Index>(v)) = of_network.col(static_cast<Eigen::Index>(v));
    return answer;
  }

 private:
  std::vector<float> network_estimates(const Voxels& voxels) {
    std::vector<float> estimates;
    std::vector<VoxelStatus> status;
    run(*session_, *network_, voxels.rows, estimates, status);
    return estimates;
  }

  std::vector<Tissue> starts_of(const std::vector<float>& estimates, std::size_t n_voxel) const {
    std::vector<Tissue> starts;
    for (std::size_t v = 0; v < n_voxel; ++v) {
      physics::PartialTissue known;
      for (std::size_t i = 0; i < network_->n_output; ++i)
        known.set(*physics::find_quantity(network_->outputs[i].name),
                  static_cast<double>(estimates[v * network_->n_output + i]));
      starts.push_back(known.tissue(refiner_.fitter().settings().t1_model));
    }
    return starts;
  }

  const std::vector<physics::Estimand>& outputs_;
  const physics::Refiner& refiner_;
  const Program* network_;
  std::optional<base::BoundSession> session_;
  bool is_warm_ = false;
};

class DictionaryEstimator : public Estimator {
 public:
  DictionaryEstimator(const std::vector<physics::Estimand>& outputs, const Dictionary& dictionary)
      : outputs_(outputs), dictionary_(dictionary) {}

  Answer estimate(const Voxels& voxels) override {
    const double begin = processor_s();
    const std::vector<std::size_t> best = dictionary_.match(voxels.coefficients);
    Answer answer;
    answer.us_per_voxel = (processor_s() - begin) * 1e6 / static_cast<double>(voxels.size());
    std::vector<Tissue> tissues;
    for (const std::size_t entry : best) tissues.push_back(dictionary_.tissue(entry));
    answer.values = values_of(outputs_, tissues);
    return answer;
  }

 private:
  const std::vector<physics::Estimand>& outputs_;
  const Dictionary& dictionary_;
};

}  // namespace

double processor_s() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::unique_ptr<Estimator> network_estimator(const Program& program, const std::vector<physics::Estimand>& outputs) {
  return std::make_unique<NetworkEstimator>(program, outputs);
}

double network_us(const Program& program, std::size_t n_voxel, double seconds) {
  base::BoundSession session(program);
  std::vector<float> rows(n_voxel * 2 * program.n_coeff);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<float>((i * 7919) % 1009) / 1009 - 0.5f;
  return best_pass_us(session, program, rows, seconds);
}

std::unique_ptr<Estimator> fit_estimator(const std::vector<physics::Estimand>& outputs, const physics::Refiner& refiner,
                                         const Program* start_network) {
  return std::make_unique<FitEstimator>(outputs, refiner, start_network);
}

std::unique_ptr<Estimator> dictionary_estimator(const std::vector<physics::Estimand>& outputs, const Dictionary& dictionary) {
  return std::make_unique<DictionaryEstimator>(outputs, dictionary);
}

}  // namespace crbrt::bench
