// SPDX-License-Identifier: Apache-2.0
/// Which known name a misspelt one was meant to be.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace crbrt::base {

/// How many letters have to be added, left out, replaced or swapped with their neighbour to turn `a` into `b` (the restricted
/// Damerau-Levenshtein distance, https://doi.org/10.1145/363958.363994). Bytes, not letters, beyond ASCII.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known name with the fewest edits, the first of equals; empty where nothing is known.
std::string_view nearest(std::string_view name, std::span<const std::string_view> known);

/// "\"learnig_rate\" (nearest: \"learning_rate\")": what a complaint about an unknown name says was found.
std::string with_nearest(std::string_view name, std::span<const std::string_view> known);

}  // namespace crbrt::base
