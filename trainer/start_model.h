/// A finished model whose weights are the first ones of a run, without its checkpoint. The run also keeps what the model's
/// numbers refer to, so that its integers can replace those of the model: standardisation, range of the noise, threshold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crbrt/network.hpp"
#include "trainer/config.h"
#include "trainer/standardization.h"

namespace crbrt::trainer {

struct StartModel {
  std::vector<Operation> operations;  ///< the last one with the rows of the heads
  Standardization standardization;
  NoiseRange noise;                     ///< with uncertainty
  float score_threshold = 0;            ///< with atypicality
  std::optional<IntegerForm> integers;  ///< of crbrt-codegen or of another fine-tuning: where this one starts
  std::string sha256;                   ///< of the content: a checkpoint belongs to it
};

/// Throws base::InputError for a file that is no model, and base::DisagreementError for one of another network, preprocessing,
/// outputs, heads, basis or widths of
/// integers than the configuration and data set. Networks without normalisation only.
StartModel read_start_model(const std::string& path, const Config& config, const std::string& basis_sha256);

}  // namespace crbrt::trainer
