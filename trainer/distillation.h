/// Targets between the truth and what a teacher makes of the noisy voxels.
#pragma once

#include "trainer/plain_network.h"

namespace at {
class Tensor;
}

namespace crbrt::trainer {

class Teacher;
struct VoxelBatch;

/// [n, n_output] standardised as block.targets: `share` of the teacher's estimates and for the rest the truth.
at::Tensor mixed_targets(const VoxelBatch& block, const Teacher& teacher, double share, const Standardization& standardization);

}  // namespace crbrt::trainer
