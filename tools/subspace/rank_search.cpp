// SPDX-License-Identifier: Apache-2.0
// Factors fall with the rank, so that a bisection finds the fewest coefficients.
#include "tools/subspace/rank_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/median.h"
#include "base/number_text.h"

namespace crbrt::subspace {
namespace {

bool is_enough(const RankSearch& search, const std::vector<double>& factors) {
  return std::all_of(factors.begin(), factors.end(), [&](double factor) { return factor <= search.tolerated; });
}

bool leaves_bounds(const std::vector<double>& factors) {
  return std::all_of(factors.begin(), factors.end(), [](double factor) { return std::isfinite(factor); });
}

std::string shown(const RankSearch& search, const std::vector<double>& factors) {
  std::string text;
  for (std::size_t j = 0; j < factors.size(); ++j)
    text += (j == 0 ? "" : ", ") + base::number_text(factors[j], "%.3f") + " for " + search.outputs[j];
  return text;
}

}  // namespace

std::vector<double> medians_of(const std::vector<std::vector<double>>& of_outputs) {
  std::vector<double> medians;
  for (const std::vector<double>& values : of_outputs) medians.push_back(base::median(values));
  return medians;
}

int fewest_for(std::size_t n_bound) { return (static_cast<int>(n_bound) + 2 + 1) / 2; }

RankChoice fewest_enough(const RankSearch& search, const std::string& file) {
  int low = search.fewest - 1, high = search.most;
  const auto tried = [&](int rank) { return RankChoice{rank, search.factors_of(rank)}; };
  RankChoice choice;
  // The most coefficients are the dearest to try: not first, but after the first rank that is too small, because where they are
  // too few as well all others are tried in vain.
  const auto expect_most_to_be_enough = [&] {
    choice = tried(high);
    choice.is_enough = is_enough(search, choice.factors);
    const bool will_do = search.or_most && leaves_bounds(choice.factors);
    if (!choice.is_enough && !will_do)
      throw base::DisagreementError(file,
                                    "a basis of at most " + std::to_string(high) +
                                        " coefficients that raises sqrt(CRB) by no more than a factor of " +
                                        base::number_text(search.tolerated, "%g") + " (--rank-factor, or --rank N)",
                                    shown(search, choice.factors));
  };
  while (high - low > 1) {
    RankChoice middle = tried((low + high) / 2);
    if (is_enough(search, middle.factors)) {
      high = middle.rank;
      choice = std::move(middle);
    } else {
      low = middle.rank;
      if (choice.rank == 0) expect_most_to_be_enough();
      if (!choice.is_enough) return choice;
    }
  }
  if (choice.rank == 0) expect_most_to_be_enough();
  return choice;
}

std::string in_words(const RankChoice& choice, const std::vector<std::string>& outputs) {
  std::string text = "rank " + std::to_string(choice.rank) + ": sqrt(CRB) in median";
  for (std::size_t j = 0; j < choice.factors.size(); ++j)
    text +=
        (j == 0 ? " " : ", ") + base::number_text(choice.factors[j], "%.3f") + " times that of all frames for " + outputs[j];
  return text;
}

std::string warning_of(const RankChoice& choice, const std::vector<std::string>& outputs, double tolerated) {
  if (choice.is_enough) return {};
  return "the basis loses more than a factor of " + base::number_text(tolerated, "%g") +
         " (--rank-factor), with the most coefficients that are tried, " + in_words(choice, outputs);
}

}  // namespace crbrt::subspace
