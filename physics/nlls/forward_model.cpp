// SPDX-License-Identifier: Apache-2.0
// The simulator behind the interface of forward models.
#include "physics/nlls/forward_model.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace crbrt::physics {
namespace {

Basis checked(Basis basis, const Sequence& sequence) {
  if (static_cast<std::size_t>(basis.rows()) != sequence.n_frame())
    throw std::invalid_argument("expected a basis of " + std::to_string(sequence.n_frame()) + " frames, found " +
                                std::to_string(basis.rows()));
  return basis;
}

}  // namespace

SimulatedModel::SimulatedModel(Sequence sequence, const TissueDomain& domain, Basis basis)
    : basis_(checked(std::move(basis), sequence)), simulator_(std::move(sequence), domain) {}

void SimulatedModel::evaluate(std::span<const Tissue> tissues, Signals& coefficients) const {
  simulator_.simulate_projected(tissues, basis_, coefficients);
}

void SimulatedModel::evaluate(std::span<const Tissue> tissues, Signals& coefficients, Signals& jacobian,
                              Precision precision) const {
  simulator_.simulate_projected(tissues, basis_, coefficients, jacobian, precision);
}

}  // namespace crbrt::physics
