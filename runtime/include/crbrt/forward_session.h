// SPDX-License-Identifier: Apache-2.0
/// Runs a learned forward model: from tissue parameters to coefficients at M0 = 1 and, on demand, their derivatives. Bind once
/// (which checks everything), then evaluate as often as you like without heap, locks or exceptions.
///
///     alignas(64) static std::byte arena[262144];  // >= ForwardSession::arena_bytes(program)
///     ForwardSession session;
///     if (Status s = session.bind(program, arena, sizeof arena); s != Status::ok) std::puts(message(s));
///     const ForwardResults out{.coefficients = {c, n, 2 * program.n_coeff},
///                              .jacobian = {j, n, program.n_input * 2 * program.n_coeff}};
///     if (Status s = session.evaluate({tissues, n, program.n_input}, out); s != Status::ok) std::puts(message(s));
#pragma once

#include <cstddef>

#include "crbrt/format/forward_program.h"
#include "crbrt/isa.h"
#include "crbrt/status.h"
#include "crbrt/view.h"

namespace crbrt {

struct KernelTable;  // private: one struct of function pointers per ISA

/// Where ForwardSession::evaluate writes. A view without data says that nobody wants it.
struct ForwardResults {
  /// [n_voxel, 2 * n_coeff] at M0 = 1: the real parts of a voxel, then its imaginary parts.
  View2<float> coefficients;
  /// [n_voxel, n_input * 2 * n_coeff]: the derivatives of those numbers by the first input, then by the next, each per unit of
  /// the input. Empty: not wanted, which leaves one of 1 + n_input parts of the work.
  View2<float> jacobian = {};
  /// [n_voxel]: ok, outside_range (an input lies outside its trained range: values are an extrapolation) or non_finite (an
  /// input or a feature of it is NaN or infinite: all numbers of the voxel are 0).
  View1<VoxelStatus> status = {};
};

/// A forward program bound to an arena and an instruction set. It owns neither: both must outlive it. One session per thread;
/// sessions of different arenas share a program without locks.
class ForwardSession {
 public:
  ForwardSession() = default;
  ForwardSession(ForwardSession&& other) noexcept : bound_(other.release()) {}  ///< `other` is no longer bound
  /// `other` is no longer bound.
  ForwardSession& operator=(ForwardSession&& other) noexcept {
    bound_ = other.release();
    return *this;
  }
  ForwardSession(const ForwardSession&) = delete;
  ForwardSession& operator=(const ForwardSession&) = delete;

  /// Bytes of arena that the program needs; 0 when the program contradicts itself. The arena starts at a multiple of
  /// layout::arena_alignment (64).
  CRBRT_API static std::size_t arena_bytes(const ForwardProgram& program) noexcept;

  /// Checks the program and takes the arena of arena_size bytes. `isa` forces an instruction set, Isa::automatic takes the best
  /// that runs here. On any status but ok the session is unbound:
  ///   bad_program       the program contradicts itself
  ///   isa_unavailable   the instruction set is not built in, or this CPU lacks it
  ///   arena_too_small   `arena` is null or smaller than arena_bytes(program)
  ///   arena_misaligned  `arena` does not start at a multiple of layout::arena_alignment
  CRBRT_API Status bind(const ForwardProgram& program, void* arena, std::size_t arena_size, Isa isa = Isa::automatic) noexcept;

  /// tissues [n_voxel, n_input] in SI units, in the order of the program's inputs. What a voxel gets depends neither on the
  /// other voxels of the call nor on what is asked for, nor on the layout of any view: the same bits on the same instruction
  /// set. On any status but ok nothing is written:
  ///   not_bound  before a successful bind()
  ///   bad_shape  extents disagree with the program or with each other; a view that is needed has no memory, or two of its
  ///              elements share memory
  /// Tissues and results must not overlap. Never allocates, locks, throws or prints.
  CRBRT_API Status evaluate(const View2<const double>& tissues, const ForwardResults& results) noexcept;

  /// What bind() chose; Isa::automatic before it.
  Isa isa() const noexcept { return bound_.isa; }
  /// What bind() was given; null before it.
  const ForwardProgram* program() const noexcept { return bound_.program; }

 private:
  struct Bound {
    const ForwardProgram* program = nullptr;
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

}  // namespace crbrt
