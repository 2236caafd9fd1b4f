// SPDX-License-Identifier: Apache-2.0
/// Everything that ForwardSession::bind asks of a program, so that evaluate() can trust it (program_check.h says against whom).
#pragma once

#include "crbrt/format/forward_program.h"

namespace crbrt {

/// True when the kernels may run it: every extent fits its slot, every slot is written before it is read.
bool is_consistent(const ForwardProgram& program) noexcept;

}  // namespace crbrt
