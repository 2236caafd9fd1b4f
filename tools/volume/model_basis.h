// SPDX-License-Identifier: Apache-2.0
/// The basis inside a model file.
#pragma once

#include <string>

#include "crbrt/loader.hpp"
#include "physics/basis.h"

namespace crbrt::volume {

/// Throws base::InputError naming `path` where the model carries nothing but the hash.
physics::Basis basis_of_model(const Model& model, const std::string& path);

}  // namespace crbrt::volume
