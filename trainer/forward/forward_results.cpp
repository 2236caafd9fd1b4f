// SPDX-License-Identifier: Apache-2.0
// What a forward run has learnt: errors on held-out fingerprints, and the model as the file has it.
#include <algorithm>
#include <cmath>

#include "base/number_text.h"
#include "trainer/forward/forward_run.h"
#include "trainer/forward/forward_tensors.h"
#include "trainer/loss.h"

namespace crbrt::trainer {
namespace {

/// Half of the validation's errors are larger than this many sqrt(CRB) only where nothing was learnt: a network whose outputs
/// are constant has some hundred.
constexpr double far_off = 1e4;

}  // namespace

/// Projections and residuals of every held-out fingerprint, and errors of derivatives along every wanted unknown.
ForwardRun::Measured ForwardRun::measure() {
  constexpr std::int64_t n_at_once = 4096;
  const std::int64_t n = validation_.features.size(0), n_wanted = size_of(shape_.n_wanted);
  const bool has_tangents = validation_.feature_tangents.defined();
  Measured all;
  all.projected.resize(static_cast<std::size_t>(n * n_wanted));
  all.residual.resize(static_cast<std::size_t>(n));
  all.derivative.resize(has_tangents ? static_cast<std::size_t>(n * n_wanted) : 0);
  const auto at_row = [](const at::Tensor& t, std::int64_t row) {
    return t.defined() ? t.data_ptr<float>() + row * t.size(1) : nullptr;
  };
  for (std::int64_t w = 0; w < (has_tangents ? n_wanted : 1); ++w)
    for (std::int64_t first = 0; first < n; first += n_at_once) {
      const std::int64_t size = std::min(n_at_once, n - first), of_wanted = w * n + first;
      const at::Tensor latent =
          pass_.forward(validation_.features.narrow(0, first, size),
                        has_tangents ? validation_.feature_tangents.narrow(0, of_wanted, size) : at::Tensor());
      HeadResults results{.projected = all.projected.data() + first * n_wanted,
                          .residual = all.residual.data() + first,
                          .derivative = has_tangents ? all.derivative.data() + of_wanted : nullptr};
      run_head(shape_,
               {static_cast<std::size_t>(size), table(), at_row(validation_.place, first), data_of(latent),
                at_row(validation_.targets, first), at_row(validation_.directions, first), nullptr,
                at_row(validation_.place_tangents, of_wanted), has_tangents ? at_row(latent, size) : nullptr,
                at_row(validation_.target_tangents, of_wanted)},
               results, space_);
    }
  return all;
}

void ForwardRun::validate() {
  const Measured measured = measure();
  std::vector<double> squares(shape_.n_wanted, 0.0);
  for (std::size_t i = 0; i < measured.projected.size(); ++i)
    squares[i % shape_.n_wanted] +=
        double{measured.projected[i]} * measured.projected[i] / static_cast<double>(measured.residual.size());
  history_.push_back(
      {epoch_, learning_rate_at(config_.common, static_cast<double>(epoch_)), training_loss_, mean(squares), 0, squares});
}

std::string ForwardRun::why_diverged() const {
  const double loss = history_.empty() ? 0 : history_.back().validation_loss;
  if (std::isfinite(loss) && loss < far_off * far_off) return "";
  return "the error of held-out fingerprints is " + base::number_text(std::sqrt(loss), "%.3g") + " sqrt(CRB)";
}

namespace {

ForwardError error_of(const std::string& name, std::vector<double> magnitudes) {
  ForwardError error{name, 0, 0, 0};
  for (const double x : magnitudes) error.rms += x * x / static_cast<double>(magnitudes.size());
  error.rms = std::sqrt(error.rms);
  const auto quantile = [&](double share) {
    const auto at = magnitudes.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(magnitudes.size() - 1));
    std::nth_element(magnitudes.begin(), at, magnitudes.end());
    return *at;
  };
  error.median = quantile(0.5);
  error.q99 = quantile(0.99);
  return error;
}

/// Ends in coefficients instead of standard deviations of noise.
void undo_scale(TrainedForward& out, float scale) {
  if (!out.part.table.empty()) {
    for (float& x : out.part.table) x /= static_cast<float>(forward_snr);
    return;
  }
  for (float& x : out.part.network.operations.back().weights) x *= scale / static_cast<float>(forward_snr);
  for (float& x : out.part.network.operations.back().bias) x *= scale / static_cast<float>(forward_snr);
}

}  // namespace

TrainedForward ForwardRun::result() {
  const at::NoGradGuard no_gradient;
  TrainedForward out;
  out.finished = epoch_ == config_.common.epochs;
  out.epochs = epoch_;
  out.history = history_;
  out.part = data_.part;
  out.part.network.operations = operations_of(layers_);
  out.part.network.n_coeff = static_cast<std::uint32_t>(data_.n_coeff);
  if (table() != nullptr) {
    out.part.n_interval = static_cast<std::uint32_t>(shape_.intervals);
    const at::Tensor points = rows_of(options_.table, (shape_.intervals + 3) * shape_.n_part, shape_.n_latent)
                                  .view({size_of(shape_.intervals + 3), size_of(shape_.n_part), size_of(shape_.n_latent)});
    out.part.table = to_floats(points.permute({0, 2, 1}).contiguous());
  }
  const Measured measured = measure();
  for (std::size_t w = 0; w < shape_.n_wanted; ++w) {
    std::vector<double> magnitudes;
    for (std::size_t i = w; i < measured.projected.size(); i += shape_.n_wanted)
      magnitudes.push_back(std::abs(measured.projected[i]));
    out.errors.push_back(error_of(config_.common.outputs[w].name, std::move(magnitudes)));
  }
  std::vector<double> residuals;
  for (const float square : measured.residual) residuals.push_back(std::sqrt(double{square}));
  out.residual = error_of("residual", std::move(residuals));
  for (std::size_t w = 0; w < shape_.n_wanted && !measured.derivative.empty(); ++w) {
    std::vector<double> magnitudes;
    for (std::size_t i = 0; i < measured.residual.size(); ++i)
      magnitudes.push_back(std::sqrt(double{measured.derivative[w * measured.residual.size() + i]}));
    out.derivatives.push_back(error_of(config_.common.outputs[w].name, std::move(magnitudes)));
  }
  undo_scale(out, shape_.scale);
  return out;
}

}  // namespace crbrt::trainer
