/// JSON that people can read and that stays small: objects one key a line, arrays of numbers on one line, numbers rounded.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace crbrt::evaluation {

std::string compact_dump(const nlohmann::ordered_json& document);

/// Six significant digits; null where not finite. For arrays that are drawn, not computed with.
nlohmann::ordered_json rounded(double value);

}  // namespace crbrt::evaluation
