// SPDX-License-Identifier: Apache-2.0
/// How a forward model is trained: the JSON file given to crbrt-train with "task": "forward" (docs/forward-models.md), parsed
/// and checked. Unknown keys are errors.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "crbrt/network.hpp"
#include "trainer/config.h"

namespace crbrt::trainer {

/// A feature whose inputs are still names.
struct ForwardFeatureConfig {
  ForwardFunction function = ForwardFunction::identity;
  std::vector<std::string> inputs;
  double factor = 1;
  double offset = 0;
};

/// Functions of the off-resonance that coefficients are sums of.
struct PhaseTableConfig {
  std::size_t rank = 0, intervals = 0;
};

struct ForwardConfig {
  /// What it has in common with an estimator's: name, network, optimiser, schedule, training, validation, licence. Its outputs
  /// are the wanted unknowns, without ranges.
  Config common;
  std::vector<ForwardFeatureConfig> features;
  std::optional<PhaseTableConfig> table;
  double residual_weight = 0;    ///< of the mean squared residual beside that of the wanted unknowns
  double derivative_weight = 0;  ///< of the squared error of derivatives (forward_data.h)
  double loss_draws = 0;         ///< share of the draws that goes by the loss (loss_draw.h)
  bool is_antiperiodic = true;   ///< a period of the off-resonance changes the sign of the signal
};

/// Whether the file asks for a forward model. Throws base::InputError.
bool is_forward_config(const std::string& path);

/// Throws base::InputError.
ForwardConfig read_forward_config(const std::string& path);

}  // namespace crbrt::trainer
