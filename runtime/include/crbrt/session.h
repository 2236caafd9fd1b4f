/// Runs a program over batches of voxels. Bind once (checks everything), then run as often as you like without heap,
/// locks or exceptions. A Session is small and copyable; it owns nothing: program and arena must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/program.h"
#include "crbrt/isa.h"
#include "crbrt/status.h"
#include "crbrt/view.h"

namespace crbrt {

struct KernelTable;  // private: one struct of function pointers per ISA

/// What run() gives beside the estimates. An empty view (no rows) where nobody wants it.
struct Details {
  float sigma = 0;   ///< noise of the real and of the imaginary part of each coefficient (standard deviation); for std only
  View2<float> std;  ///< [n_voxel, n_output] SI units: the standard deviation of each estimate
  View1<float> atypicality;  ///< [n_voxel]: above program.atypicality->threshold a voxel is unlike the training voxels
};

class Session {
 public:
  /// Bytes of arena the program needs, aligned to layout::arena_alignment. 0 when the program contradicts itself.
  static std::size_t arena_bytes(const Program& program) noexcept;

  /// Checks the program and takes the arena. On any status but ok the session stays unbound.
  Status bind(const Program& program, void* arena, std::size_t arena_size, Isa isa = Isa::automatic) noexcept;

  /// Estimates tissue parameters for a batch of voxels.
  /// coefficients  [n_voxel, 2 * n_coeff] f32: real parts, then imaginary parts of one voxel.
  /// estimates     [n_voxel, n_output] f32, SI units, order = program.outputs.
  /// status        [n_voxel] VoxelStatus, or an empty view when nobody wants it.
  /// Returns bad_shape if extents disagree with the program, not_bound before bind(); outputs are then untouched.
  /// Never allocates or throws. One Session (and arena) per thread.
  Status run(View2<const float> coefficients, View2<float> estimates, View1<VoxelStatus> status = {}) const noexcept;

  /// The same for interleaved complex coefficients: [n_voxel, 2 * n_coeff] f32 as re, im, re, im, ...
  Status run_interleaved(View2<const float> coefficients, View2<float> estimates,
                         View1<VoxelStatus> status = {}) const noexcept;

  /// Preprocessing alone, the first step of run(): what the network's first layer reads.
  /// coefficients  [n_voxel, 2 * n_coeff] f32 as for run().
  /// features      [n_voxel, 2 * n_coeff] f32: Preprocessing of crbrt/format/program.h; zeros where run() would flag the voxel
  ///               non_finite or zero_signal.
  /// Returns bad_shape if extents disagree with the program, not_bound before bind(); features are then untouched.
  Status preprocess(View2<const float> coefficients, View2<float> features) const noexcept;

  Isa isa() const noexcept { return isa_; }
  const Program* program() const noexcept { return program_; }

  /// The same with standard deviations and atypicality (docs/uncertainty.md); both are 0 where the status is non_finite or
  /// zero_signal. The estimates have the same bits. bad_shape also if the program lacks what is asked for, or if sigma is not
  /// positive and finite while std is asked for.
  Status run(View2<const float> coefficients, View2<float> estimates, View1<VoxelStatus> status,
             const Details& details) const noexcept;
  Status run_interleaved(View2<const float> coefficients, View2<float> estimates, View1<VoxelStatus> status,
                         const Details& details) const noexcept;

 private:
  const Program* program_ = nullptr;
  const KernelTable* kernels_ = nullptr;
  std::byte* arena_ = nullptr;
  Isa isa_ = Isa::scalar;
};

}  // namespace crbrt
