/// Coefficients mean something in one basis only: whatever names a basis must name the right one.
#pragma once

#include <cstddef>
#include <string>

#include "base/json.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {

struct BasisIdentity {
  std::string sha256;       ///< over its doubles, column-major
  std::size_t n_coeff = 0;  ///< columns
  std::string owner;        ///< who expects it, for messages: "model v3p2_lean"
};

enum class BasisCheck {
  verified,  ///< the input's basis is the expected one
  unknown,   ///< nothing says in which basis the input was made
};

/// Compares the expected basis with `basis` (FILE.h5, FILE.h5:name, FILE.mat:U, of which the leading columns count, or a model
/// M.crbm; empty: not given) and with the keys basis_sha256 and BasisSHA256 of the input's JSON sidecar, where there
/// are any; digits above 9 may be capitals.
/// Throws DisagreementError for another basis, InputError for a file that cannot be read.
BasisCheck check_basis(const BasisIdentity& expected, const std::string& basis, const FileSpec& input);

/// Its value in sidecars: true, or "unknown".
base::Json to_json(BasisCheck check);

}  // namespace crbrt::volume
