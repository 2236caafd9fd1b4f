// SPDX-License-Identifier: Apache-2.0
/// Models with an integer form, made from a spec by the quantiser and the embedded sample.
#pragma once

#include "codegen/quantize/quantize_network.h"
#include "tests/support/model_builder.h"

namespace crbrt::tests {

/// Operations that are free to choose write `free`.
fbs::ModelT make_integer_model(const ModelSpec& spec, Number free);

IntegerForm integers_of(const ModelSpec& spec, Number free);

}  // namespace crbrt::tests
