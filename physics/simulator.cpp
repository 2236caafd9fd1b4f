// SPDX-License-Identifier: Apache-2.0
// The public face of the propagation: copies or projects what the cycle runner computes.
#include "physics/simulator.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "physics/cycle_work.h"
#include "physics/kernel.h"

namespace crbrt::physics {

static_assert(kernel::n_param == static_cast<int>(n_parameter));

TissueDomain TissueDomain::of(std::span<const Tissue> tissues) {
  TissueDomain domain{1e300, 0, 0};
  for (const Tissue& t : tissues) {
    domain.t2_semi_min_s = std::min(domain.t2_semi_min_s, t.t2_semi_s);
    domain.t2_semi_max_s = std::max(domain.t2_semi_max_s, t.t2_semi_s);
    domain.b1_max_rel = std::max(domain.b1_max_rel, t.b1_rel);
  }
  return domain;
}

struct Simulator::Impl {
  Impl(Sequence sequence, const TissueDomain& domain) : tables(std::move(sequence), domain), full(tables), single(tables) {}

  SequenceTables tables;
  CycleRunner<double> full;
  CycleRunner<float> single;
};

Simulator::Simulator(Sequence sequence, const TissueDomain& domain)
    : impl_(std::make_unique<Impl>(std::move(sequence), domain)) {}
Simulator::~Simulator() = default;
Simulator::Simulator(Simulator&&) noexcept = default;

const Sequence& Simulator::sequence() const noexcept { return impl_->tables.sequence; }

namespace {

constexpr int lanes = kernel::lanes_of<double>;

// Frames of one lane of an echo array [n_pulse][n_part][2][lanes].
void copy_frames(const double* echoes, int n_pulse, int n_part, int part, std::size_t lane, std::complex<double>* out) {
  for (int k = 0; k < n_pulse; ++k) {
    const double* e = echoes + (static_cast<std::ptrdiff_t>(k) * n_part + part) * 2 * lanes + lane;
    out[k] = {e[0], e[lanes]};
  }
}

void copy_group(const GroupResult<double>& g, Signals& signals, Signals* jacobian) {
  for (std::size_t l = 0; l < g.tissues.size(); ++l) {
    const auto t = static_cast<Eigen::Index>(g.tissues[l]);
    copy_frames(g.signal, g.n_pulse, 1, 0, l, signals.col(t).data() + g.first_frame);
    for (int p = 0; jacobian != nullptr && p < kernel::n_param; ++p)
      copy_frames(g.gradient, g.n_pulse, kernel::n_param, p, l, jacobian->col(t * kernel::n_param + p).data() + g.first_frame);
  }
}

// Adds U^H times the echoes [n_pulse][n_part][2][lanes] of one cycle, whose frames are rows of U, to n_part columns per tissue.
template <typename Real>
void add_projected(const GroupResult<Real>& g, const Real* echoes, int n_part, const Basis& basis, Signals& out) {
  using Matrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;
  constexpr int n_lane = kernel::lanes_of<Real>;
  const Eigen::Map<const Matrix> frames(echoes, n_part * 2 * n_lane, g.n_pulse);
  const auto project = [&](const Eigen::MatrixXd& u) {
    const Matrix of_cycle = u.middleRows(static_cast<Eigen::Index>(g.first_frame), g.n_pulse).template cast<Real>();
    return Matrix(of_cycle.transpose() * frames.transpose());
  };
  const Matrix by_real = project(basis.real());
  Matrix by_imag;
  if (basis.is_complex()) by_imag = project(basis.imag());
  for (std::size_t l = 0; l < g.tissues.size(); ++l)
    for (int p = 0; p < n_part; ++p) {
      const auto column = static_cast<Eigen::Index>(g.tissues[l] * static_cast<std::size_t>(n_part)) + p;
      const auto re = static_cast<Eigen::Index>(p * 2 * n_lane) + static_cast<Eigen::Index>(l),
                 im = re + n_lane;  // of the echoes
      out.col(column).real() += by_real.col(re).template cast<double>();
      out.col(column).imag() += by_real.col(im).template cast<double>();
      if (!basis.is_complex()) continue;
      out.col(column).real() += by_imag.col(im).template cast<double>();
      out.col(column).imag() -= by_imag.col(re).template cast<double>();
    }
}

template <typename Real>
void project_all(const CycleRunner<Real>& runner, const Sequence& sequence, std::span<const Tissue> tissues, const Basis& basis,
                 Signals& coefficients, Signals* jacobian) {
  if (static_cast<std::size_t>(basis.rows()) != sequence.n_frame())
    throw std::invalid_argument("expected a basis of " + std::to_string(sequence.n_frame()) + " frames, found " +
                                std::to_string(basis.rows()));
  const auto n_tissue = static_cast<Eigen::Index>(tissues.size());
  coefficients.setZero(basis.cols(), n_tissue);
  if (jacobian != nullptr) jacobian->setZero(basis.cols(), n_tissue * kernel::n_param);
  runner.run(tissues, jacobian != nullptr, [&](const GroupResult<Real>& g) {
    add_projected(g, g.signal, 1, basis, coefficients);
    if (jacobian != nullptr) add_projected(g, g.gradient, kernel::n_param, basis, *jacobian);
  });
}

}  // namespace

void Simulator::simulate(std::span<const Tissue> tissues, Signals& signals) const {
  signals.resize(static_cast<Eigen::Index>(sequence().n_frame()), static_cast<Eigen::Index>(tissues.size()));
  impl_->full.run(tissues, false, [&](const GroupResult<double>& g) { copy_group(g, signals, nullptr); });
}

void Simulator::simulate(std::span<const Tissue> tissues, Signals& signals, Signals& jacobian) const {
  const auto n_frame = static_cast<Eigen::Index>(sequence().n_frame()), n_tissue = static_cast<Eigen::Index>(tissues.size());
  signals.resize(n_frame, n_tissue);
  jacobian.resize(n_frame, n_tissue * kernel::n_param);
  impl_->full.run(tissues, true, [&](const GroupResult<double>& g) { copy_group(g, signals, &jacobian); });
}

void Simulator::simulate_projected(std::span<const Tissue> tissues, const Basis& basis, Signals& coefficients) const {
  project_all(impl_->full, sequence(), tissues, basis, coefficients, nullptr);
}

void Simulator::simulate_projected(std::span<const Tissue> tissues, const Basis& basis, Signals& coefficients,
                                   Signals& jacobian, Precision precision) const {
  if (precision == Precision::single)
    project_all(impl_->single, sequence(), tissues, basis, coefficients, &jacobian);
  else
    project_all(impl_->full, sequence(), tissues, basis, coefficients, &jacobian);
}

}  // namespace crbrt::physics
