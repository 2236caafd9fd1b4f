// SPDX-License-Identifier: Apache-2.0
// stdio, because errno then says what went wrong, at opening and (a failing disk) at reading.
#include "base/read_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "base/files_of_run.h"

namespace crbrt::base {
namespace {

void expect_readable(const std::string& path, const std::string& expected) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw InputError(path, expected, std::strerror(errno));
  if (S_ISDIR(status.st_mode)) throw InputError(path, expected, "a folder");
  if (S_ISFIFO(status.st_mode)) throw InputError(path, expected, "a pipe");
  if (!S_ISREG(status.st_mode)) throw InputError(path, expected, "a device or a socket");
  if (::access(path.c_str(), R_OK) != 0) throw InputError(path, expected, std::strerror(errno));
}

}  // namespace

void expect_file(const std::string& path, const std::string& expected) {
  expect_readable(path, expected);
  note_input(path);
}

std::string read_file_of_ours(const std::string& path, const std::string& expected) {
  expect_readable(path, expected);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) throw InputError(path, expected, std::strerror(errno));
  std::string bytes;
  std::array<char, 1 << 16> block;
  while (const std::size_t n = std::fread(block.data(), 1, block.size(), file.get())) bytes.append(block.data(), n);
  if (std::ferror(file.get()) != 0) throw InputError(path, expected, std::strerror(errno));
  return bytes;
}

std::string read_file(const std::string& path, const std::string& expected) {
  expect_file(path, expected);
  return read_file_of_ours(path, expected);
}

}  // namespace crbrt::base
