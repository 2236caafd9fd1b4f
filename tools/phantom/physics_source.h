/// What a phantom is simulated with: a sequence, and the basis of the model that will map it.
#pragma once

#include <optional>
#include <string>

#include "crbrt/loader.hpp"
#include "tools/phantom/library.h"

namespace crbrt::phantom {

/// Throws InputError for a model that is refused or does not hold its basis.
Model load_with_basis(const std::string& path);

/// Sequence and basis of the model; no estimands yet. Throws DisagreementError unless the sequence is the model's.
Physics read_physics(const Model& model, const std::string& sequence, std::optional<double> tr_s = std::nullopt);

}  // namespace crbrt::phantom
