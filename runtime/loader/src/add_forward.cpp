// SPDX-License-Identifier: Apache-2.0
/// A forward part beside an estimator: both have to be of one sequence and one basis.
#include "crbrt/network.hpp"
#include "runtime/loader/src/field_checks.h"

namespace crbrt {
namespace {

/// One basis, or one after the rounding to single precision (docs/file-formats.md, Hashes).
bool is_same_basis(const ModelInfo& a, const ModelInfo& b) {
  for (const std::string* of_a : {&a.basis_sha256, &a.basis_sha256_single})
    for (const std::string* of_b : {&b.basis_sha256, &b.basis_sha256_single})
      if (!of_a->empty() && *of_a == *of_b) return true;
  return false;
}

}  // namespace

LoadResult add_forward(const ModelFile& from, ModelFile& to) {
  loader::Checks checks;
  checks.expect(from.forward.has_value(), "forward", "a forward part", "none");
  checks.expect(from.info.sequence_sha256 == to.info.sequence_sha256, "protocol.sequence_sha256", to.info.sequence_sha256,
                from.info.sequence_sha256);
  checks.expect(is_same_basis(from.info, to.info), "protocol.basis_sha256", to.info.basis_sha256, from.info.basis_sha256);
  checks.expect(from.info.n_coeff == to.info.n_coeff, "protocol.n_coeff", std::to_string(to.info.n_coeff),
                std::to_string(from.info.n_coeff));
  if (!checks.ok()) return checks.result();
  to.forward = from.forward;
  to.info.forward = from.info.forward;
  return {};
}

}  // namespace crbrt
