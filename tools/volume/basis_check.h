// SPDX-License-Identifier: Apache-2.0
/// Coefficients mean something in one basis only: whatever names a basis must name the right one.
#pragma once

#include <cstddef>
#include <string>

#include "base/json.h"
#include "base/warnings.h"
#include "physics/basis.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {

struct ExpectedBasis {
  physics::BasisIdentity identity;
  std::size_t n_coeff = 0;  ///< columns
  std::string owner;        ///< who expects it, for messages: "model v3p2_lean"
};

enum class BasisCheck {
  verified,  ///< the input's basis is the expected one
  unknown,   ///< nothing says in which basis the input was made
};

/// Compares the expected basis with `basis` (an array of any format that images come in, of which the leading columns count, or
/// a model M.crbm; empty: not given) and with the keys basis_sha256 and basis_sha256_single (or BasisSHA256, BasisSHA256Single)
/// of the JSON sidecars of the input's files, where there are any; digits above 9 may be capitals, blanks around them do not
/// count. A basis that was rounded to single precision is the same (physics::is_same). A sidecar that is not JSON, or holds no
/// text there, says nothing, with a warning.
/// Throws DisagreementError for another basis, InputError for a file that cannot be read.
BasisCheck check_basis(const ExpectedBasis& expected, const std::string& basis, const std::vector<FileSpec>& input,
                       base::Warnings& warnings);

/// The digits of a hash as people and other systems write them: blanks around them, "sha256:" before them, capitals.
std::string hash_digits(std::string text);

/// Its value in sidecars: true, or "unknown".
base::Json to_json(BasisCheck check);

}  // namespace crbrt::volume
