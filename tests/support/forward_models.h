// SPDX-License-Identifier: Apache-2.0
/// Small, valid forward parts in plain structs, for tests of the loader and of programs. Needs crbrt_test_models.
#pragma once

#include "tests/support/model_builder.h"

namespace crbrt::tests {

enum class PhaseForm { features, table };

/// A forward part alone, of the sequence and basis of `estimator`: three inputs, one hidden layer, random weights, a test
/// vector that the scalar kernels gave.
ModelFile forward_alone(const ModelFile& estimator, PhaseForm form);

/// What `isa` makes of tissues [n, n_input]: coefficients [n, 2 n_coeff].
std::vector<float> coefficients_of(const ForwardProgram& program, const std::vector<double>& tissues, Isa isa);

}  // namespace crbrt::tests
