/// The part of generated source that makes shapes constants: what crbrt_add_model SPECIALISED compiles.
#pragma once

#include <string>

#include "crbrt/format/program.h"

namespace crbrt::codegen {

/// NAME_kernels.cpp without its banner: compiled once for each instruction set, with CRBRT_ISA and CRBRT_ISA_HEADER defined.
std::string emit_kernels(const Program& program, const std::string& name);

/// For NAME.cpp: the table of those functions, where CRBRT_SPECIALISED is defined, in namespace crbrt::models::NAME_tables.
std::string compiled_table(const std::string& name);

}  // namespace crbrt::codegen
