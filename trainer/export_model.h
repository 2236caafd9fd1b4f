/// From a trained network to a model file (crbrt/network.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include "physics/io/dataset.h"
#include "trainer/train.h"

namespace crbrt::trainer {

/// The bytes of the .crbm. Its test vector holds what the portable scalar kernels make of noisy held-out voxels.
/// Before it returns, the finished file is loaded back and its estimates are compared with LibTorch's: a difference is a
/// defect of ours and throws base::Error(exit_internal).
std::vector<std::uint8_t> export_model(const Config& config, const physics::Dataset& dataset, const TrainingData& data,
                                       const TrainedNetwork& trained);

}  // namespace crbrt::trainer
