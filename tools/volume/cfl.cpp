// BART's pair of files: x.hdr lists the extents as text, x.cfl holds complex floats in little-endian order.
#include <algorithm>
#include <bit>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/error.h"
#include "base/read_file.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {
namespace {

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

// "# Dimensions", then one line of extents; later sections (command, creator) do not concern us.
std::vector<std::size_t> read_extents(const std::string& path) {
  base::expect_file(path, "a BART header");
  std::ifstream file(path);
  if (!file) throw base::InputError(path, "the header of a .cfl file", "no readable file");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("# Dimensions")) continue;
    std::getline(file, line);
    std::istringstream words(line);
    std::vector<std::size_t> extents;
    for (std::string word; words >> word;) extents.push_back(extent_of(path, line, word));
    if (extents.empty()) throw base::InputError(path, "a line of dimensions", "\"" + line + "\"");
    return extents;
  }
  throw base::InputError(path, "a line \"# Dimensions\"", "none");
}

/// "x.hdr" names a BART file when there is an x.cfl.
std::optional<FileSpec> recognise(const std::string& given) {
  if (given.ends_with(".cfl")) return FileSpec{nullptr, given, "", given};
  if (!given.ends_with(".hdr")) return std::nullopt;
  const std::string cfl = given.substr(0, given.size() - 4) + ".cfl";
  std::error_code unreadable;
  if (!std::filesystem::exists(cfl, unreadable)) return std::nullopt;
  return FileSpec{nullptr, cfl, "", given};
}

StoredImage open(const FileSpec& spec) {
  const Encoding encoding{Element::complex64, std::endian::native == std::endian::big, 1, 0};
  StoredImage image{spec, read_extents(header_path(spec)), encoding, {}, open_file(spec.path), 0};
  const std::uint64_t needed = image.n_element() * bytes_of(encoding.element);
  if (image.bytes->size() != needed) {
    throw base::InputError(spec.path, std::to_string(needed) + " bytes (" + text(image.extents) + ")",
                           std::to_string(image.bytes->size()) + " bytes");
  }
  return image;
}

/// Dimensions 0 to 2 are spatial, dimension 6 holds the coefficients.
CoefficientPlanes coefficients(const StoredImage& image) {
  constexpr std::size_t coefficient_dimension = 6;
  std::vector<std::size_t> extents = image.extents;
  extents.resize(std::max<std::size_t>(extents.size(), coefficient_dimension + 1), 1);
  for (std::size_t i = 3; i < extents.size(); ++i) {
    if (i != coefficient_dimension && extents[i] != 1) {
      throw base::InputError(image.spec.shown, "coefficients in dimension 6 and 1 in dimensions 3 to 5 and beyond",
                             text(extents));
    }
  }
  return {{extents[0], extents[1], extents[2]}, extents[coefficient_dimension]};
}

}  // namespace

extern const ImageFormat cfl_format;
const ImageFormat cfl_format{"BART x.cfl", recognise, open, coefficients};

}  // namespace crbrt::volume
