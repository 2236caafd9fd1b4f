// SPDX-License-Identifier: Apache-2.0
// Checks, RF load and hash of a pulse sequence.
#include "physics/sequence.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <sstream>

#include "base/sha256.h"

namespace crbrt::physics {

static_assert(std::endian::native == std::endian::little, "hashes are defined over little-endian doubles");

std::string sha256_of_doubles(std::span<const double> values) {
  return base::hex(base::sha256(values.data(), values.size_bytes()));
}

namespace {

constexpr double gamma_rad_per_s_per_ut = 267.52218744;  // proton gyromagnetic ratio (CODATA 2018)

// Far beyond every sequence of this kind. The work of a pulse grows with its angle and its duration: a file with degrees in
// place of radians or with milliseconds in place of seconds is refused before it.
constexpr double max_alpha_rad = 30, max_trf_s = 0.1, max_tr_s = 1;

// What numbers in another unit look like: no TR of balanced pulses is below this, and none is so many times its longest pulse.
constexpr double least_tr_s = 2e-4, most_tr_per_trf = 2000;
constexpr double two_pi = 2 * std::numbers::pi;

/// A time that is too long by a factor of a thousand or a million; empty for one that is neither.
std::string likely_unit(double found_s, double longest_s) {
  if (!std::isfinite(found_s) || found_s <= longest_s) return {};
  if (found_s / 1e3 <= longest_s) return " (ms instead of s?)";
  return found_s / 1e6 <= longest_s ? " (us instead of s?)" : "";
}

std::string why_pulse_invalid(const Cycle& cycle, std::size_t k, double tr_s) {
  std::ostringstream text;
  const double alpha = cycle.alpha_rad[k], trf = cycle.trf_s[k];
  if (!(alpha >= 0 && alpha <= max_alpha_rad))
    text << "expected a flip angle from 0 to " << max_alpha_rad << " rad, found " << alpha << " rad"
         << (alpha > max_alpha_rad && alpha <= 1080 ? " (degrees instead of rad?)" : "") << " at pulse " << k + 1;
  else if (trf > max_trf_s)
    text << "expected pulse durations up to " << max_trf_s << " s, found " << trf << " s" << likely_unit(trf, tr_s)
         << " at pulse " << k + 1;
  else if (!(std::isfinite(trf) && trf > 0 && trf < tr_s))
    text << "expected a pulse duration between 0 and TR = " << tr_s << " s" << (tr_s < least_tr_s ? " (ks instead of s?)" : "")
         << ", found " << trf << " s" << (tr_s < least_tr_s ? "" : likely_unit(trf, tr_s)) << " at pulse " << k + 1;
  return text.str();
}

/// Numbers that are each possible, and together are not.
std::string why_units_unlikely(const Sequence& sequence) {
  std::ostringstream text;
  std::vector<double> excitations;
  double longest_trf_s = 0;
  for (const Cycle& cycle : sequence.cycles) {
    excitations.insert(excitations.end(), cycle.alpha_rad.begin() + 1, cycle.alpha_rad.end());
    longest_trf_s = std::max(longest_trf_s, *std::max_element(cycle.trf_s.begin(), cycle.trf_s.end()));
  }
  const auto middle = excitations.begin() + static_cast<std::ptrdiff_t>(excitations.size() / 2);
  std::nth_element(excitations.begin(), middle, excitations.end());
  if (*middle > two_pi)
    text << "expected flip angles of which most are below 2 pi, found half of them above " << *middle
         << " rad (degrees instead of rad?)";
  else if (sequence.tr_s > most_tr_per_trf * longest_trf_s)
    text << "expected a TR of at most " << most_tr_per_trf << " times the longest pulse, " << longest_trf_s
         << " s, found TR = " << sequence.tr_s << " s (ms instead of s?)";
  return text.str();
}

}  // namespace

std::size_t Sequence::n_frame() const noexcept {
  std::size_t n = 0;
  for (const Cycle& cycle : cycles) n += cycle.alpha_rad.size();
  return n;
}

std::string Sequence::why_invalid() const {
  std::ostringstream text;
  if (!(tr_s > 0 && tr_s <= max_tr_s)) {
    text << "expected TR > 0 s and at most " << max_tr_s << " s, found " << tr_s << " s" << likely_unit(tr_s, max_tr_s);
    return text.str();
  }
  if (cycles.empty()) return "expected at least one cycle, found none";
  for (std::size_t c = 0; c < cycles.size(); ++c) {
    const Cycle& cycle = cycles[c];
    if (cycle.alpha_rad.size() != cycle.trf_s.size()) {
      text << "expected as many flip angles as durations, found " << cycle.alpha_rad.size() << " and " << cycle.trf_s.size()
           << " in cycle " << c + 1;
      return text.str();
    }
    if (cycle.alpha_rad.size() < 2) {
      text << "expected at least two pulses, found " << cycle.alpha_rad.size() << " in cycle " << c + 1;
      return text.str();
    }
    for (std::size_t k = 0; k < cycle.alpha_rad.size(); ++k)
      if (std::string why = why_pulse_invalid(cycle, k, tr_s); !why.empty()) return why + " of cycle " + std::to_string(c + 1);
  }
  return why_units_unlikely(*this);
}

RfLoad rf_load(const Sequence& sequence) {
  RfLoad load;
  for (const Cycle& cycle : sequence.cycles) {
    double energy = 0, peak_rad_s = 0;
    for (std::size_t k = 0; k < cycle.alpha_rad.size(); ++k) {
      energy += cycle.alpha_rad[k] * cycle.alpha_rad[k] / cycle.trf_s[k];
      peak_rad_s = std::max(peak_rad_s, cycle.alpha_rad[k] / cycle.trf_s[k]);
    }
    const double mean_square = energy / (static_cast<double>(cycle.alpha_rad.size()) * sequence.tr_s);
    load.energy_rad2_per_s = std::max(load.energy_rad2_per_s, energy);
    load.b1_rms_ut = std::max(load.b1_rms_ut, std::sqrt(mean_square) / gamma_rad_per_s_per_ut);
    load.b1_peak_ut = std::max(load.b1_peak_ut, peak_rad_s / gamma_rad_per_s_per_ut);
  }
  return load;
}

std::string sha256_of(const Sequence& sequence) {
  std::vector<double> values;
  values.reserve(2 * sequence.n_frame() + 1);
  for (const Cycle& cycle : sequence.cycles) values.insert(values.end(), cycle.alpha_rad.begin(), cycle.alpha_rad.end());
  for (const Cycle& cycle : sequence.cycles) values.insert(values.end(), cycle.trf_s.begin(), cycle.trf_s.end());
  values.push_back(sequence.tr_s);
  return sha256_of_doubles(values);
}

}  // namespace crbrt::physics
