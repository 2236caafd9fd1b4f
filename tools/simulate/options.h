/// The command line of crbrt-simulate.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "physics/crb.h"
#include "tools/subspace/prior_basis.h"

namespace crbrt::simulate {

struct Options {
  std::string sequence;
  std::optional<double> tr_s;
  std::string out;
  std::string basis;                                          ///< empty: none, or made with the training set
  subspace::BasisKind basis_kind = subspace::BasisKind::svd;  ///< of a basis that is made
  int rank = 0;                                               ///< 0: all columns of the basis
  std::optional<physics::T1Model> t1_model;                   ///< empty: the prior's, or apparent
  unsigned threads = 1;
  std::string command;

  std::string tissues;  ///< a CSV file: the list mode
  bool derivatives = false;

  std::string prior;  ///< a JSON file: the training-set mode
  std::uint64_t count = 0;
  std::uint64_t seed = 0;
  std::uint64_t shard = 0, n_shard = 1;
};

/// Empty when --help or --version was printed. Throws base::UsageError.
std::optional<Options> parse_options(int argc, char** argv);

}  // namespace crbrt::simulate
