// SPDX-License-Identifier: Apache-2.0
/// Runs of consecutive draws of a training set (chunks), and the folder that keeps finished ones, so that a killed program does
/// not have to compute them again.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/parts_folder.h"
#include "physics/prior.h"
#include "physics/simulator.h"

namespace crbrt::simulate {

/// Draws are simulated in blocks on one grid of indices, whatever the shards, chunks and threads, so that every fingerprint is
/// the product of the same calls and the union of shards is the same to the bit.
inline constexpr std::uint64_t block_size = 64;
inline constexpr std::uint64_t blocks_per_chunk = 32;

/// Draws that no estimator can be trained on (docs/physics.md): dropped and counted.
struct Dropped {
  std::uint64_t no_signal = 0;        ///< norm below 1e-6 at M0 = 1
  std::uint64_t ill_conditioned = 0;  ///< condition of the column-scaled Jacobian above 1e10
  std::uint64_t no_bound = 0;         ///< a bound that is not finite

  std::uint64_t total() const { return no_signal + ill_conditioned + no_bound; }
  Dropped& operator+=(const Dropped& other);
};

/// Whether a fingerprint of this norm and these bounds is usable; counts it where it is not.
bool is_usable(double norm, const physics::Bounds& bounds, Dropped& dropped);

/// Usable fingerprints, one column each.
struct Fingerprints {
  Eigen::MatrixXcd coefficients;      ///< [n_coeff, n]
  Eigen::MatrixXd parameters;         ///< [n_parameter, n]
  Eigen::MatrixXd crb;                ///< [n_bound, n]
  Eigen::VectorXd signal_per_m0_crb;  ///< [n]
  Eigen::MatrixXcf jacobian;          ///< [n_coeff * n_bound, n] where it is asked for, else without rows
  Dropped dropped;
};

struct TrainingProblem {
  const physics::Prior prior;
  const physics::Unknowns unknowns;
  const std::uint64_t seed;
  const std::uint64_t count;  ///< draws of all shards
  const physics::Simulator simulator;
  const bool derivatives = false;  ///< are they kept?
  /// 0: draw i is fingerprint i. M: fingerprint i is draw i / M at off-resonance i % M of M, in the middle of equal parts of
  /// half a period.
  const std::uint64_t off_resonances = 0;

  std::uint64_t n_block() const { return (count + block_size - 1) / block_size; }
};

/// The draws of blocks [first, last), simulated by `threads` threads. `advance` is called with the draws of each finished
/// block.
Fingerprints simulate_blocks(const TrainingProblem& problem, const physics::Basis& basis, std::uint64_t first,
                             std::uint64_t last, unsigned threads, const std::function<void(std::uint64_t)>& advance);

/// The columns of all parts, one after another.
Fingerprints joined(const std::vector<Fingerprints>& parts);

/// What a killed run leaves for its successor: a folder OUT.partial with the arguments, the basis and finished chunks, each
/// written atomically and sealed. Used only by a run with the same arguments, by one at a time, and removed once the data set
/// is written. A part that is damaged, or is no part of this run in this place, counts as absent and is warned of.
class TrainingParts {
 public:
  /// Opens or makes the folder. Throws base::InputError when it holds the parts of another command (`arguments` differs); the
  /// arguments of one that failed before it had any part are replaced. Throws base::OutputError where another run has it.
  TrainingParts(const std::string& out, const std::string& arguments, base::Warnings& warnings);

  std::optional<Eigen::MatrixXd> basis() const;
  void save_basis(const Eigen::MatrixXd& basis) const;
  /// `content` says what a chunk holds: its blocks, the basis and the shape.
  std::optional<Fingerprints> chunk(std::uint64_t index, const std::string& content) const;
  void save_chunk(std::uint64_t index, const std::string& content, const Fingerprints& chunk) const;
  void remove() const { folder_.remove(); }

 private:
  base::PartsFolder folder_;
};

}  // namespace crbrt::simulate
