/// A folder beside an output, OUT.partial, that keeps what a stopped run had done. A person may have a folder of that name,
/// too: ours is known by one file in it, and only files that we made are ever removed.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/staging.h"

namespace crbrt::base {

/// Throws OutputError where the folder holds something, but no file `mark`. It may be absent or empty; what a killed run left
/// of a file that it had begun is nothing.
inline void expect_parts_folder(const std::filesystem::path& folder, const std::string& mark) {
  std::error_code absent;
  if (std::filesystem::exists(folder / mark, absent)) return;
  for (const std::filesystem::directory_entry& entry : std::filesystem::directory_iterator(folder, absent))
    if (!is_staging_name(entry.path().filename().string()))
      throw OutputError(folder.string(), "parts of this run would be kept there, and it holds other files (no " + mark +
                                             "); move it, or choose another output");
}

/// Removes the files whose names `is_part` knows, `mark`, and the folder where it is empty then. Nothing is reported: the
/// output is complete, and what is left behind harms nobody.
inline void remove_parts(const std::filesystem::path& folder, const std::string& mark,
                         const std::function<bool(const std::string& name)>& is_part) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  std::vector<std::string> parts;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored))
    if (const std::string name = entry.path().filename().string(); name == mark || is_part(name)) parts.push_back(name);
  for (const std::string& part : parts) {
    remove_leftovers(folder, part);
    if (fs::is_regular_file(fs::symlink_status(folder / part, ignored))) fs::remove(folder / part, ignored);
  }
  fs::remove(folder, ignored);  // refused where it is not empty
}

/// Whether a name is `begin`, a number, `end`: "part-12".
inline bool is_numbered(const std::string& name, const std::string& begin, const std::string& end) {
  if (name.size() <= begin.size() + end.size() || !name.starts_with(begin) || !name.ends_with(end)) return false;
  const std::string number = name.substr(begin.size(), name.size() - begin.size() - end.size());
  return number.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace crbrt::base
