// SPDX-License-Identifier: Apache-2.0
/// Messages of a client, for tests of the server's parts.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "tools/mrd/message.h"

namespace crbrt::tests {

template <class T>
std::string bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

inline std::string config_file(const std::string& name) {
  std::string bytes = bytes_of(mrd::MessageId::config_file) + name;
  bytes.resize(sizeof(mrd::MessageId) + mrd::config_name_bytes);
  return bytes;
}

/// A config text, a header or a text.
inline std::string text_of(mrd::MessageId id, const std::string& text) {
  return bytes_of(id) + bytes_of(static_cast<std::uint32_t>(text.size())) + text;
}

/// An image of complex floats, nx x ny x nz x channels.
inline mrd::ImageHeader image_header(std::uint16_t nx, std::uint16_t ny, std::uint16_t nz, std::uint16_t channels) {
  mrd::ImageHeader header{};
  header.version = 1;
  header.data_type = ISMRMRD::ISMRMRD_CXFLOAT;
  header.matrix_size[0] = nx, header.matrix_size[1] = ny, header.matrix_size[2] = nz;
  header.channels = channels;
  header.field_of_view[0] = header.field_of_view[1] = header.field_of_view[2] = 200;
  header.read_dir[0] = header.phase_dir[1] = header.slice_dir[2] = 1;
  return header;
}

/// [channel, z, y, x], re, im.
inline std::string image(const mrd::ImageHeader& header, const std::vector<float>& numbers,
                         const std::string& attributes = "") {
  std::string bytes = mrd::head_of_image(header, attributes);
  return bytes.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float));
}

/// Numbers of a volume that holds something in every voxel.
inline std::vector<float> numbers_of(const mrd::ImageHeader& header, float first = 1) {
  std::vector<float> numbers(std::size_t{2} * header.matrix_size[0] * header.matrix_size[1] * header.matrix_size[2] *
                             header.channels);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = first + static_cast<float>(i * 7 % 13) / 13.0f;
  return numbers;
}

}  // namespace crbrt::tests
