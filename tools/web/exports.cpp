// SPDX-License-Identifier: Apache-2.0
// What JavaScript calls: numbers and texts only. Every call that may refuse returns JSON, {"error": "..."} where it did; the
// text lives until the next call.
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>

#include "tools/web/page_mapping.h"

namespace {

using crbrt::base::Json;

crbrt::web::PageMapping& mapping() {
  static crbrt::web::PageMapping only;
  return only;
}

const char* kept(std::string text) {
  static std::string last;
  last = std::move(text);
  return last.c_str();
}

template <class Work>
const char* answer(Work work) {
  try {
    return kept(work().dump());
  } catch (const std::exception& error) {
    return kept(Json{{"error", error.what()}}.dump());
  }
}

std::size_t n_last = 0;  // bytes of the last head

}  // namespace

#define CRBRT_WEB_EXPORT extern "C" __attribute__((used, visibility("default")))

CRBRT_WEB_EXPORT const char* crbrt_web_model(const std::uint8_t* bytes, std::size_t size, const char* name) {
  return answer([&] { return mapping().open_model({bytes, size}, name); });
}

CRBRT_WEB_EXPORT const char* crbrt_web_image(const char* header) {
  return answer([&] { return mapping().open_image(Json::parse(header, "header")); });
}

CRBRT_WEB_EXPORT const char* crbrt_web_mask(const char* header, const std::byte* bytes, std::size_t size) {
  return answer([&] { return mapping().use_mask(Json::parse(header, "header"), {bytes, size}); });
}

CRBRT_WEB_EXPORT const char* crbrt_web_all_voxels() {
  return answer([&] { return mapping().use_all_voxels(); });
}

CRBRT_WEB_EXPORT const char* crbrt_web_start(int is_integer, double sigma) {
  return answer([&] { return mapping().start(is_integer != 0, sigma); });
}

CRBRT_WEB_EXPORT std::size_t crbrt_web_listed(std::size_t first, std::size_t end) { return mapping().listed(first, end); }

CRBRT_WEB_EXPORT void crbrt_web_indices(std::size_t first, std::size_t end, std::uint32_t* to) {
  mapping().indices(first, end, to);
}

CRBRT_WEB_EXPORT void crbrt_web_gather(std::size_t first, std::size_t end, std::byte* stored, float* to) {
  mapping().gather(first, end, stored, to);
}

CRBRT_WEB_EXPORT const char* crbrt_web_run(const float* planes, std::size_t n, float* maps, std::uint8_t* status,
                                           std::uint8_t* is_atypical) {
  return answer([&] { return mapping().run(planes, n, maps, status, is_atypical); });
}

/// The bytes, whose number crbrt_web_head_size() then says.
CRBRT_WEB_EXPORT const char* crbrt_web_head(double low, double high, int is_status) {
  std::string head = mapping().head_of_map({low, high}, is_status != 0);
  n_last = head.size();
  return kept(std::move(head));
}

CRBRT_WEB_EXPORT std::size_t crbrt_web_head_size() { return n_last; }
