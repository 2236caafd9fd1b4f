// SPDX-License-Identifier: Apache-2.0
/// Files that a program would replace in a folder where people, too, keep files: ours are known by how they begin.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "base/error.h"

namespace crbrt::base {

/// Whether a file begins so, as far as it goes: one that was cut off, or is empty, is nobody's loss. What does not exist does.
inline bool is_own_file(const std::filesystem::path& file, std::string_view begin) {
  std::error_code unreadable;
  if (!std::filesystem::exists(std::filesystem::symlink_status(file, unreadable))) return true;
  if (!std::filesystem::is_regular_file(file, unreadable)) return false;
  std::string text(begin.size(), '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return begin.starts_with(text);
}

/// Throws OutputError for a file of somebody else.
inline void expect_own_file(const std::filesystem::path& file, std::string_view begin, const std::string& program) {
  if (!is_own_file(file, begin))
    throw OutputError(file.string(), program + " did not make it; move it, or choose another folder");
}

}  // namespace crbrt::base
