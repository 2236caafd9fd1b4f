// SPDX-License-Identifier: Apache-2.0
// Measures, then prints; percentages at the problem's SNR.
#include "tools/design/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/escaped.h"
#include "base/json.h"
#include "physics/estimand.h"

namespace crbrt::design {
namespace {

constexpr auto n_parameter = static_cast<Eigen::Index>(physics::n_parameter);

bool usable(double norm, const physics::Bounds& bounds) {
  return norm >= physics::min_signal_norm && bounds.condition <= physics::max_condition && bounds.crb.allFinite();
}

InformationLoss summarised(std::vector<double> (&ratios)[n_quantity]) {
  InformationLoss loss;
  for (std::size_t q = 0; q < n_quantity; ++q) {
    std::vector<double>& r = ratios[q];
    if (r.empty()) continue;
    std::sort(r.begin(), r.end());
    loss.median[q] = r[r.size() / 2];
    loss.p90[q] = r[r.size() * 9 / 10];
  }
  return loss;
}

/// Both bases against the time domain, for the first three bounds: pool size, r1, r2 (relative bounds of a time are its
/// rate's).
void measure_losses(const physics::Sequence& sequence, const Problem& problem, const Eigen::MatrixXd (&basis)[2],
                    std::uint64_t n_draw, InformationLoss (&losses)[2]) {
  const physics::Prior& prior = problem.compression.prior;
  const physics::Simulator simulator(sequence, prior.domain());
  std::vector<double> ratios[2][n_quantity];
  for (std::uint64_t i = 0; i < n_draw; i += 16) {
    std::vector<physics::Tissue> tissues;
    for (std::uint64_t k = i; k < std::min(i + 16, n_draw); ++k) tissues.push_back(prior.draw(2, k));
    physics::Signals signals, jacobian;
    simulator.simulate(tissues, signals, jacobian);
    for (Eigen::Index t = 0; t < signals.cols(); ++t) {
      const auto columns = jacobian.middleCols(t * n_parameter, n_parameter);
      const auto time = physics::cramer_rao_bound(signals.col(t), columns, prior.t1_model);
      if (!usable(signals.col(t).norm(), time)) continue;
      for (int b = 0; b < 2; ++b) {
        const Eigen::VectorXcd c = basis[b].transpose() * signals.col(t);
        const auto compressed = physics::cramer_rao_bound(c, basis[b].transpose() * columns, prior.t1_model);
        if (!usable(c.norm(), compressed)) continue;
        for (std::size_t q = 0; q < n_quantity; ++q) {
          const auto at = static_cast<Eigen::Index>(q);
          ratios[b][q].push_back(std::sqrt(compressed.crb[at] / time.crb[at]));
        }
      }
    }
  }
  for (int b = 0; b < 2; ++b) losses[b] = summarised(ratios[b]);
}

double largest_step(const physics::Cycle& cycle) {
  double largest = 0;
  for (std::size_t k = 2; k < cycle.alpha_rad.size(); ++k)
    largest = std::max(largest, std::abs(cycle.alpha_rad[k] - cycle.alpha_rad[k - 1]));
  return largest;
}

/// Sum of relative bounds without weights, of the terms that have one.
double plain_sum(const Problem& problem, const DomainCost& domain) {
  double sum = 0;
  for (std::size_t t = 0; t < problem.tissues.size(); ++t)
    for (std::size_t q = 0; q < n_quantity; ++q)
      if (problem.tissues[t].weight[q] > 0) sum += domain.relative[t][q];
  return sum;
}

template <class... Values>
void append(std::string& text, const char* format, Values... values) {
  char line[256];
  std::snprintf(line, sizeof line, format, values...);
  text += line;
}

}  // namespace

TrainReport measure(const std::string& label, const physics::Sequence& sequence, const Problem& problem, const TrainCost& cost,
                    std::uint64_t n_basis, std::uint64_t n_draw) {
  TrainReport report{label, physics::rf_load(sequence), largest_step(sequence.cycles.front()), {}, {}, {}, {}};
  const Eigen::MatrixXd basis[2] = {cost.basis_of(sequence, subspace::BasisKind::svd, n_basis),
                                    cost.basis_of(sequence, subspace::BasisKind::crb, n_basis)};
  report.svd = cost.evaluate(sequence, basis[0], false);
  report.crb = cost.evaluate(sequence, basis[1], false);
  InformationLoss losses[2];
  measure_losses(sequence, problem, basis, n_draw, losses);
  report.svd_loss = losses[0];
  report.crb_loss = losses[1];
  return report;
}

std::string report_text(const Problem& problem, const std::vector<TrainReport>& trains) {
  std::string text;
  const auto rank = static_cast<int>(problem.compression.rank);
  for (const TrainReport& r : trains) {
    text += base::for_terminal(r.label);  // of any length
    append(text, "\n  RF energy %.5g rad^2/s, B1 rms %.4g uT, B1 peak %.4g uT, largest step %.3f rad\n",
           r.load.energy_rad2_per_s, r.load.b1_rms_ut, r.load.b1_peak_ut, r.largest_step_rad);
    append(text, "  relative CRB at SNR %g, summed:  time domain   svd %d   crb %d\n", problem.snr, rank, rank);
    append(text, "    %-28s  %9.4f  %9.4f  %9.4f\n", "with weights", r.svd.time.cost, r.svd.compressed.cost,
           r.crb.compressed.cost);
    append(text, "    %-28s  %9.4f  %9.4f  %9.4f\n", "without", plain_sum(problem, r.svd.time),
           plain_sum(problem, r.svd.compressed), plain_sum(problem, r.crb.compressed));
    text += "  sqrt, in percent\n";
    for (std::size_t t = 0; t < problem.tissues.size(); ++t)
      for (std::size_t q = 0; q < n_quantity; ++q) {
        std::string name = base::for_terminal(problem.tissues[t].name);  // of any length
        name.resize(std::max<std::size_t>(name.size(), 14), ' ');
        text += "    " + name;
        append(text, " %-13s  %9.2f  %9.2f  %9.2f\n", quantity_names[q], 100 * std::sqrt(r.svd.time.relative[t][q]),
               100 * std::sqrt(r.svd.compressed.relative[t][q]), 100 * std::sqrt(r.crb.compressed.relative[t][q]));
      }
    text += "  sqrt(CRB) over the time domain, prior fingerprints: median (90th percentile)\n";
    for (std::size_t q = 0; q < n_quantity; ++q)
      append(text, "    %-13s  svd %.2f (%.2f)  crb %.2f (%.2f)\n", quantity_names[q], r.svd_loss.median[q], r.svd_loss.p90[q],
             r.crb_loss.median[q], r.crb_loss.p90[q]);
  }
  return text;
}

std::string report_json(const Problem& problem, const std::vector<TrainReport>& trains) {
  base::Json json{{"problem", problem.name}, {"snr", problem.snr}, {"rank", problem.compression.rank}};
  const auto domain = [&](const DomainCost& d) {
    base::Json j{{"weighted_sum", d.cost}, {"plain_sum", plain_sum(problem, d)}};
    for (std::size_t t = 0; t < problem.tissues.size(); ++t)
      for (std::size_t q = 0; q < n_quantity; ++q)
        j["relative_crb"][problem.tissues[t].name][quantity_names[q]] = d.relative[t][q];
    return j;
  };
  for (const TrainReport& r : trains)
    json["trains"].push_back({{"label", r.label},
                              {"energy_rad2_per_s", r.load.energy_rad2_per_s},
                              {"b1_rms_ut", r.load.b1_rms_ut},
                              {"b1_peak_ut", r.load.b1_peak_ut},
                              {"largest_step_rad", r.largest_step_rad},
                              {"time", domain(r.svd.time)},
                              {"svd", domain(r.svd.compressed)},
                              {"crb", domain(r.crb.compressed)},
                              {"loss_svd", {{"median", r.svd_loss.median}, {"p90", r.svd_loss.p90}}},
                              {"loss_crb", {{"median", r.crb_loss.median}, {"p90", r.crb_loss.p90}}}});
  return json.dump(1) + "\n";
}

}  // namespace crbrt::design
