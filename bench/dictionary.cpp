// SPDX-License-Identifier: Apache-2.0
// Products are made in blocks that stay in the second cache, because what is looked for is only their largest magnitude.
#include "bench/dictionary.h"

#ifdef CRBRT_HAS_OPENBLAS
#include <cblas.h>
#endif

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "physics/nlls/fit_range.h"

namespace crbrt::bench {
namespace {

using physics::Parameter;
using physics::Tissue;

constexpr Eigen::Index entries_of_block = 512, voxels_of_block = 64;

Tissue with(const Tissue& tissue, Parameter parameter, double value, physics::T1Model t1) {
  auto values = tissue.values();
  values[static_cast<std::size_t>(parameter)] = value;
  if (parameter == Parameter::r1_free_hz && t1 == physics::T1Model::apparent)
    values[static_cast<std::size_t>(Parameter::r1_semi_hz)] = value;
  return Tissue::from_values(values);
}

/// product [n_entry, n_voxel] = entries^H voxels.
void multiply(const Eigen::Ref<const Eigen::MatrixXcf>& entries, const Eigen::Ref<const Eigen::MatrixXcf>& voxels,
              Eigen::MatrixXcf& product) {
#ifdef CRBRT_HAS_OPENBLAS
  const std::complex<float> one = 1, zero = 0;
  product.resize(entries.cols(), voxels.cols());
  const auto size = [](Eigen::Index n) { return static_cast<blasint>(n); };
  cblas_cgemm(CblasColMajor, CblasConjTrans, CblasNoTrans, size(entries.cols()), size(voxels.cols()), size(entries.rows()),
              &one, entries.data(), size(entries.outerStride()), voxels.data(), size(voxels.outerStride()), &zero,
              product.data(), size(product.rows()));
#else
  product.noalias() = entries.adjoint() * voxels;
#endif
}

}  // namespace

std::vector<Axis> axes_of(const physics::Prior& prior, const std::vector<Parameter>& parameters, std::size_t n_point) {
  constexpr std::size_t n_draw = 16384;
  std::vector<Axis> axes;
  for (const Parameter parameter : parameters) {
    std::vector<double> draws;
    for (std::size_t i = 0; i < n_draw; ++i)
      draws.push_back(prior.draw(1, physics::Stream::start, i).values()[static_cast<std::size_t>(parameter)]);
    std::sort(draws.begin(), draws.end());
    Axis axis{parameter, {}};
    for (std::size_t i = 0; i < n_point; ++i) axis.values.push_back(draws[(2 * i + 1) * n_draw / (2 * n_point)]);
    axes.push_back(std::move(axis));
  }
  return axes;
}

std::vector<Tissue> grid_tissues(const physics::Prior& prior, const std::vector<Axis>& axes) {
  std::vector<Tissue> tissues{physics::mean_tissue(prior.classes.front(), prior.t1_model)};
  for (const Axis& axis : axes) {
    std::vector<Tissue> finer;
    for (const Tissue& tissue : tissues)
      for (const double value : axis.values) finer.push_back(with(tissue, axis.parameter, value, prior.t1_model));
    tissues = std::move(finer);
  }
  if (prior.classes.front().t2_free_at_most_t1)
    std::erase_if(tissues, [](const Tissue& tissue) { return tissue.r2_free_hz < tissue.r1_free_hz; });
  return tissues;
}

Dictionary::Dictionary(const physics::Simulator& simulator, const physics::Basis& basis, std::vector<Tissue> tissues)
    : tissues_(std::move(tissues)) {
  if (tissues_.empty()) throw std::invalid_argument("expected a grid with a tissue, found none");
  constexpr std::size_t at_once = 256;
  entries_.resize(basis.cols(), static_cast<Eigen::Index>(tissues_.size()));
  physics::Signals coefficients;
  for (std::size_t first = 0; first < tissues_.size(); first += at_once) {
    const std::size_t n = std::min(at_once, tissues_.size() - first);
    simulator.simulate_projected({&tissues_[first], n}, basis, coefficients);
    for (std::size_t i = 0; i < n; ++i) {
      const auto column = coefficients.col(static_cast<Eigen::Index>(i));
      norms_.push_back(column.norm());
      entries_.col(static_cast<Eigen::Index>(first + i)) = column.normalized().cast<std::complex<float>>();
    }
  }
#ifdef CRBRT_HAS_OPENBLAS
  openblas_set_num_threads(1);
#endif
}

std::vector<std::size_t> Dictionary::match(const Eigen::Ref<const Eigen::MatrixXcd>& coefficients) const {
  const Eigen::MatrixXcf voxels = coefficients.cast<std::complex<float>>();
  std::vector<std::size_t> best(static_cast<std::size_t>(voxels.cols()));
  Eigen::VectorXf largest = Eigen::VectorXf::Constant(voxels.cols(), -1);
  Eigen::MatrixXcf product;
  Eigen::MatrixXf magnitude2;
  for (Eigen::Index v = 0; v < voxels.cols(); v += voxels_of_block) {
    const Eigen::Index n_voxel = std::min(voxels_of_block, voxels.cols() - v);
    for (Eigen::Index e = 0; e < entries_.cols(); e += entries_of_block) {
      multiply(entries_.middleCols(e, std::min(entries_of_block, entries_.cols() - e)), voxels.middleCols(v, n_voxel), product);
      magnitude2 = product.cwiseAbs2();
      for (Eigen::Index i = 0; i < n_voxel; ++i) {
        Eigen::Index at = 0;
        if (const float value = magnitude2.col(i).maxCoeff(&at); value > largest[v + i]) {
          largest[v + i] = value;
          best[static_cast<std::size_t>(v + i)] = static_cast<std::size_t>(e + at);
        }
      }
    }
  }
  return best;
}

std::string Dictionary::product_name() {
#ifdef CRBRT_HAS_OPENBLAS
  // The header has blanks around it.
  const std::string version = OPENBLAS_VERSION;
  return version.substr(1, version.size() - 2);
#else
  return "Eigen";
#endif
}

}  // namespace crbrt::bench
