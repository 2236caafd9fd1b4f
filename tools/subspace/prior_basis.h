/// The subspace that a prior's fingerprints span, found from draws that no data set shares.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "physics/prior.h"
#include "physics/simulator.h"

namespace crbrt::subspace {

/// What a subspace keeps as well as its rank allows: the energy of the signals (leading singular vectors, as [paper]), or the
/// bound of pool size, T1 and T2 (their efficient estimators' directions beside the signals).
enum class BasisKind { svd, crb };
std::string_view name(BasisKind kind) noexcept;
std::optional<BasisKind> basis_kind_from_name(std::string_view text) noexcept;

/// [n_frame, rank] orthonormal, from draws 0 .. count - 1 of Stream::basis. `advance` is called with the number of draws of
/// every block. Throws std::invalid_argument when rank exceeds what the draws span.
Eigen::MatrixXd prior_basis(const physics::Simulator& simulator, const physics::Prior& prior, physics::T1Model t1_model,
                            std::uint64_t seed, std::uint64_t count, Eigen::Index rank, BasisKind kind,
                            const std::function<void(std::uint64_t)>& advance);

}  // namespace crbrt::subspace
