// SPDX-License-Identifier: Apache-2.0
/// The basis that a file of any kind holds, as --basis names it, checked against whose frames it has to compress.
#pragma once

#include <optional>
#include <string>

#include "base/warnings.h"
#include "physics/basis.h"
#include "physics/sequence.h"

namespace crbrt::volume {

/// Whose frames a basis compresses.
struct FramesOf {
  std::string sequence_name, sequence_sha256;
  std::optional<std::size_t> n_frame;  ///< empty: of any number, because only coefficients are known
};

/// The leading `rank` columns (0: all) of the basis in `spec`, a model (.crbm) or what read_basis() knows. Throws
/// base::InputError, and base::DisagreementError when basis and sequence do not fit.
physics::Basis load_basis(const std::string& spec, int rank, const FramesOf& frames, base::Warnings& warnings);
physics::Basis load_basis(const std::string& spec, int rank, const physics::Sequence& sequence, base::Warnings& warnings);

}  // namespace crbrt::volume
