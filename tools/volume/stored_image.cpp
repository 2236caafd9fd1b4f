// SPDX-License-Identifier: Apache-2.0
// What all formats share: which one a file is of, and its promise compared with the bytes that are there.
#include "tools/volume/stored_image.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/error.h"

namespace crbrt::volume {

#define CRBRT_IMAGE_FORMAT(name) extern const ImageFormat name##_format;
#include "tools/volume/formats.inc"
#undef CRBRT_IMAGE_FORMAT

namespace {

constexpr std::array formats{
#define CRBRT_IMAGE_FORMAT(name) &name##_format,
#include "tools/volume/formats.inc"
#undef CRBRT_IMAGE_FORMAT
};

bool is_there(const std::string& path) {
  std::error_code unreadable;
  return std::filesystem::exists(path, unreadable);
}

char in_small_letters(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool NamedFile::ends_with(std::string_view ending) const {
  return path.size() >= ending.size() &&
         std::equal(ending.begin(), ending.end(), path.end() - static_cast<std::ptrdiff_t>(ending.size()),
                    [](char a, char b) { return a == in_small_letters(b); });
}

NamedFile named_file(const std::string& given) {
  const std::size_t last = given.rfind(':');
  if (last == std::string::npos || last == 0 || is_there(given)) return {given, ""};
  std::size_t colon = last;  // a name inside the file may hold colons, too: the longest name of a file counts
  while (colon != std::string::npos && colon > 0 && !is_there(given.substr(0, colon))) colon = given.rfind(':', colon - 1);
  if (colon == std::string::npos || colon == 0) colon = last;
  return {given.substr(0, colon), given.substr(colon + 1)};
}

FileSpec FileSpec::parse(const std::string& given) {
  for (const ImageFormat* format : formats) {
    std::optional<FileSpec> spec = format->recognise(given);
    if (!spec) continue;
    open_file(spec->path);  // throws where it cannot be read
    if (!format->has_datasets && !spec->dataset.empty())
      throw base::InputError(given, "a name without :" + spec->dataset, "a file of one array");
    spec->format = format;
    return *spec;
  }
  throw base::InputError(given, known_formats(), "a name that no format knows");
}

// From the last to the first of the list: the format that takes any name is the one that most people have.
std::string known_formats() {
  std::string all(formats.back()->phrase);
  for (std::size_t i = formats.size() - 1; i-- > 0;) all += (i == 0 ? ", or " : ", ") + std::string(formats[i]->phrase);
  return all;
}

std::string sidecar_path(const std::string& image) {
  std::filesystem::path base(image);
  if (NamedFile{image, ""}.ends_with(".gz")) base.replace_extension();
  return base.replace_extension(".json").string();
}

StoredImage open_image(const FileSpec& spec) { return spec.format->open(spec); }

void expect_no_notes(const StoredImage& image) {
  if (image.notes.empty()) return;
  const std::string& note = image.notes.front();
  const bool names_file = note.starts_with(image.spec.shown + ": ");
  throw base::InputError(image.spec.shown, "a complete image", note.substr(names_file ? image.spec.shown.size() + 2 : 0));
}

std::vector<double> read_doubles(const StoredImage& image) {
  constexpr std::size_t piece = 65536;
  const std::size_t n = image.n_element(), width = bytes_of(image.encoding.element);
  const std::size_t step = is_complex(image.encoding.element) ? 2 : 1;
  std::vector<std::byte> stored(std::min(piece, n) * width);
  std::vector<double> values;
  for (std::size_t first = 0; first < n;
       first += piece) {  // in pieces, so that a file that ends early costs no more than it has
    const std::size_t count = std::min(piece, n - first);
    image.bytes->read(image.offset + first * width, stored.data(), count * width);
    values.resize((first + count) * step);
    decode(image.encoding, stored.data(), count, values.data() + first * step);
  }
  image.bytes->expect_intact_end();
  return values;
}

}  // namespace crbrt::volume
