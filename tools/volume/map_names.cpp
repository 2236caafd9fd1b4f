// The one table of BIDS names.
#include "tools/volume/map_names.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace crbrt::volume {
namespace {

// BIDS names relaxation of what a clinical scanner sees (the free pool, or both pools as one) and the equilibrium
// magnetisation.
using Names = std::pair<std::string_view, std::string_view>;
constexpr std::array<Names, 6> bids_names{{{"t1_apparent_s", "T1map"},
                                           {"t1_free_s", "T1map"},
                                           {"t2_free_s", "T2map"},
                                           {"r1_free_hz", "R1map"},
                                           {"r2_free_hz", "R2map"},
                                           {"m0", "M0map"}}};

/// Letters, digits and underscores, and no name that a program gives to a map of its own.
bool makes_file_name(const std::string& output) {
  const char* const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return !output.empty() && output.find_first_not_of(allowed) == std::string::npos && output != "status" &&
         output != "atypicality" && !output.ends_with(std_suffix);
}

}  // namespace

std::string map_name(const std::string& output) {
  for (const auto& [name, bids] : bids_names) {
    if (output == name) return std::string(bids);
  }
  return output;
}

std::vector<std::string> map_names(const std::string& file, const std::vector<std::string>& outputs) {
  std::vector<std::string> names;
  const auto taken = [&](const std::string& name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  for (const std::string& output : outputs) {
    if (!makes_file_name(output)) {
      throw base::InputError(
          file, "outputs named with letters, digits and underscores, none \"status\", \"atypicality\" or ending in \"_std\"",
          "\"" + output + "\"");
    }
    const std::string bids = map_name(output);
    names.push_back(taken(bids) ? output : bids);
    if (std::count(names.begin(), names.end(), names.back()) > 1) {
      throw base::InputError(file, "outputs of different names", "\"" + output + "\" twice");
    }
  }
  return names;
}

}  // namespace crbrt::volume
