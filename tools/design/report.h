// SPDX-License-Identifier: Apache-2.0
/// What comes out: what trains can measure, side by side (costs, relative bounds, RF load, and what a basis of low rank loses),
/// and a train as text and as a picture.
#pragma once

#include <string>
#include <vector>

#include "physics/sequence.h"
#include "tools/design/problem.h"
#include "tools/design/train_cost.h"

namespace crbrt::design {

/// sqrt(CRB) of the compressed over that of the time domain, for prior fingerprints: median and 90th percentile.
struct InformationLoss {
  PerQuantity median{}, p90{};
};

struct TrainReport {
  std::string label;
  physics::RfLoad load;
  double largest_step_rad = 0;  ///< between two balanced pulses
  TrainResult svd, crb;         ///< time domain (the same in both) and compressed with either basis
  InformationLoss svd_loss, crb_loss;
};

/// `n_basis` draws span the bases, `n_draw` others are measured.
TrainReport measure(const std::string& label, const physics::Sequence& sequence, const Problem& problem, const TrainCost& cost,
                    std::uint64_t n_basis, std::uint64_t n_draw);

std::string report_text(const Problem& problem, const std::vector<TrainReport>& trains);
std::string report_json(const Problem& problem, const std::vector<TrainReport>& trains);

/// {"name", "tr_s", "alpha_rad": [...], "trf_s": [...]}: one cycle, as physics::read_sequence wants it.
std::string json_text(const physics::Sequence& sequence);

/// Header "pulse,alpha_rad,trf_s", then one pulse a row, counted from 1.
std::string csv_text(const physics::Sequence& sequence);

/// Flip angle and duration over the pulses as a PNG, written atomically. Throws base::OutputError, also where gnuplot fails.
void plot_train(const physics::Sequence& sequence, const std::string& path);

}  // namespace crbrt::design
