// SPDX-License-Identifier: Apache-2.0
/// A pulse sequence: one or more cycles of rectangular pulses at a fixed repetition time. Each cycle repeats for ever on its
/// own (its periodic state), and the signals of the cycles are concatenated. Pulse 1 of each cycle is the crushed inversion.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace crbrt::physics {

struct Cycle {
  std::vector<double> alpha_rad;  ///< nominal flip angles; [0] is the inversion
  std::vector<double> trf_s;      ///< pulse durations, same length
};

struct Sequence {
  std::string name;
  double tr_s = 0;
  std::vector<Cycle> cycles;

  std::size_t n_frame() const noexcept;  ///< echoes of all cycles

  /// Empty when usable, else one line: what was expected, what was found. Checks tr > 0, equal lengths, at least two pulses,
  /// 0 <= alpha <= 30 rad, 0 < trf < tr, trf <= 0.1 s, tr <= 1 s.
  std::string why_invalid() const;
};

/// RF figures of merit that limit a protocol (docs/physics.md Eq. 17). The highest over all cycles.
struct RfLoad {
  double energy_rad2_per_s = 0;  ///< sum alpha^2 / trf over one cycle, inversion included
  double b1_rms_ut = 0;          ///< sqrt(sum (alpha/trf)^2 trf / (n tr)) / gamma
  double b1_peak_ut = 0;         ///< max alpha / trf / gamma
};
RfLoad rf_load(const Sequence& sequence);

/// SHA-256 of numbers as the project defines it: over little-endian doubles, as 64 lower-case hex digits.
std::string sha256_of_doubles(std::span<const double> values);

/// sha256_of_doubles of alpha_rad of all cycles, then trf_s of all cycles, then tr_s.
std::string sha256_of(const Sequence& sequence);

}  // namespace crbrt::physics
