/// Everything that Session::bind asks of a program, so that run() can trust it. The program comes from our own generator or
/// loader: this catches their defects and a file that slipped through, it is no defence against forged pointers.
#pragma once

#include "crbrt/format/program.h"

namespace crbrt {

/// True when the kernels may run it: every extent fits its slot, every slot is written before it is read.
bool is_consistent(const Program& program) noexcept;

/// Floats of all slots of one tile; 0 when that overflows.
std::size_t arena_floats(const Program& program) noexcept;

}  // namespace crbrt
