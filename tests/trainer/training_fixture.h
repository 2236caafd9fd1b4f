// SPDX-License-Identifier: Apache-2.0
/// A small, complete training problem: a made-up smooth signal model with exact bounds, so that tests need no simulator run.
#pragma once

#include <string>

#include "physics/io/dataset.h"
#include "trainer/config.h"

namespace crbrt::tests {

/// `n` fingerprints of `n_coeff` coefficients with an apparent T1. Coefficients are smooth functions of m0_semi_frac,
/// r1_free_hz and r2_free_hz, and the bounds are those of these three. Basis: unit columns; hashes are real.
physics::Dataset small_dataset(std::size_t n, std::size_t n_coeff = 5);

/// Outputs m0_semi_frac, t1_apparent_s, t2_free_s; hidden 16, 16; phase, l2 norm and standardisation; 4 epochs.
trainer::Config small_config();

/// Reads `json` the way crbrt-train does.
trainer::Config config_of(const std::string& json);

/// The message with which a configuration is refused; empty when it is accepted.
std::string refusal(const std::string& json);

/// The text of a valid configuration for tests to break.
std::string valid_config_text();

/// A path in the test's own temporary folder.
std::string temporary_path(const std::string& name);

}  // namespace crbrt::tests
