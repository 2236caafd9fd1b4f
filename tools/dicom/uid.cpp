// SPDX-License-Identifier: Apache-2.0
// No integer of 128 bits in C++: the decimal digits come by division of its bytes.
#include "tools/dicom/uid.h"

#include <algorithm>

namespace crbrt::dicom {

std::string uid_of(base::Sha256Digest digest) {
  constexpr std::size_t n_byte = 16;
  digest[6] = static_cast<std::uint8_t>((digest[6] & 0x0f) | 0x80);  // version 8: an own scheme
  digest[8] = static_cast<std::uint8_t>((digest[8] & 0x3f) | 0x80);  // variant
  std::string digits;
  while (std::any_of(digest.begin(), digest.begin() + n_byte, [](std::uint8_t byte) { return byte != 0; })) {
    unsigned rest = 0;
    for (std::size_t i = 0; i < n_byte; ++i) {
      rest = rest * 256 + digest[i];
      digest[i] = static_cast<std::uint8_t>(rest / 10);
      rest %= 10;
    }
    digits.push_back(static_cast<char>('0' + rest));
  }
  std::reverse(digits.begin(), digits.end());
  return "2.25." + digits;
}

}  // namespace crbrt::dicom
