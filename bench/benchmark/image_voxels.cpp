// SPDX-License-Identifier: Apache-2.0
#include "bench/benchmark/image_voxels.h"

#include <complex>

#include "base/progress.h"

namespace crbrt::bench {

Voxels voxels_of(const volume::CoefficientImage& image, const std::vector<std::size_t>& indices, double scale) {
  const std::size_t n_coeff = image.n_coeff(), n = indices.size();
  Eigen::MatrixXcf values(static_cast<Eigen::Index>(n_coeff), static_cast<Eigen::Index>(n));
  volume::BatchReader(image).read(indices, reinterpret_cast<float*>(values.data()));  // complex numbers are pairs
  values *= static_cast<float>(scale);
  Voxels voxels{{}, values.cast<std::complex<double>>(), std::vector<float>(n * 2 * n_coeff)};
  for (std::size_t v = 0; v < n; ++v)
    for (std::size_t k = 0; k < n_coeff; ++k) {
      const std::complex<float> value = values(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(v));
      voxels.rows[v * 2 * n_coeff + k] = value.real();
      voxels.rows[(v * 2 + 1) * n_coeff + k] = value.imag();
    }
  return voxels;
}

Voxels part_of(const Voxels& all, std::size_t first, std::size_t step) {
  Voxels part;
  const auto width = static_cast<std::size_t>(2 * all.coefficients.rows());
  part.coefficients.resize(all.coefficients.rows(), static_cast<Eigen::Index>((all.size() - first + step - 1) / step));
  for (std::size_t v = first, i = 0; v < all.size(); v += step, ++i) {
    part.coefficients.col(static_cast<Eigen::Index>(i)) = all.coefficients.col(static_cast<Eigen::Index>(v));
    const auto row = all.rows.begin() + static_cast<std::ptrdiff_t>(v * width);
    part.rows.insert(part.rows.end(), row, row + static_cast<std::ptrdiff_t>(width));
  }
  return part;
}

std::vector<Estimates> estimates_in_turns(const std::string& label, const Voxels& voxels, std::size_t n_turn,
                                          const std::vector<Row>& rows) {
  base::Progress progress(label, n_turn * rows.size());
  std::vector<Estimates> estimates(rows.size());
  for (std::size_t turn = 0; turn < n_turn; ++turn) {
    const Voxels part = part_of(voxels, turn, n_turn);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const Estimator::Answer answer = rows[r].estimator->estimate(part);
      Eigen::ArrayXXd& values = estimates[r].values;
      if (values.size() == 0) values.resize(answer.values.rows(), static_cast<Eigen::Index>(voxels.size()));
      for (std::size_t i = 0; i < part.size(); ++i)
        values.col(static_cast<Eigen::Index>(turn + i * n_turn)) = answer.values.col(static_cast<Eigen::Index>(i));
      estimates[r].us.push_back(answer.us_per_voxel);
      progress.advance(1);
    }
  }
  return estimates;
}

}  // namespace crbrt::bench
