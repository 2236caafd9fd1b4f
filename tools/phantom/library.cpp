// SPDX-License-Identifier: Apache-2.0
// One stream of random numbers per cell and batches within a cell: threads cannot matter.
#include "tools/phantom/library.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "base/error.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "physics/io/sequence_io.h"
#include "tools/phantom/brain.h"
#include "tools/volume/model_basis.h"

namespace crbrt::phantom {
namespace {

// Fine enough that a map of truth looks smooth: 11 Hz and 0.025.
constexpr std::size_t n_omega0 = 20, n_b1 = 16;
constexpr std::size_t n_cell = tissue_classes.size() * n_omega0 * n_b1;

std::size_t bin(double value, double low, double high, std::size_t n) {
  const double position = (value - low) / (high - low) * static_cast<double>(n);
  return static_cast<std::size_t>(std::clamp(position, 0.0, static_cast<double>(n) - 1));
}

double inside_bin(std::size_t index, double low, double high, std::size_t n, double fraction) {
  return low + (high - low) * (static_cast<double>(index) + fraction) / static_cast<double>(n);
}

std::size_t cell_of(TissueClass tissue, const Position& p) {
  const auto c = static_cast<std::size_t>(tissue) - 1;
  return (c * n_omega0 + bin(omega0_relative(p), -omega0_limit, omega0_limit, n_omega0)) * n_b1 +
         bin(b1_rel(p), b1_min_rel, b1_max_rel, n_b1);
}

std::vector<physics::Tissue> draw_cell(std::size_t cell, std::size_t n, double tr_s, std::uint64_t seed) {
  physics::CounterRandom random(seed, physics::Stream::phantom, cell);
  std::vector<physics::Tissue> tissues;
  for (std::size_t i = 0; i < n; ++i) {
    const double omega0 = inside_bin(cell / n_b1 % n_omega0, -omega0_limit, omega0_limit, n_omega0, random.uniform());
    const double b1 = inside_bin(cell % n_b1, b1_min_rel, b1_max_rel, n_b1, random.uniform());
    tissues.push_back(draw_tissue(tissue_classes[cell / (n_omega0 * n_b1)], omega0 * std::numbers::pi / tr_s, b1, random));
  }
  return tissues;
}

/// Fills the entries first .. first + tissues.size() of the library.
void simulate(const physics::Simulator& simulator, const Physics& physics, const std::vector<physics::Tissue>& tissues,
              std::size_t first, Library& library) {
  physics::Signals coefficients, jacobian;
  simulator.simulate_projected(tissues, physics.basis, coefficients, jacobian);
  for (std::size_t t = 0; t < tissues.size(); ++t) {
    const auto column = static_cast<Eigen::Index>(t), entry = static_cast<Eigen::Index>(first + t);
    constexpr auto n_p = static_cast<Eigen::Index>(physics::n_parameter);
    const auto bounds =
        physics::cramer_rao_bound(coefficients.col(column), jacobian.middleCols(column * n_p, n_p), physics::T1Model::apparent);
    library.coefficients.col(entry) = coefficients.col(column).cast<std::complex<float>>();
    for (std::size_t q = 0; q < physics.estimands.size(); ++q) {
      const auto row = static_cast<Eigen::Index>(q);
      library.truth(row, entry) = static_cast<float>(physics.estimands[q].value(tissues[t], coefficients.col(column).norm()));
      library.bound(row, entry) =
          static_cast<float>(physics.estimands[q].bound(tissues[t], bounds, physics::T1Model::apparent));
    }
  }
}

}  // namespace

// The model's basis is of one sequence only, so the hashes decide.
Physics read_physics(const Model& model, const std::string& path, const std::string& sequence, std::optional<double> tr_s) {
  const ModelInfo& info = model.info();
  physics::Basis basis = volume::basis_of_model(model, path);
  Physics physics{.sequence = physics::read_sequence(sequence, tr_s), .basis = std::move(basis), .estimands = {}};
  if (const std::string found = physics::sha256_of(physics.sequence); found != info.sequence_sha256)
    throw base::DisagreementError(sequence, "the sequence of model " + info.name + " (" + info.sequence_sha256 + ")", found);
  return physics;
}

Cells assign_cells(const Brain& brain) {
  Cells cells{.of_voxel = {}, .count = std::vector<std::size_t>(n_cell)};
  for (const std::size_t voxel : brain.voxels) {
    const std::size_t cell = cell_of(brain.tissue[voxel], brain.position(voxel));
    cells.of_voxel.push_back(static_cast<std::uint32_t>(cell));
    ++cells.count[cell];
  }
  return cells;
}

Library build_library(const Cells& cells, const Physics& physics, std::size_t n_entry, std::uint64_t seed, unsigned threads) {
  Library library;
  library.first_entry = {0};
  for (const std::size_t count : cells.count) {
    const std::size_t share = (n_entry * count + cells.of_voxel.size() / 2) / cells.of_voxel.size();
    library.first_entry.push_back(library.first_entry.back() + (count == 0 ? 0 : std::max<std::size_t>(4, share)));
  }
  const auto total = static_cast<Eigen::Index>(library.first_entry.back());
  const auto n_quantity = static_cast<Eigen::Index>(physics.estimands.size());
  library.coefficients.resize(physics.basis.cols(), total);
  library.truth.resize(n_quantity, total);
  library.bound.resize(n_quantity, total);

  const physics::Simulator simulator(physics.sequence,
                                     {.t2_semi_min_s = 7e-6, .t2_semi_max_s = 13e-6, .b1_max_rel = b1_max_rel});
  base::Progress progress("simulating", static_cast<std::uint64_t>(total));
  base::for_each_index(n_cell, threads, [&](unsigned, std::size_t cell) {
    const std::size_t first = library.first_entry[cell], n = library.first_entry[cell + 1] - first;
    if (n == 0) return;
    simulate(simulator, physics, draw_cell(cell, n, physics.sequence.tr_s, seed), first, library);
    progress.advance(n);
  });
  return library;
}

}  // namespace crbrt::phantom
