// SPDX-License-Identifier: Apache-2.0
/// A small model that fits a data set or a sequence: random weights, but the right hashes and basis.
#pragma once

#include <fstream>
#include <string>

#include "physics/basis.h"
#include "physics/sequence.h"
#include "tests/support/model_builder.h"

namespace crbrt::tests {

/// The spec in the rank of this basis, with it and its hashes.
inline fbs::ModelT model_for(const physics::Basis& basis, const std::string& sequence_sha256, ModelSpec spec = plain_spec()) {
  spec.n_coeff = static_cast<std::uint32_t>(basis.cols());
  spec.n_frame = static_cast<std::uint32_t>(basis.rows());
  fbs::ModelT model = make_model(spec);
  model.protocol->basis.assign(basis.real().data(), basis.real().data() + basis.real().size());
  model.protocol->basis_imag.assign(basis.imag().data(), basis.imag().data() + basis.imag().size());
  model.protocol->basis_sha256 = physics::sha256_of(basis);
  model.protocol->basis_sha256_single = physics::sha256_single_of(basis);
  model.protocol->sequence_sha256 = sequence_sha256;
  return model;
}

inline std::string write_model(const std::string& path, const fbs::ModelT& model) {
  const std::vector<std::uint8_t> bytes = to_crbm(model);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return path;
}

}  // namespace crbrt::tests
