/// Numbers in texts for people.
#pragma once

#include <cstdio>
#include <string>

namespace crbrt::base {

/// printf of one double; the first 63 characters of it.
inline std::string number_text(double value, const char* format) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace crbrt::base
