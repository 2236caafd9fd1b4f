// SPDX-License-Identifier: Apache-2.0
// Eigen layer by layer: one matrix product for a step of the whole batch with bias, skip and ReLU as Eigen expressions; group
// norm is a plain loop. Compiled for the instruction set that CMake was told (AVX2 with FMA).
#include <Eigen/Core>

#include "base/error.h"
#include "bench/peers/layerwise.h"

namespace crbrt::bench {
namespace {

// One voxel a column: Eigen's own order.
using Matrix = Eigen::MatrixXf;
using Weights = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
using Vector = Eigen::Map<const Eigen::VectorXf>;

Eigen::Index index(std::size_t n) { return static_cast<Eigen::Index>(n); }

class EigenPeer : public Peer {
 public:
  explicit EigenPeer(const Task& task) : task_(task) { Eigen::setNbThreads(1); }

  PeerLabel label() const override {
    const std::string version = std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
                                std::to_string(EIGEN_MINOR_VERSION);
#if defined(__AVX2__) && defined(__FMA__)
    return {version, "avx2", "group norm: plain loop"};
#else
    return {version, Eigen::SimdInstructionSetsInUse(), "group norm: plain loop"};
#endif
  }

  void prepare(std::size_t batch) override {
    values_ = {Eigen::Map<const Matrix>(task_.features.data(), index(task_.network.width(0)), index(batch))};
    for (const Operation& step : task_.network.operations) values_.emplace_back(index(step.n_out), index(batch));
  }

  void run() override {
    const std::vector<Operation>& steps = task_.network.operations;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Operation& step = steps[i];
      const std::size_t batch = static_cast<std::size_t>(values_[0].cols());
      switch (step.kind) {
        case OperationKind::dense: dense(step, values_[step.in], values_[i + 1]); break;
        case OperationKind::group_norm: group_norm(step, batch, values_[step.in].data(), values_[i + 1].data()); break;
        default: affine_or_relu(step, batch, values_[step.in].data(), values_[i + 1].data());
      }
    }
  }

  const float* outputs() const override { return values_.back().data(); }

 private:
  void dense(const Operation& step, const Matrix& in, Matrix& out) const {
    out.noalias() = Weights(step.weights.data(), index(step.n_out), index(step.n_in)) * in;
    out.colwise() += Vector(step.bias.data(), index(step.n_out));
    if (step.add != Operation::none) out += values_[step.add];
    if (step.relu) out = out.cwiseMax(0.0f);
  }

  const Task& task_;
  std::vector<Matrix> values_;
};

}  // namespace

std::unique_ptr<Peer> make_peer(const Task& task, const PeerSetting& setting) {
  if (setting.precision != "f32") throw base::UsageError("Eigen: expected f32, found " + setting.precision);
  return std::make_unique<EigenPeer>(task);
}

}  // namespace crbrt::bench
