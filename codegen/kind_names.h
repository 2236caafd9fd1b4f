/// Enumerators as generated source spells them.
#pragma once

#include "crbrt/format/program.h"

namespace crbrt::codegen {

const char* kind_name(OpKind kind);
const char* number_name(Number number);

}  // namespace crbrt::codegen
