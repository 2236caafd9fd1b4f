// stdio, because errno then says what went wrong, at opening and (a folder, a failing disk) at reading.
#include "base/read_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "base/files_of_run.h"

namespace crbrt::base {

std::string read_file(const std::string& path, const std::string& expected) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) throw InputError(path, expected, std::strerror(errno));
  note_input(path);
  std::string bytes;
  std::array<char, 1 << 16> block;
  while (const std::size_t n = std::fread(block.data(), 1, block.size(), file.get())) bytes.append(block.data(), n);
  if (std::ferror(file.get()) != 0) throw InputError(path, expected, std::strerror(errno));
  return bytes;
}

}  // namespace crbrt::base
