// SPDX-License-Identifier: Apache-2.0
/// What to train and how: the JSON file given to crbrt-train (docs/training.md), parsed and checked. Unknown keys are errors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crbrt/format/layout.h"
#include "trainer/activation.h"

namespace crbrt::trainer {

enum class Normalization { none, batch, group };
enum class LossKind { crb, mse, relative, bias_reduced };  ///< loss.h
enum class ScheduleKind { constant, step, cosine, linear };

/// The value of `from` before normalisation and activation is added to that of `to` (paper, Fig. 2).
struct Skip {
  std::size_t from = 0;  ///< hidden layer, from 0
  std::size_t to = 0;    ///< a later hidden layer of the same width
};

struct NetworkConfig {
  std::vector<std::size_t> hidden;  ///< widths; normalisation and activation follow each
  Normalization normalization = Normalization::none;
  std::size_t n_group = 0;  ///< group only: divides every hidden width
  std::vector<Skip> skips;
  Activation activation = {};
};

struct PreprocessingConfig {
  int phase_reference = 0;       ///< coefficient whose phase becomes zero, or -1
  int conjugate_reference = -1;  ///< coefficient whose imaginary part becomes positive by conjugating the voxel, or -1
  bool l2_normalize = true;
  bool standardize = true;
  bool conjugates_by_strongest = false;  ///< "strongest": conjugate_reference is chosen by the data (for_data)
};

struct OutputConfig {
  std::string name;  ///< of a physics::Target of the data set
  double minimum = 0, maximum = 0;
};

struct Schedule {
  ScheduleKind kind = ScheduleKind::cosine;
  double every_epochs = 0;   ///< step only
  double factor = 1;         ///< step only
  double warmup_epochs = 0;  ///< linear rise from zero before the schedule starts
};

struct ValidationConfig {
  std::optional<std::size_t> count;  ///< fingerprints held out; otherwise `fraction` of the set
  double fraction = 0.1;
  std::size_t every_epochs = 5;
};

/// loss: bias_reduced only (loss.h).
struct BiasReduction {
  std::size_t realisations = 8;  ///< noise realisations of one fingerprint in a step
  double variance_weight = 1;    ///< of the hinge on variance over CRB
  double variance_limit = 1;     ///< where the hinge starts
};

struct Distillation {
  std::string teacher;  ///< name of the model; empty: the targets are the truth
  double share = 0;     ///< of the teacher's estimate in the target; the rest is the truth
};

/// What the last layer gives besides estimates (docs/uncertainty.md).
struct HeadConfig {
  bool uncertainty = false, atypicality = false;
  double trunk_gradient = 0;  ///< share of the heads' gradient that reaches the layers they have in common with the estimates
  std::size_t refine_epochs = 30;  ///< after training, of the standard deviations alone
};

/// Fine-tuning in the runtime's integers (docs/training.md).
struct QuantizationConfig {
  std::vector<Number> reads;               ///< of each layer, the output layer last: s16 or u8; empty: no integers
  std::size_t calibration_voxels = 16384;  ///< that scales are chosen on

  bool is_on() const noexcept { return !reads.empty(); }
};

struct SnrRange {
  double minimum = 0, maximum = 0;  ///< |M0| / sigma
};

struct Config {
  std::string name;
  NetworkConfig network;
  PreprocessingConfig preprocessing;
  std::vector<OutputConfig> outputs;
  LossKind loss = LossKind::crb;
  BiasReduction bias_reduction;
  Distillation distillation;
  HeadConfig heads;
  QuantizationConfig quantization;
  double learning_rate = 0;
  double max_gradient_norm = 0;  ///< 0: gradients are not clipped
  Schedule schedule;
  std::size_t batch = 0, epochs = 0;
  std::uint64_t seed = 0;
  std::optional<SnrRange> snr;  ///< absent: the range of the data set
  ValidationConfig validation;
  bool ship_basis = true;
  std::string licence;
  std::string text;  ///< the file, verbatim
};

/// The name of a loss in configurations and model files.
const char* name(LossKind loss) noexcept;

/// Noise realisations of each fingerprint in a training step: 1 but for bias_reduced.
std::size_t realisations(const Config& config) noexcept;

/// "hidden1", "hidden2", ... and "output": the names that skips and the model file use.
std::string layer_name(const NetworkConfig& network, std::size_t layer);

/// Throws base::InputError.
Config read_config(const std::string& path);

}  // namespace crbrt::trainer
