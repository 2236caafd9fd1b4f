/// How precisely a pulse train can measure the brain: relative bounds of m0_semi_frac, t1_apparent_s and t2_free_s for white
/// matter, grey matter and CSF, over off-resonance and transmit field, in the time domain and in the subspace that a rank-13
/// SVD of prior fingerprints keeps. A basis is part of the measurement, so a train is judged with its own.
#pragma once

#include <Eigen/Core>
#include <array>
#include <string>
#include <vector>

#include "physics/prior.h"
#include "physics/sequence.h"

namespace crbrt::protocol {

inline constexpr std::size_t n_quantity = 3;
inline constexpr std::array<const char*, n_quantity> quantity_names = {"m0_semi_frac", "t1_apparent_s", "t2_free_s"};

/// Root mean square over the field points of sqrt(CRB) / value, for SNR_max = 1.
struct TissuePrecision {
  std::string tissue;
  std::array<double, n_quantity> time_domain{};
  std::array<double, n_quantity> compressed{};
};

/// Whether the subspace ends sharply at its rank, or fades out there (a smooth function of the train).
enum class Cut { sharp, soft };

class BrainPrecision {
 public:
  /// `n_basis` tissues of the prior span the subspace of `rank`; with 0 nothing is compressed.
  BrainPrecision(const physics::Prior& prior, std::size_t n_basis, Eigen::Index rank);

  std::vector<TissuePrecision> measure(const physics::Sequence& sequence, Cut cut = Cut::sharp) const;

  /// Weighted mean logarithm of the compressed relative bounds: what an optimiser minimises. CSF has next to no semi-solid
  /// pool, so its m0_semi_frac does not count. The cut is soft. A fraction `time_weight` of the time-domain bounds is mixed in.
  double cost(const physics::Sequence& sequence, double time_weight) const;

 private:
  std::vector<physics::Tissue> basis_tissues_, tissues_;
  Eigen::Index rank_;
};

}  // namespace crbrt::protocol
