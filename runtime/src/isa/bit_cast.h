// SPDX-License-Identifier: Apache-2.0
/// std::bit_cast, which emscripten's standard library does not have yet (its version 13), by the builtin behind it.
#pragma once

namespace crbrt {

template <class To, class From>
constexpr To bit_cast(const From& from) noexcept {
  return __builtin_bit_cast(To, from);
}

}  // namespace crbrt
