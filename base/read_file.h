// SPDX-License-Identifier: Apache-2.0
/// The one way in which a program reads a whole file: an input, or what an earlier run of its own left.
#pragma once

#include <string>

namespace crbrt::base {

/// Throws InputError "PATH: expected EXPECTED, found ..." unless the path leads to a file, and one that can be opened: a pipe
/// would let the program wait for ever, a device has no end. From then on no output of the run may replace the file.
void expect_file(const std::string& path, const std::string& expected);

/// All bytes of the file. Throws InputError "PATH: expected EXPECTED, found ..." with the system's reason: no such file, a
/// folder, a pipe, no permission.
std::string read_file(const std::string& path, const std::string& expected);

/// The same for a file that an earlier run of the program left, and that an output of this one may replace: no input of the
/// run.
std::string read_file_of_ours(const std::string& path, const std::string& expected);

}  // namespace crbrt::base
