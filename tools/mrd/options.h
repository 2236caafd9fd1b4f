// SPDX-License-Identifier: Apache-2.0
/// The command line of crbrt-mrd.
#pragma once

#include <optional>

#include "tools/mrd/server.h"

namespace crbrt::mrd {

struct Options {
  Service service;
  Listening listening;
};

/// Reads models and configs. Empty when the program is done (--help). Throws UsageError, InputError and DisagreementError.
std::optional<Options> parse_options(int argc, char** argv);

}  // namespace crbrt::mrd
