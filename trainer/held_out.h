// SPDX-License-Identifier: Apache-2.0
/// Which fingerprints of a set are held out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "trainer/config.h"

namespace crbrt::trainer {

/// Of n: a seeded draw, because listed sets may be sorted; at least one. Throws base::DisagreementError naming `file` where
/// none would be left.
std::vector<bool> held_out_of(std::size_t n, const ValidationConfig& config, std::uint64_t seed, const std::string& file);

/// Throws base::DisagreementError naming `file` unless there are two to train on and one to hold out.
void expect_enough(std::size_t n_training, std::size_t n_validation, std::size_t n_dropped, const std::string& file);

}  // namespace crbrt::trainer
