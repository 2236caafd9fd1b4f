// SPDX-License-Identifier: Apache-2.0
/// The kinds of operations of a network in the other words that the loader speaks: of programs, of files, of texts. What a new
/// operation needs of the loader stands in operation_kinds.cpp.
#pragma once

#include <string>
#include <vector>

#include "crbrt/network.hpp"
#include "model_generated.h"
#include "runtime/loader/src/field_checks.h"

namespace crbrt::loader {

/// What an operation of a folded network becomes.
OpKind float_kind(OperationKind kind) noexcept;

/// What it becomes in integers, where its input is `in`.
OpKind integer_kind(OperationKind kind, Number in) noexcept;

/// The weights of an activation in integers, as its kernel takes them; none for ReLU.
std::vector<float> integer_weights(const Operation& op);

/// "relu", as texts of layers name an activation.
std::string activation_text(const Operation& op);

/// Makes `to` the activation of `from`: kind and weights. False where the layer has none or an unknown one.
bool read_activation(const fbs::Dense& from, Operation& to, const std::string& field, Checks& checks);

void write_activation(const Operation& op, fbs::DenseT& to);

}  // namespace crbrt::loader
