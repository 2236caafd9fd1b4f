// SPDX-License-Identifier: Apache-2.0
// Coefficients come in any order, each of them once. What differs between two images of one slice is refused, because nobody
// could say which of them is right.
#include "tools/mrd/assembly.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

namespace crbrt::mrd {
namespace {

constexpr std::array<std::pair<const char*, Dimension>, 3> names{
    {{"channel", Dimension::channel}, {"contrast", Dimension::contrast}, {"set", Dimension::set}}};

bool is_double(const ImageHeader& header) noexcept { return header.data_type == ISMRMRD::ISMRMRD_CXDOUBLE; }

std::string size_in_words(const ImageHeader& h) {
  return std::to_string(h.matrix_size[0]) + " x " + std::to_string(h.matrix_size[1]) + " x " + std::to_string(h.matrix_size[2]);
}

/// Bit for bit: all images of a slice are made from one geometry.
bool lies_alike(const ImageHeader& a, const ImageHeader& b) noexcept {
  constexpr std::array fields{offsetof(ImageHeader, field_of_view), offsetof(ImageHeader, position),
                              offsetof(ImageHeader, read_dir), offsetof(ImageHeader, phase_dir),
                              offsetof(ImageHeader, slice_dir)};
  return std::all_of(fields.begin(), fields.end(), [&](std::size_t at) { return vector_of(a, at) == vector_of(b, at); });
}

}  // namespace

std::optional<Dimension> dimension_from_name(std::string_view name) {
  for (const auto& [text, dimension] : names)
    if (name == text) return dimension;
  return std::nullopt;
}

const char* name_of(Dimension dimension) noexcept { return names[static_cast<std::size_t>(dimension)].first; }

Assembly::Key Assembly::key_of(const ImageHeader& h) const noexcept {
  const bool of_contrast = dimension_ == Dimension::contrast, of_set = dimension_ == Dimension::set;
  return {h.slice,
          h.repetition,
          h.average,
          h.phase,
          of_set ? std::uint16_t{0} : h.set,
          of_contrast ? std::uint16_t{0} : h.contrast};
}

std::size_t Assembly::index_of(const ImageHeader& h) const noexcept {
  if (dimension_ == Dimension::channel) return 0;
  return dimension_ == Dimension::contrast ? h.contrast : h.set;
}

void Assembly::expect(const ImageHeader& h) const {
  const std::string slice = "image of slice " + std::to_string(h.slice);
  if (h.data_type != ISMRMRD::ISMRMRD_CXFLOAT && h.data_type != ISMRMRD::ISMRMRD_CXDOUBLE)
    throw Refusal(slice + ": expected complex floats (data type 7) or complex doubles (8), found data type " +
                  std::to_string(h.data_type));
  const std::size_t n_channel = dimension_ == Dimension::channel ? n_coeff_ : 1;
  if (h.channels != n_channel)
    throw Refusal(slice + ": expected " + std::to_string(n_channel) + " channels (coefficients along " + name_of(dimension_) +
                  "), found " + std::to_string(h.channels));
  if (index_of(h) >= n_coeff_)
    throw Refusal(slice + ": expected a " + name_of(dimension_) + " below " + std::to_string(n_coeff_) +
                  ", the coefficients of the model, found " + std::to_string(index_of(h)));
  if (bytes_of_image(h, most_bytes_) > most_bytes_ - bytes_)
    throw Refusal(slice + ": expected at most " + std::to_string(most_bytes_ >> 20) +
                  " MiB of coefficients that wait for others (--largest-volume), found more");
  const auto found = waiting_.find(key_of(h));
  if (found != waiting_.end()) expect_beside(found->second, h);
}

void Assembly::expect_beside(const Waiting& waiting, const ImageHeader& h) const {
  const std::string slice = "image of slice " + std::to_string(h.slice) + ", coefficient " + std::to_string(index_of(h));
  if (waiting.group.planes[index_of(h)].numbers != nullptr)
    throw Refusal(slice + ": expected each coefficient once, found it a second time");
  if (std::memcmp(waiting.first.matrix_size, h.matrix_size, sizeof(h.matrix_size)) != 0)
    throw Refusal(slice + ": expected " + size_in_words(waiting.first) + " voxels, as its other coefficients have, found " +
                  size_in_words(h));
  if (!lies_alike(waiting.first, h))
    throw Refusal(slice + ": expected position, directions and field of view of its other coefficients, found others");
}

std::optional<CoefficientGroup> Assembly::add(Message image) {
  const ImageHeader& h = image.image;
  Waiting& waiting = waiting_[key_of(h)];
  CoefficientGroup& group = waiting.group;
  if (waiting.n_here == 0) {
    waiting.first = h;
    group.planes.resize(n_coeff_);
    group.n_voxel = std::size_t{h.matrix_size[0]} * h.matrix_size[1] * h.matrix_size[2];
    group.lease = std::move(image.memory);
  } else {
    group.lease.absorb(std::move(image.memory));
  }
  const std::size_t index = index_of(h), plane_bytes = group.n_voxel * bytes_of_type(h.data_type);
  for (std::size_t k = 0; k < h.channels; ++k)
    group.planes[index + k] = {image.numbers.bytes.get() + k * plane_bytes, is_double(h)};
  if (index == 0) {
    group.header = h;
    group.attributes = std::move(image.text);
  }
  waiting.n_here += h.channels;
  waiting.n_byte += image.numbers.size;
  bytes_ += image.numbers.size;
  group.memory.push_back(std::move(image.numbers));
  if (waiting.n_here < n_coeff_) return std::nullopt;
  std::optional<CoefficientGroup> whole(std::move(group));
  bytes_ -= waiting.n_byte;
  waiting_.erase(key_of(whole->header));
  return whole;
}

std::string Assembly::missing() const {
  constexpr std::size_t most_named = 8;
  std::string text;
  std::size_t n = 0;
  for (const auto& [key, waiting] : waiting_) {
    if (++n > most_named) return text + "; and " + std::to_string(waiting_.size() - most_named) + " more";
    const auto& planes = waiting.group.planes;
    const auto first = std::find_if(planes.begin(), planes.end(), [](const Plane& p) { return p.numbers == nullptr; });
    text += (text.empty() ? "" : "; ") + std::string("slice ") + std::to_string(key[0]) + ", repetition " +
            std::to_string(key[1]) + ": " + std::to_string(n_coeff_ - waiting.n_here) + " of " + std::to_string(n_coeff_) +
            " coefficients, the first of them " + std::to_string(first - planes.begin());
  }
  return text;
}

}  // namespace crbrt::mrd
