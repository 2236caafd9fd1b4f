/// What trains can measure, side by side: costs, relative bounds, RF load, and what a basis of low rank loses.
#pragma once

#include <string>
#include <vector>

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

}  // namespace crbrt::design
