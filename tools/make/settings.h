// SPDX-License-Identifier: Apache-2.0
/// What a training is told: networks of a size, losses, schedules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "tools/make/plan.h"

namespace crbrt::make {

/// Widths of the five hidden layers of a network of at most so many multiply-adds: those of the shipped models, scaled.
std::vector<std::size_t> hidden_widths(std::uint64_t macs, std::size_t n_coeff, std::size_t n_output);

/// The configuration of a model on `rank` coefficients (docs/training.md).
base::Json settings(const Request& request, const std::string& model, std::uint64_t macs, std::size_t rank);

/// That of its twin, from the model's own.
base::Json twin_settings(base::Json settings, const std::string& twin, const Effort& effort);

inline constexpr std::size_t twin_realisations = 4;

}  // namespace crbrt::make
