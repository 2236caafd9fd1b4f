/// JSON that people can read and that stays small: objects one key a line, arrays of numbers on one line, numbers rounded.
#pragma once

#include <string>

#include "base/json.h"

namespace crbrt::evaluation {

std::string compact_dump(const base::Json& document);

/// Six significant digits; null where not finite. For arrays that are drawn, not computed with.
base::Json rounded(double value);

}  // namespace crbrt::evaluation
