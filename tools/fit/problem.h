// SPDX-License-Identifier: Apache-2.0
/// The command line of crbrt-fit, and the sequence, basis and prior that it names, read and checked before a voxel is touched.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/warnings.h"
#include "physics/nlls/fitter.h"
#include "physics/prior.h"
#include "physics/sequence.h"
#include "tools/volume/image_run.h"

namespace crbrt::fit {

struct Options {
  volume::ImageOptions image;
  std::string sequence;
  std::optional<double> tr_s;
  std::string basis;
  int rank = 0;                              ///< 0: as many as the input has coefficients
  std::string prior;                         ///< empty: the distributions of [paper]
  std::optional<physics::T1Model> t1_model;  ///< empty: the prior's
  std::string start_maps;                    ///< folder of maps to start from; empty: draws from the prior
  bool neighbours = false;                   ///< voxels try what their neighbours ended at
  std::vector<std::string> wanted;           ///< keys of quantities; empty: physics::FitSettings::wanted
  std::size_t n_voxel = 0;                   ///< 0: every voxel of the mask
  bool resume = false;                       ///< fits of an earlier run that was stopped are used
  physics::FitSettings settings;             ///< all but the T1 model
};

/// Empty when --help or --version was printed. Throws base::UsageError.
std::optional<Options> parse_options(int argc, char** argv);

struct Problem {
  physics::Sequence sequence;
  physics::Basis basis;
  physics::Prior prior;
  physics::FitSettings settings;

  physics::Unknowns unknowns() const { return prior.unknowns(settings.t1_model); }
};

/// Throws base::InputError, and base::DisagreementError when basis and sequence do not fit, or the rank is too low to fit with.
Problem read_problem(const Options& options, base::Warnings& warnings);

/// Published bases have a hundred columns, scans a dozen coefficients. Without --rank, a basis of more columns than the input
/// has coefficients is cut to the leading ones, which `warnings` says, because no file tells that they are the scan's. Throws
/// as read_problem() does.
void fit_basis_to(std::size_t n_coeff, const Options& options, Problem& problem, base::Warnings& warnings);

/// Tabulates, draws and simulates the starting points. Throws base::InputError where the simulator refuses the sequence.
physics::Fitter make_fitter(const Options& options, const Problem& problem);

}  // namespace crbrt::fit
