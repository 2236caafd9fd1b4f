// SPDX-License-Identifier: Apache-2.0
/// What a user can do about images whose place in the world is the matter, as the ends of messages. Programs name their option,
/// the page of tools/web has none: each links its own definition, so that no text of the one can reach the user of the other.
#pragma once

namespace crbrt::volume {

/// Of an image that lies elsewhere than the grid: " (...)".
extern const char* const remedy_for_another_place;
/// Of a form of the header that is no place: " (...)".
extern const char* const remedy_for_no_place;

}  // namespace crbrt::volume
