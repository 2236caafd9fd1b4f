// SPDX-License-Identifier: Apache-2.0
/// What crbrt-simulate can be told, and the three things that it does.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.h"
#include "physics/crb.h"
#include "physics/simulator.h"
#include "tools/simulate/foreign_share.h"
#include "tools/subspace/basis.h"

namespace crbrt::simulate {

/// The command line.
struct Options {
  std::string sequence;
  std::optional<double> tr_s;
  std::string out;
  std::string basis;                                          ///< empty: none, or made with the training set
  subspace::BasisKind basis_kind = subspace::BasisKind::svd;  ///< of a basis that is made
  int rank = 0;                                               ///< 0: all columns of the basis
  bool is_rank_or_most = false;              ///< with is_rank_auto: a basis that does not keep them, where none does
  bool is_rank_auto = false;                 ///< the smallest that keeps the bounds of `outputs`
  double rank_factor = 1.25;                 ///< what it may cost them
  bool basis_only = false;                   ///< no fingerprints
  std::optional<physics::T1Model> t1_model;  ///< empty: the prior's, or apparent
  unsigned threads = 1;
  std::string command;

  std::string tissues;  ///< a CSV file: the list mode
  bool derivatives = false;

  std::string prior;  ///< a JSON file: the training-set mode
  std::uint64_t count = 0;
  std::uint64_t seed = 0;
  std::uint64_t shard = 0, n_shard = 1;
  std::uint64_t off_resonances = 0;  ///< of every tissue that is drawn; 0: the prior's own

  std::string from;                        ///< an HDF5 file of another simulator: the dictionary mode
  Share share;                             ///< of its rows
  std::optional<double> snr_min, snr_max;  ///< of its set; empty: 10 and 100
  std::vector<std::string> outputs;        ///< whose bounds a basis of kind crb of --from keeps (empty: all), or --rank auto
};

/// Throws base::InputError where R2sl does not exist for a pulse and a tissue of the domain.
inline physics::Simulator make_simulator(const std::string& path, physics::Sequence sequence,
                                         const physics::TissueDomain& domain) {
  try {
    return physics::Simulator(std::move(sequence), domain);
  } catch (const std::domain_error& error) {
    throw base::InputError(path, "balanced pulses for which the linear semi-solid rate exists", error.what());
  }
}

/// The list mode: signals, derivatives, coefficients and bounds of the tissues in a CSV file.
void simulate_tissue_list(const Options& options);

void make_training_set(const Options& options);

/// The dictionary mode: a training set of fingerprints that another simulator made.
void make_foreign_set(const Options& options);

}  // namespace crbrt::simulate
