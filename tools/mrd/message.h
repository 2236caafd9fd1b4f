// SPDX-License-Identifier: Apache-2.0
/// Messages of the MRD streaming protocol, as ISMRMRD describes them (docs/mrd.md, Sources): a number of two bytes says what
/// follows. Everything is little-endian.
#pragma once

#include <ismrmrd/ismrmrd.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tools/mrd/memory_budget.h"

namespace crbrt::mrd {

static_assert(std::endian::native == std::endian::little, "messages are read where they lie");

enum class MessageId : std::uint16_t {
  config_file = 1,     ///< a name in 1,024 bytes, ended by a 0
  config_text = 2,     ///< length (uint32) and text
  header = 3,          ///< the same: XML
  close = 4,           ///< nothing more
  text = 5,            ///< length (uint32) and text
  acquisition = 1008,  ///< k-space
  image = 1022,        ///< ImageHeader, length (uint64) and text of the attributes, numbers
  waveform = 1026,     ///< WaveformHeader, numbers
};

using ImageHeader = ISMRMRD::ISMRMRD_ImageHeader;
static_assert(sizeof(ImageHeader) == 198);

inline constexpr std::size_t config_name_bytes = 1024;
inline constexpr std::size_t waveform_head_bytes = 40;
inline constexpr std::size_t most_text_bytes = std::size_t{4} << 20;  ///< of any text, attributes included

/// Why a connection ends before its time: one sentence for the peer and for the log.
class Refusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Memory that nobody writes zeros to before it is filled.
struct Block {
  struct Free {
    void operator()(std::byte* bytes) const noexcept { std::free(bytes); }
  };
  std::unique_ptr<std::byte[], Free> bytes;
  std::size_t size = 0;
};
/// Throws std::bad_alloc.
Block make_block(std::size_t size);

struct Message {
  MessageId id = MessageId::close;
  std::string text;     ///< name of a config, text, or attributes of an image; up to the first 0
  ImageHeader image{};  ///< of an image
  Block numbers{};      ///< of an image
  Lease memory{};       ///< for text and numbers
};

/// The bits of three floats of a header at `offset`. No reference may bind to them: they lie at odd multiples of two bytes.
inline std::array<std::uint32_t, 3> vector_of(const ImageHeader& header, std::size_t offset) noexcept {
  std::array<std::uint32_t, 3> bits;
  std::memcpy(bits.data(), reinterpret_cast<const char*>(&header) + offset, sizeof bits);
  return bits;
}

/// Bytes of an image's number: 0 for a type that ISMRMRD does not have.
std::size_t bytes_of_type(std::uint16_t data_type) noexcept;

/// How many bytes of numbers an image has. Throws Refusal for an unknown type, for an extent of 0, and above `most`.
std::size_t bytes_of_image(const ImageHeader& header, std::size_t most);

/// A text message, with the 0 behind it that other servers send, too.
std::string text_message(std::string_view text);
std::string close_message();
/// All of an image message before its numbers.
std::string head_of_image(ImageHeader header, std::string_view attributes);

}  // namespace crbrt::mrd
