// SPDX-License-Identifier: Apache-2.0
// BART's pair of files: x.hdr lists the extents as text, x.cfl holds complex floats in little-endian order.
#include <bit>
#include <charconv>
#include <filesystem>
#include <sstream>
#include <system_error>

#include "base/error.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {
namespace {

namespace fs = std::filesystem;

/// A folder x beside x.cfl is another thing.
bool is_there(const std::string& path) {
  std::error_code unreadable;
  return fs::exists(path, unreadable) && !fs::is_directory(path, unreadable);
}

std::string header_path(const FileSpec& spec) { return spec.path.substr(0, spec.path.size() - 4) + ".hdr"; }

// A number too large for its type is no dimension either: reading it from a stream would end the line there.
std::size_t extent_of(const std::string& path, const std::string& line, const std::string& word) {
  long long extent = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), extent);
  if (error != std::errc() || end != word.data() + word.size())
    throw base::InputError(path, "a line of dimensions", "\"" + line + "\"");
  if (extent < 1) throw base::InputError(path, "positive dimensions", std::to_string(extent));
  return static_cast<std::size_t>(extent);
}

/// What the header says; its other sections (command, creator) do not concern us.
struct Header {
  std::vector<std::size_t> extents;
  std::string data;  ///< name of another file that holds the numbers; empty: x.cfl
};

/// The next line that holds something, as editors may leave empty ones.
std::string next_line(std::istream& file) {
  std::string line;
  while (std::getline(file, line) && line.find_first_not_of(" \t\r") == std::string::npos) continue;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

Header read_header(const std::string& path) {
  constexpr std::size_t longest = 1 << 20;
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";  // of editors, before the first line
  open_file(path);                                              // throws where it cannot be read
  std::string text = first_bytes(path, longest);
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  std::istringstream file(text);
  Header header;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("# SizesDimensions")) throw base::InputError(path, "the header of one array", "one of several arrays");
    const bool is_extents = line.starts_with("# Dimensions"), is_data = line.starts_with("# Data");
    if (!is_extents && !is_data) continue;
    line = next_line(file);
    if (is_data) {
      header.data = line;
      continue;
    }
    std::istringstream words(line);
    header.extents.clear();
    for (std::string word; words >> word;) header.extents.push_back(extent_of(path, line, word));
    if (header.extents.empty()) throw base::InputError(path, "a line of dimensions", "\"" + line + "\"");
  }
  if (header.extents.empty()) throw base::InputError(path, "a line \"# Dimensions\"", "none");
  return header;
}

/// "x.hdr" names a BART file when there is an x.cfl or its text is BART's, and so does "x" beside x.hdr, as for BART's
/// commands.
std::optional<FileSpec> recognise(const std::string& given) {
  if (given.ends_with(".cfl")) return FileSpec{nullptr, given, "", given};
  const auto is_header = [](const std::string& path) {
    return is_there(path.substr(0, path.size() - 4) + ".cfl") ||
           first_bytes(path, 4096).find("# Dimensions") != std::string::npos;
  };
  std::string header = given;
  if (!given.ends_with(".hdr")) {
    if (is_there(given)) return std::nullopt;
    header += ".hdr";
  }
  if (!is_there(header) || !is_header(header)) return std::nullopt;
  const std::string numbers = header.substr(0, header.size() - 4) + ".cfl";
  return FileSpec{nullptr, is_there(numbers) ? numbers : header, "", given};
}

/// Where the numbers lie: "# Data" names a file beside the header, or by an absolute name.
std::string data_path(const FileSpec& spec, const Header& header) {
  if (spec.path.ends_with(".cfl")) return spec.path;
  if (header.data.empty()) throw base::InputError(spec.path, "a .cfl file beside it, or a line \"# Data\"", "none");
  return (fs::path(spec.path).parent_path() / header.data).string();
}

StoredImage open(const FileSpec& spec) {
  const Encoding encoding{Element::complex64, std::endian::native == std::endian::big, 1, 0};
  Header header = read_header(header_path(spec));
  const std::string path = data_path(spec, header);
  StoredImage image{spec, std::move(header.extents), encoding, {}, open_file(path), 0};
  const std::uint64_t needed = image.n_element() * bytes_of(encoding.element);
  std::error_code unreadable;
  if (const auto size = fs::file_size(path, unreadable); size != needed || unreadable) {
    throw base::InputError(path, std::to_string(needed) + " bytes (" + text(image.extents) + ")",
                           std::to_string(size) + " bytes");
  }
  return image;
}

CoefficientPlanes coefficients(StoredImage& image, std::size_t) { return coefficients_of_bart(image); }

}  // namespace

extern const ImageFormat cfl_format;
const ImageFormat cfl_format{"BART x.cfl", false, recognise, open, coefficients};

}  // namespace crbrt::volume
