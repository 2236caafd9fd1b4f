/// The trainable network: dense layers with normalisation, ReLU and skips, differentiated by LibTorch.
///
/// All trainable numbers live in one flat tensor and their gradients in another; the layers' weights are views of it. The
/// optimiser, gradient clipping, averaging and checkpoints then each handle one tensor instead of dozens of small ones, which
/// at these network sizes costs as much as the arithmetic.
#pragma once

#include <memory>
#include <vector>

#include "trainer/config.h"
#include "trainer/plain_network.h"

namespace at {
class Tensor;
}
namespace c10 {
struct Device;
}

namespace crbrt::trainer {

enum class Mode { training, inference };  ///< batch normalisation: statistics of the batch, or the running ones

class Network {
 public:
  /// He-normal weights from `seed`, zero biases. The weights do not depend on the device.
  Network(const NetworkConfig& config, std::size_t n_in, std::size_t n_out, std::uint64_t seed, const c10::Device& device);
  ~Network();
  Network(Network&&) noexcept;

  /// inputs [n, n_in] float -> [n, n_out], differentiable with respect to parameters(). Mode::training updates the running
  /// statistics of batch normalisation.
  at::Tensor forward(const at::Tensor& inputs, Mode mode) const;

  at::Tensor& parameters();          ///< [n_parameter] flat; its grad() is the flat gradient
  at::Tensor& running_statistics();  ///< flat; empty without batch normalisation
  std::vector<PlainLayer> plain() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crbrt::trainer
