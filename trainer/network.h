// SPDX-License-Identifier: Apache-2.0
/// The network while it is trained, a module of LibTorch: dense layers with normalisation, activation and skips,
/// differentiated by LibTorch.
///
/// All trainable numbers live in one flat tensor and their gradients in another; the layers' weights are views of it. The
/// optimiser, gradient clipping, averaging and checkpoints then each handle one tensor instead of dozens of small ones, which
/// at these network sizes costs as much as the arithmetic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "crbrt/format/layout.h"
#include "crbrt/format/requant.h"
#include "crbrt/network.hpp"
#include "trainer/config.h"

namespace at {
class Tensor;
}
namespace c10 {
struct Device;
}

namespace crbrt::trainer {

enum class Mode { training, inference };  ///< batch normalisation: statistics of the batch, or the running ones

// What the integers of every layer mean (docs/numerics.md): chosen once before fine-tuning, and then the same while the
// weights move, in the file that is written, and in the runtime.
//
//   sum[j]  = bias[j] + sum_k weights[j, k] * in[k]       real value: sum_scale[j] * sum[j]
//   next[j] = requantize(sum[j], requant[j])              real value: out_scale[j] * next[j]

struct LayerPlan {
  Number in = Number::s16, out = Number::s16;  ///< out: s32 in the last layer
  std::vector<double> in_scale;                ///< [n_in]
  std::vector<double> sum_scale;               ///< [n_out]; the last layer also has the rows of the heads
  std::vector<Requant> requant;                ///< [n_out], none in the last layer
};

struct IntegerPlan {
  std::vector<float> input_factor;  ///< [n_input] quantised input = round(input * factor)
  std::vector<LayerPlan> layers;
};

/// A checkpoint's form of the plan: scales, shifts and multipliers in one row. `read_numbers` fills a plan whose `in` and `out`
/// are set and whose vectors have their sizes.
std::vector<double> numbers_of(const IntegerPlan& plan);
void read_numbers(const std::vector<double>& numbers, IntegerPlan& plan);

struct LayerSizes {
  std::size_t n_in = 0, n_out = 0, n_head = 0;
};

/// A pass in real numbers: what each layer reads, and what the last one gives (defined in layer_tensors.h).
struct Trace;
class DensePass;

class TrainableNetwork {
 public:
  /// The last layer has n_out estimates and n_head further features, of whose gradient a share `trunk_gradient` reaches the
  /// hidden layers. He-normal weights from `seed`, zero biases. The weights do not depend on the device.
  TrainableNetwork(const NetworkConfig& config, const LayerSizes& sizes, double trunk_gradient, std::uint64_t seed,
                   const c10::Device& device);
  ~TrainableNetwork();
  TrainableNetwork(TrainableNetwork&&) noexcept;

  /// inputs [n, n_in] float -> [n, n_out + n_head], differentiable with respect to parameters(). Mode::training updates the
  /// running statistics of batch normalisation.
  at::Tensor forward(const at::Tensor& inputs, Mode mode) const;
  /// The head features alone, [n, n_head].
  at::Tensor forward_heads(const at::Tensor& inputs, Mode mode) const;
  /// forward() in Mode::inference, differentiable with respect to the heads' own parameters only.
  at::Tensor forward_frozen(const at::Tensor& inputs) const;

  /// The passes of a training step with the chain rule written out (dense_pass.h). Null where the network has normalisation or
  /// integers. It lives no longer than the network.
  std::unique_ptr<DensePass> dense_pass() const;

  /// From now on the passes above give what the runtime's integers give, with straight-through gradients. Networks without
  /// normalisation and skips only.
  void set_integers(const IntegerPlan& plan);
  const IntegerPlan* integers() const;  ///< null: the network is in real numbers
  /// forward() in real numbers and Mode::inference, whatever integers there are.
  at::Tensor forward_real(const at::Tensor& inputs) const;
  Trace trace(const at::Tensor& inputs) const;

  /// Those of the dense operations, as operations() gives them, of a network without normalisation and skips.
  void set_weights(const std::vector<Operation>& operations);
  void add_to_head_bias(const std::vector<float>& shift);  ///< [n_head], or nothing

  at::Tensor& parameters();                         ///< [n_parameter] flat; its grad() is the flat gradient
  std::int64_t head_parameters() const;             ///< so many at the end of parameters() belong to the heads alone
  at::Tensor& running_statistics();                 ///< flat; empty without batch normalisation
  std::vector<Operation> operations() const;        ///< as a model file has them, the last one with the rows of the heads
  std::optional<IntegerForm> integer_form() const;  ///< likewise

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crbrt::trainer
