// SPDX-License-Identifier: Apache-2.0
// --version: what somebody has to know to repeat a run elsewhere. The libraries are those of the build
// (cmake/crbrt_built_with.cmake).
#include "crbrt/isa.h"
#include "tools/cli/built_with.h"
#include "tools/cli/command_line.h"
#include "tools/cli/isa_option.h"

namespace crbrt::cli {

std::string version_text(const std::string& program) {
  return program + " " + version() + "\n" +
         wrapped("instruction set: " + std::string(name(best_isa())) + " on this CPU, of " + isa_names(), 0, help_width) +
         "\n" + wrapped(std::string("built with: ") + built_with, 0, help_width) + "\n";
}

}  // namespace crbrt::cli
