// SPDX-License-Identifier: Apache-2.0
#include "trainer/forward/soap.h"

#include <algorithm>
#include <cmath>

namespace crbrt::trainer {
namespace {

constexpr double mean_decay = 0.95, square_decay = 0.98, moment_decay = 0.98;
constexpr std::int64_t refresh_every = 10;  // steps
constexpr double smallest = 1e-12;          // beside the root of the second moment

// A few fingerprints with tiny bounds make gradients spiky: one that is longer than twice the running norm is shortened.
constexpr double norm_decay = 0.98, longest = 2, longest_counted = 4;
constexpr std::int64_t norm_warmup = 20;

/// Eigenvectors, the largest first.
at::Tensor eigenbase(const at::Tensor& symmetric) {
  const at::Tensor scaled = (symmetric / symmetric.diagonal().mean()).to(at::kDouble);
  const at::Tensor regular = scaled + 1e-9 * at::eye(scaled.size(0), scaled.options());
  return std::get<1>(at::linalg_eigh(regular)).flip(1).to(at::kFloat).contiguous();
}

/// One orthogonal iteration; `square` follows the new order of the base along `dimension`.
void turn(at::Tensor& base, const at::Tensor& symmetric, at::Tensor& square, std::int64_t dimension) {
  const at::Tensor product = at::mm(symmetric, base), order = (base * product).sum(0).argsort(0, true);
  square.copy_(square.index_select(dimension, order));
  base.copy_(std::get<0>(at::linalg_qr(product.index_select(1, order))));
}

}  // namespace

Soap::Soap(const std::vector<at::Tensor>& like) : counters_(at::zeros({2}, at::kDouble)) {
  for (const at::Tensor& w : like) {
    const auto square = [&](std::int64_t n) { return at::zeros({n, n}, w.options().requires_grad(false)); };
    const at::Tensor zeros = at::zeros_like(w);
    matrices_.push_back({zeros, zeros.clone(), square(w.size(0)), square(w.size(1)), square(w.size(0)), square(w.size(1))});
  }
}

double Soap::clipping(const std::vector<at::Tensor>& gradients) {
  double squares = 0;
  for (const at::Tensor& g : gradients) squares += g.square().sum().item<double>();
  const double norm = std::sqrt(squares);
  double* const counter = counters_.data_ptr<double>();
  if (counter[0] < norm_warmup)
    counter[1] = counter[0] == 0 ? norm : std::min(norm, longest * counter[1]);
  else
    counter[1] = norm_decay * counter[1] + (1 - norm_decay) * std::min(norm, longest_counted * counter[1]);
  counter[0] += 1;
  return norm > longest * counter[1] ? longest * counter[1] / norm : 1;
}

std::vector<at::Tensor> Soap::step(const std::vector<at::Tensor>& gradients) {
  const double factor = clipping(gradients), n_step = counters_.data_ptr<double>()[0];
  std::vector<at::Tensor> steps;
  for (std::size_t i = 0; i < matrices_.size(); ++i) {
    Matrix& m = matrices_[i];
    const at::Tensor g = gradients[i] * factor;
    m.rows.lerp_(at::mm(g, g.t()), 1 - moment_decay);
    m.columns.lerp_(at::mm(g.t(), g), 1 - moment_decay);
    if (n_step == 1) {
      m.row_base.copy_(eigenbase(m.rows));
      m.column_base.copy_(eigenbase(m.columns));
      steps.push_back(at::zeros_like(g));
      continue;
    }
    const auto turned = [&](const at::Tensor& x) { return at::mm(at::mm(m.row_base.t(), x), m.column_base); };
    m.mean.lerp_(g, 1 - mean_decay);
    const at::Tensor now = turned(g);
    m.square.mul_(square_decay).addcmul_(now, now, 1 - square_decay);
    const double mean_share = 1 - std::pow(mean_decay, n_step - 1), square_share = 1 - std::pow(square_decay, n_step - 1);
    const at::Tensor adam = turned(m.mean) / mean_share / ((m.square / square_share).sqrt() + smallest);
    steps.push_back(at::mm(at::mm(m.row_base, adam), m.column_base.t()));
    if (static_cast<std::int64_t>(n_step) % refresh_every == 0) refresh(m);
  }
  return steps;
}

void Soap::refresh(Matrix& m) {
  turn(m.row_base, m.rows, m.square, 0);
  turn(m.column_base, m.columns, m.square, 1);
}

std::vector<at::Tensor> Soap::state() const {
  std::vector<at::Tensor> all{counters_};
  for (const Matrix& m : matrices_) {
    const std::vector<at::Tensor> own{m.mean, m.square, m.rows, m.columns, m.row_base, m.column_base};
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

}  // namespace crbrt::trainer
