/// What the map of an output is called.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace crbrt::volume {

/// The map of an output's standard deviations is called like the output's map, with this behind it.
inline constexpr std::string_view std_suffix = "_std";

/// The file name, without extension, of the map of an output: T1map, T2map, R1map, R2map or M0map where BIDS has a name for it,
/// the output's own name elsewhere.
std::string map_name(const std::string& output);

/// The same for all outputs of one model: an output whose BIDS name an earlier one took keeps its own name. Throws InputError
/// naming `file` for an output that makes no file name (letters, digits, underscores) or appears twice.
std::vector<std::string> map_names(const std::string& file, const std::vector<std::string>& outputs);

}  // namespace crbrt::volume
