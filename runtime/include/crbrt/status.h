// SPDX-License-Identifier: Apache-2.0
/// Why a call of the runtime or the loader did not do its job. One enum, one message table, no exceptions.
#pragma once

#include <cstdint>

#include "crbrt/version.h"

namespace crbrt {

/// Result of every fallible call. `ok` is zero, so `if (Status s = ...; s != Status::ok)` reads naturally.
enum class [[nodiscard]] Status : std::int32_t{
    ok = 0,
    bad_shape = 1,           ///< an extent of a view disagrees with the program
    arena_too_small = 2,     ///< the arena holds fewer bytes than Session::arena_bytes()
    arena_misaligned = 3,    ///< the arena does not start at a multiple of layout::arena_alignment
    isa_unavailable = 4,     ///< the forced ISA is not built in, or this CPU lacks it
    bad_program = 5,         ///< the program's layer table contradicts itself
    not_bound = 6,           ///< the session has not been bound to a program
    bad_container = 7,       ///< .crbm: not a model file, cut off, or its checksum does not match its bytes
    bad_format_version = 8,  ///< .crbm: written by a newer, incompatible format
    bad_model = 9,           ///< .crbm: well-formed, but its content makes no sense (the message names the field)
    out_of_memory = 10,      ///< loader only
    io_error = 11,           ///< loader only: the file cannot be read
};

/// One English sentence without a full stop. Never null.
CRBRT_API const char* message(Status status) noexcept;

/// What happened to one voxel. Written to the caller's array of bytes, one per voxel.
enum class VoxelStatus : std::uint8_t {
  ok = 0,
  non_finite = 1,     ///< a coefficient is NaN or infinite: estimates are 0
  zero_signal = 2,    ///< all coefficients are zero (or their norm underflows): estimates are 0
  outside_range = 3,  ///< an estimate left its output's range [minimum, maximum]: it is kept as the network made it
  not_computed = 4,   ///< the voxel lies outside the mask (never written by the runtime itself)
};

}  // namespace crbrt
