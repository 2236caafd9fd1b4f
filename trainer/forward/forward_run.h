// SPDX-License-Identifier: Apache-2.0
/// One forward run owns the network and its optimiser. For .cpp files that use LibTorch.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <string>
#include <vector>

#include "trainer/forward/forward_train.h"
#include "trainer/forward/loss_draw.h"
#include "trainer/forward/phase_head.h"
#include "trainer/forward/soap.h"
#include "trainer/forward/tangent_pass.h"
#include "trainer/layer_tensors.h"

namespace crbrt::trainer {

class ForwardRun {
 public:
  ForwardRun(const ForwardConfig& config, const ForwardData& data, const ForwardOptions& options);

  std::size_t epoch() const { return epoch_; }
  const History& history() const { return history_; }
  void load(const std::string& path);
  /// Takes the weights alone from the checkpoint of another run of the same layers. Their features have to be the same; a
  /// checkpoint holds their standardisation, which is compared.
  void start(const std::string& path);
  void save(const std::string& path);
  void run_epoch();
  /// Why the weights are no model, for a message; empty where they are one.
  std::string why_diverged() const;
  TrainedForward result();

 private:
  /// Of samples, as rows; undefined where there are none.
  struct Tensors {
    at::Tensor features, targets, directions, place;
    at::Tensor feature_tangents, target_tangents, place_tangents;  ///< first one wanted unknown, then the next
  };
  struct Measured {
    std::vector<float> projected, residual, derivative;
  };

  static Tensors tensors_of(const ForwardSamples& samples, const ForwardData& data);
  const float* table() const { return options_.table.empty() ? nullptr : options_.table.data(); }
  std::vector<at::Tensor> state();
  double run_step(const at::Tensor& rows, const at::Tensor& weights, std::size_t wanted, double rate);
  Measured measure();
  void validate();

  const ForwardConfig& config_;
  const ForwardData& data_;
  const ForwardOptions& options_;
  HeadShape shape_;
  LayerTensors layers_;
  TangentPass pass_;
  Tensors training_, validation_;
  std::unique_ptr<Soap> soap_;
  LossDraw draw_;
  std::string identity_;
  std::vector<float> space_;
  std::size_t epoch_ = 0;
  double training_loss_ = 0;
  History history_;
};

}  // namespace crbrt::trainer
