// The teacher answers on the CPU, wherever the block lies.
#include "trainer/distillation.h"

#include <ATen/ATen.h>

#include <vector>

#include "trainer/teacher.h"
#include "trainer/voxel_batch.h"

namespace crbrt::trainer {

at::Tensor mixed_targets(const VoxelBatch& block, const Teacher& teacher, double share,
                         const Standardization& standardization) {
  const at::Tensor coefficients = block.coefficients.to(at::kCPU).contiguous();
  const std::vector<float> estimates =
      teacher.estimates(coefficients.data_ptr<float>(), static_cast<std::size_t>(coefficients.size(0)));
  const auto row = [](const std::vector<float>& values) { return at::tensor(values, at::kFloat); };
  const at::Tensor si_units = row(estimates).view({-1, block.targets.size(1)});
  const at::Tensor standardized = (si_units - row(standardization.offset)) / row(standardization.scale);
  return (1 - share) * block.targets + share * standardized.to(block.targets.device());
}

}  // namespace crbrt::trainer
