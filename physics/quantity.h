// SPDX-License-Identifier: Apache-2.0
/// The one table of quantities: everything that this project simulates, estimates or reports of a voxel, with its names and
/// units.
///
/// Estimands, bounds, priors, maps, reports, phantoms and plots read it; none keeps a list of its own. All values are SI except
/// where a row says that a map or a display is scaled. docs/quantities.md is this table in words, and a test keeps it so.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "physics/tissue.h"

namespace crbrt::physics {

/// How a quantity follows from the one tissue parameter of its row (nobody keeps the covariances of several). Whoever computes
/// with a form switches over all of them without a default, so that the compiler names each place that a new one needs. It is
/// neither an estimand nor a key of priors until is_estimand() and is_prior_key() list it.
enum class Form {
  parameter,      ///< the parameter itself
  inverse,        ///< the time T = 1 / R of a rate R
  cycles_per_tr,  ///< an angular frequency as turns per repetition time: omega0 TR / (2 pi); in priors only
  signal_norm,    ///< no parameter but ||s||, the norm of the signal at M0 = 1
  m0,             ///< no parameter but |M0|, in units of the data
};

/// The map of a quantity. Where BIDS (appendix "Quantitative MRI") names it, the map has that name and that unit.
struct MapForm {
  std::string_view name;  ///< file name without extension; unique for each T1 model
  std::string_view unit;
  double factor = 1;  ///< map value over SI value
  /// Where a BIDS data set keeps it, "anat" or "fmap"; empty: BIDS has no name for it.
  std::string_view bids_folder{};
};

/// How people see a quantity.
struct DisplayForm {
  std::string_view unit;  ///< empty for a ratio
  double factor = 1;      ///< displayed value over SI value
  double low = 0;         ///< SI: the window of pictures and viewers; low = high where the values decide
  double high = 0;
};

/// SI: what lies beyond is no tissue and no phantom, but a number in another unit. Generous, because whoever reads a file with
/// such a number complains (physics/io/plausible.h). Zero is the same in every unit and never lies beyond.
struct Plausible {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

struct Quantity {
  std::string_view key;          ///< "t1_free_s": in models, configurations, priors, data sets; unique
  std::string_view symbol;       ///< "T1f", in running text
  std::string_view plot_symbol;  ///< "T_{1f}", for gnuplot
  std::string_view unit;         ///< SI: "s", "1/s", "rad/s", "1"; "arbitrary" for |M0|
  Form form = Form::parameter;
  Parameter parameter = Parameter::m0_semi_frac;              ///< meaningless for signal_norm and m0
  std::optional<T1Model> t1_model{};                          ///< the only model that has it; empty: both have it
  double nominal = std::numeric_limits<double>::quiet_NaN();  ///< SI, mean of the prior ([paper] Section 2.4); NaN: none
  MapForm map{};                                              ///< without a name: never a map
  DisplayForm display{};
  Plausible plausible{};
  std::string_view description;  ///< a noun phrase

  bool is_of(T1Model model) const noexcept { return !t1_model || *t1_model == model; }
  /// A parameter, or the time of one.
  bool gives_parameter() const noexcept { return form == Form::parameter || form == Form::inverse; }
  /// What a model can estimate: it has a value and a bound for every tissue.
  bool is_estimand() const noexcept { return gives_parameter() || form == Form::signal_norm; }
  /// What a prior may describe: exactly one key for each parameter of the T1 model.
  bool is_prior_key() const noexcept { return gives_parameter() || form == Form::cycles_per_tr; }
  /// Displayed value over map value.
  double display_per_map() const noexcept { return display.factor / map.factor; }
  /// "T_{1f} (ms)", for the axes and titles of gnuplot.
  std::string plot_label() const;
};

/// All rows, in the order of the parameters.
std::span<const Quantity> quantities() noexcept;
/// A suffix of letters and digits, as BIDS wants it: "exchange_hz" becomes "exchangeHz", "T1map" stays.
std::string name_as_bids_suffix(std::string_view map_name);
/// Null for a key that is not in the table.
const Quantity* find_quantity(std::string_view key) noexcept;
/// The first row whose map has this name, "T1map"; null where none has it.
const Quantity* find_quantity_of_map(std::string_view map_name) noexcept;
/// The row of a parameter itself. For r1_free_hz that is the free pool's, not the apparent rate.
const Quantity& quantity_of(Parameter parameter) noexcept;

/// What the paper's networks estimate, tubes are filled by and trains are designed for (apparent T1).
inline constexpr std::array<const char*, 3> paper_quantities{"m0_semi_frac", "t1_apparent_s", "t2_free_s"};

}  // namespace crbrt::physics
