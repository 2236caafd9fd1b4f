// SPDX-License-Identifier: Apache-2.0
/// Runs a program over batches of voxels. Bind once (which checks everything), then run as often as you like without heap,
/// locks or exceptions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/program.h"
#include "crbrt/isa.h"
#include "crbrt/status.h"
#include "crbrt/view.h"

namespace crbrt {

struct KernelTable;  // private: one struct of function pointers per ISA

/// A program bound to an arena and an instruction set. It owns neither: program and arena must outlive it. It can be moved, not
/// copied, because two sessions that run at the same time would write to one arena. One session per thread; sessions of
/// different arenas share a program without locks.
class Session {
 public:
  Session() = default;
  Session(Session&& other) noexcept : bound_(other.release()) {}  ///< `other` is no longer bound
  /// `other` is no longer bound.
  Session& operator=(Session&& other) noexcept {
    bound_ = other.release();
    return *this;
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Bytes of arena that the program needs; 0 when the program contradicts itself. The arena starts at a multiple of
  /// layout::arena_alignment (64).
  CRBRT_API static std::size_t arena_bytes(const Program& program) noexcept;

  /// Checks the program and takes the arena of arena_size bytes. `isa` forces an instruction set, Isa::automatic takes the best
  /// that runs here. On any status but ok the session is unbound:
  ///   bad_program       the program contradicts itself
  ///   isa_unavailable   the instruction set is not built in, or this CPU lacks it
  ///   arena_too_small   `arena` is null or smaller than arena_bytes(program)
  ///   arena_misaligned  `arena` does not start at a multiple of layout::arena_alignment
  CRBRT_API Status bind(const Program& program, void* arena, std::size_t arena_size, Isa isa = Isa::automatic) noexcept;

  /// Estimates tissue parameters for a batch of voxels (docs/uncertainty.md: what the standard deviations and the score mean).
  /// What is asked for never changes a bit of anything else, nor does the layout of either view. Estimates, standard deviations
  /// and score are 0 where the status is non_finite or zero_signal. On any status but ok nothing is written:
  ///   not_bound  before a successful bind()
  ///   bad_shape  n_coeff, n_voxel or n_output disagree with the program or with each other; a view that is needed has no
  ///              memory, or two of its elements share memory; the program lacks what is asked for; sigma is not positive and
  ///              finite while standard deviations are asked for
  /// Coefficients and results must not overlap. Never allocates, locks, throws or prints.
  CRBRT_API Status run(const Coefficients& coefficients, const Results& results) noexcept;

  /// Preprocessing alone, the first step of run(): what the network's first layer reads.
  /// features [n_voxel, 2 * n_coeff] f32: Preprocessing of crbrt/format/program.h; zeros where run() would flag the voxel
  /// non_finite or zero_signal. Statuses as for run().
  CRBRT_API Status preprocess(const Coefficients& coefficients, const View2<float>& features) noexcept;

  /// What bind() chose; Isa::automatic before it.
  Isa isa() const noexcept { return bound_.isa; }
  /// What bind() was given; null before it.
  const Program* program() const noexcept { return bound_.program; }

 private:
  friend struct StoredSession;  // the C interface keeps a session as plain bytes (c_api.cpp)

  struct Bound {
    const Program* program = nullptr;
    const KernelTable* kernels = nullptr;
    std::byte* arena = nullptr;
    Isa isa = Isa::automatic;
  };

  Bound release() noexcept {
    const Bound bound = bound_;
    bound_ = {};
    return bound;
  }

  Bound bound_;
};

/// Which standard deviations say no more than that they are the least or the largest that the model may give (std_at_limit in
/// crbrt-map's maps of the status): the least one as run() gives it, or the largest once add_prior_pull() has added what the
/// prior draws. Bit j of a voxel where that of output j is, bit 31 for all outputs from there on. Voxels without an estimate
/// have none. Both views are [n_voxel, n_output] as run() left them, before add_prior_pull(); at_limit [n_voxel]. bad_shape,
/// and nothing written, where they are not, or share memory within themselves.
CRBRT_API Status find_std_limits(const Program& program, const View2<const float>& estimates,
                                 const View2<const float>& standard_deviations, const View1<std::uint32_t>& at_limit) noexcept;

/// What crbrt-map makes of standard deviations before it writes them: how much longer they are where the prior pulls.
///
/// A Gaussian prior of mean m and standard deviation W draws the best estimate from a measurement with the standard deviation s
/// towards its mean, by (s / W)^2 (estimate - m). Over tissue like that of the prior this pull is part of s; a tissue that lies
/// at the prior's end has it in every voxel, as a bias. Each standard deviation becomes
///   min(std_maximum, s sqrt(1 + (s / W)^2 z^2)),  z = (estimate - m) / W
/// with offset and scale of the output as m and W, which is what training leaves there. Both views are [n_voxel, n_output] in
/// SI units, as run() left them. bad_shape, and nothing written, where they are not, or share memory within themselves.
CRBRT_API Status add_prior_pull(const Program& program, const View2<const float>& estimates,
                                const View2<float>& standard_deviations) noexcept;

}  // namespace crbrt
