/// From verified FlatBuffer tables to checked plain structs: what a field may hold is decided here and nowhere else.
#pragma once

#include "crbrt/loader.hpp"
#include "runtime/loader/src/field_checks.h"
#include "runtime/loader/src/network.h"

namespace crbrt::fbs {
struct Model;
}

namespace crbrt::loading {

/// Verifier, format version, then every field. `network` views `flatbuffer`, which must be aligned to 8 bytes.
LoadResult read_flatbuffer(View1<const std::uint8_t> flatbuffer, Network& network, ModelInfo& info);

/// Preprocessing, layers and outputs. n_coeff comes from the protocol.
void read_network(const fbs::Model& model, Network& network, Checks& checks);

/// Protocol, provenance and test vector.
void read_info(const fbs::Model& model, ModelInfo& info, Checks& checks);

/// The integer form: scalars and texts; sizes against the layers are the matter of lower_fixed().
void read_fixed(const fbs::Model& model, Network& network, ModelInfo& info, Checks& checks);

/// Does the basis [n_frame, n_coeff], column-major, hash to `sha256`, and are its columns orthonormal?
void check_basis(const std::vector<double>& basis, std::size_t n_coeff, std::string_view sha256, Checks& checks);

}  // namespace crbrt::loading
