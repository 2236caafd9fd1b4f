/// SHA-256 as the text that model files, banners and sidecars carry: 64 lower-case hex digits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace crbrt::loading {

std::array<std::uint8_t, 32> sha256(const void* data, std::size_t size) noexcept;
std::string hex(const std::array<std::uint8_t, 32>& digest);

/// Exactly 64 digits 0-9a-f?
bool is_sha256_text(std::string_view text) noexcept;

}  // namespace crbrt::loading
