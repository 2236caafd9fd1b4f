// SPDX-License-Identifier: Apache-2.0
// Files are hashed in pieces: a training set need not fit in memory twice.
#include "base/sealed_file.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "base/read_file.h"
#include "base/sha256.h"

namespace crbrt::base {
namespace {

namespace fs = std::filesystem;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

constexpr std::string_view line_begin = "\ncrbrt-seal ";
constexpr std::size_t line_size = line_begin.size() + 64 + 1;

std::string seal_line(Sha256& hash) { return std::string(line_begin) + hex(hash.digest()) + "\n"; }

/// The length comes first, so that no label together with a file looks like another label with another file.
void add_label(Sha256& hash, std::string_view label) {
  const std::string size = std::to_string(label.size()) + ":";
  hash.add(size.data(), size.size());
  hash.add(label.data(), label.size());
}

/// The next bytes of the file, at most `n`; false where it ends before or cannot be read.
bool add_bytes(Sha256& hash, std::FILE* file, std::uintmax_t n) {
  std::array<char, 1 << 16> buffer;
  while (n > 0) {
    const std::size_t found =
        std::fread(buffer.data(), 1, static_cast<std::size_t>(std::min<std::uintmax_t>(n, buffer.size())), file);
    if (found == 0) return false;
    hash.add(buffer.data(), found);
    n -= found;
  }
  return true;
}

}  // namespace

std::string sha256_of_file(const fs::path& path, const std::string& expected) {
  expect_file(path.string(), expected);
  const File file(std::fopen(path.c_str(), "rb"), std::fclose);
  Sha256 hash;
  if (file == nullptr || !add_bytes(hash, file.get(), fs::file_size(path)))
    throw InputError(path.string(), expected, "a file that cannot be read: " + std::string(std::strerror(errno)));
  return hex(hash.digest());
}

void seal(const fs::path& path, std::string_view label, const fs::path& shown) {
  const File file(std::fopen(path.c_str(), "r+b"), std::fclose);
  Sha256 hash;
  add_label(hash, label);
  std::error_code unreadable;
  const std::uintmax_t size = fs::file_size(path, unreadable);
  if (file == nullptr || unreadable || !add_bytes(hash, file.get(), size))
    throw OutputError(shown.string(), std::strerror(errno));
  const std::string line = seal_line(hash);
  if (std::fseek(file.get(), 0, SEEK_END) != 0 || std::fwrite(line.data(), 1, line.size(), file.get()) != line.size() ||
      std::fflush(file.get()) != 0)
    throw OutputError(shown.string(), std::strerror(errno));
}

bool has_seal(const fs::path& path) {
  const File file(std::fopen(path.c_str(), "rb"), std::fclose);
  std::array<char, line_begin.size()> found{};
  return file != nullptr && std::fseek(file.get(), -static_cast<long>(line_size), SEEK_END) == 0 &&
         std::fread(found.data(), 1, found.size(), file.get()) == found.size() &&
         std::string_view(found.data(), found.size()) == line_begin;
}

bool is_sealed(const fs::path& path, std::string_view label) {
  std::error_code unreadable;
  const std::uintmax_t size = fs::file_size(path, unreadable);
  const File file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (unreadable || file == nullptr || size < line_size) return false;
  Sha256 hash;
  add_label(hash, label);
  if (!add_bytes(hash, file.get(), size - line_size)) return false;
  std::array<char, line_size> found;
  return std::fread(found.data(), 1, found.size(), file.get()) == found.size() &&
         std::string_view(found.data(), found.size()) == seal_line(hash);
}

std::optional<std::string> sealed_bytes(const fs::path& path, std::string_view label) {
  if (!is_sealed(path, label)) return std::nullopt;
  std::string bytes = read_file_of_ours(path.string(), "a sealed file");
  bytes.resize(bytes.size() - line_size);
  return bytes;
}

}  // namespace crbrt::base
