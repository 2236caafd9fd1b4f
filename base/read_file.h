/// The one way in which a program reads a whole file.
#pragma once

#include <string>

namespace crbrt::base {

/// All bytes of the file. Throws InputError "PATH: expected EXPECTED, found ..." with the system's reason: no such file, a
/// folder, no permission.
std::string read_file(const std::string& path, const std::string& expected);

}  // namespace crbrt::base
