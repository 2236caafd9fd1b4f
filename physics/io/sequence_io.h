// SPDX-License-Identifier: Apache-2.0
/// Sequences, priors and lists of tissues from files. All throw base::InputError naming the file, what was expected and
/// what was found.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/warnings.h"
#include "physics/prior.h"
#include "physics/sequence.h"
#include "physics/tissue.h"

namespace crbrt::physics {

/// JSON {"name": ..., "tr_s": ..., "alpha_rad": [[...], ...], "trf_s": [[...], ...]} (one array per cycle; a flat array is one
/// cycle), or MAT v7.3 / HDF5 with `alpha` and `TRF` of shape [cycles, pulses] as HDF5 shows it; those carry no TR, so
/// `tr_s` is then required. Given for a JSON file, tr_s must agree with the file's. More cycles than a cycle has pulses are
/// refused as transposed, unless the file states their number as n_cycle.
Sequence read_sequence(const std::string& path, std::optional<double> tr_s = std::nullopt);

/// JSON prior (docs/file-formats.md). `tr_s` turns omega0_cycles_per_tr into rad/s; a prior with that key needs it. A
/// distribution around a value that no tissue has is refused: it is in another unit.
Prior read_prior(const std::string& path, std::optional<double> tr_s = std::nullopt);

/// Tissues in CSV: a header with the names of the parameters in any order, then one tissue a line, SI units. Throws
/// base::InputError naming file, line and column. Blank lines are skipped. Values that no tissue has are simulated, and warned
/// of.
std::vector<Tissue> read_tissues(const std::string& path, base::Warnings& warnings);

}  // namespace crbrt::physics
