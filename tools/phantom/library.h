// SPDX-License-Identifier: Apache-2.0
/// Simulated fingerprints for a brain of millions of voxels: tissues are drawn per class and per cell of off-resonance and
/// transmit field, and every voxel takes an entry of its class and cell. A voxel's truth is its entry's, exactly.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crbrt/loader.hpp"
#include "physics/basis.h"
#include "physics/estimand.h"
#include "physics/simulator.h"
#include "tools/phantom/brain.h"

namespace crbrt::phantom {

/// What the fingerprints are made with, and what is recorded of them.
struct Physics {
  physics::Sequence sequence;
  physics::Basis basis;
  std::vector<physics::Estimand> estimands;
};

struct Library {
  Eigen::MatrixXcf coefficients;         ///< [n_coeff, entry] at M0 = 1
  Eigen::MatrixXf truth;                 ///< [estimand, entry]
  Eigen::MatrixXf bound;                 ///< [estimand, entry] at M0 = sigma = 1
  std::vector<std::size_t> first_entry;  ///< of each cell, and one past the last
};

/// The cell of every voxel of the brain.
struct Cells {
  std::vector<std::uint32_t> of_voxel;  ///< [index into Brain::voxels]
  std::vector<std::size_t> count;       ///< voxels of each cell
};
Cells assign_cells(const Brain& brain);

/// About `n_entry` fingerprints, shared out by the number of voxels that need them, at least four for each cell in use.
/// The result does not depend on the number of threads.
Library build_library(const Cells& cells, const Physics& physics, std::size_t n_entry, std::uint64_t seed, unsigned threads);

/// Sequence and basis of the model of `path`; no estimands yet. Throws InputError for a model that does not carry its basis,
/// and DisagreementError unless the sequence is the model's.
Physics read_physics(const Model& model, const std::string& path, const std::string& sequence,
                     std::optional<double> tr_s = std::nullopt);

}  // namespace crbrt::phantom
