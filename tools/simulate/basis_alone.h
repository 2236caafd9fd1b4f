// SPDX-License-Identifier: Apache-2.0
/// What --basis-only writes.
#pragma once

#include <string>

#include "physics/basis.h"

namespace crbrt::simulate {

struct BasisOrigin {
  std::string sequence_name, sequence_sha256;
  double tr_s = 0;
  std::string provenance;  ///< JSON text
};

/// /basis [n_frame, n_coeff] with the attributes of a data set and n_coeff, and a line that says so. Throws base::OutputError.
void write_basis_alone(const std::string& out, const physics::Basis& basis, const BasisOrigin& origin);

}  // namespace crbrt::simulate
