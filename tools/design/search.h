// SPDX-License-Identifier: Apache-2.0
/// The search for a better shape: rounds of L-BFGS (Ceres) on its spline coefficients. The basis is renewed before every round
/// and constant within it, so a round depends on nothing but the shape it starts from, and a search that was interrupted goes
/// on as if it had not been. Limits hold by construction.
/// Searches begin at random shapes, or at the shape closest to a given train.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/design/problem.h"
#include "tools/design/shape.h"
#include "tools/design/train_cost.h"

namespace crbrt::design {

/// Between two rounds.
struct SearchState {
  std::string problem;            ///< the text of the problem file: another one must not go on from here
  int n_round = 0;                ///< done so far
  std::vector<double> positions;  ///< unconstrained: what L-BFGS moves
  std::vector<double> costs;      ///< after every round
};

SearchState start_of(const Problem& problem, const std::string& problem_text, const Shape& shape);
Shape shape_of(const Problem& problem, const SearchState& state);

/// One more round of at most `n_iteration` steps. `advance` is called after every step with the cost.
void run_round(const Problem& problem, const TrainCost& cost, int n_iteration, const std::function<void(double)>& advance,
               SearchState& state);

/// JSON with a seal behind it (base/sealed_file.h), written as a whole. Throws base::OutputError.
void write_state(const std::string& path, const SearchState& state);
/// Empty for a file that is damaged: a search must not go on from a flipped bit. Throws base::InputError for another problem's
/// state. One of before there were seals is taken as it is.
std::optional<SearchState> read_state(const std::string& path, const std::string& problem_text);

/// Number `index` of the random shapes of `seed`: three to six lobes of flip angles over a floor, durations anywhere.
Shape random_shape(const Problem& problem, std::uint64_t seed, std::uint64_t index);

/// Least-squares splines through the balanced pulses of the first cycle, cut to the limits. Durations that the peak of B1
/// forces are forced again by the formula. Throws base::Error for another number of pulses or repetition time.
Shape fitted_shape(const Problem& problem, const physics::Sequence& sequence);

/// The same curves with the problem's numbers of coefficients. Throws as fitted_shape.
Shape resampled_shape(const Problem& problem, const Shape& shape);

}  // namespace crbrt::design
