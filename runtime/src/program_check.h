// SPDX-License-Identifier: Apache-2.0
/// Everything that Session::bind asks of a program, so that run() can trust it. The program comes from our own generator or
/// loader: this catches their defects and a file that slipped through, it is no defence against forged pointers.
#pragma once

#include "crbrt/format/program.h"

namespace crbrt {

/// True when the kernels may run it: every extent fits its slot, every slot is written before it is read.
bool is_consistent(const Program& program) noexcept;

/// The tables and constants of an op that has IntegerTables, and that no sum can overflow. The op's extents are checked
/// already.
bool check_integer(const Op& op) noexcept;

}  // namespace crbrt
