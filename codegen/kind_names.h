/// Operations as generated source spells them (numbers: number_name of crbrt/format/layout.h).
#pragma once

#include "crbrt/format/program.h"

namespace crbrt::codegen {

const char* kind_name(OpKind kind);

}  // namespace crbrt::codegen
