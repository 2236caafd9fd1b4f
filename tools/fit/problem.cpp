// What the library calls an invalid argument is told here with the name of the file that holds it.
#include "tools/fit/problem.h"

#include <stdexcept>

#include "base/error.h"
#include "physics/io/sequence_io.h"
#include "physics/nlls/fit_range.h"
#include "tools/subspace/basis.h"

namespace crbrt::fit {
namespace {

void expect_range(const std::string& file, const physics::Prior& prior, physics::T1Model model) {
  try {
    const physics::FitRange range(prior, model);
  } catch (const std::invalid_argument& error) {
    throw base::InputError(file, "a prior whose classes give every parameter a range", error.what());
  }
}

void expect_rank(const Options& options, const Problem& problem) {
  const std::size_t least = physics::least_rank(problem.settings);
  if (static_cast<std::size_t>(problem.basis.cols()) >= least) return;
  throw base::DisagreementError(options.basis,
                                "at least " + std::to_string(least) + " columns to fit the " +
                                    std::string(physics::name(problem.settings.t1_model)) + " T1 model",
                                std::to_string(problem.basis.cols()));
}

}  // namespace

Problem read_problem(const Options& options) {
  Problem problem;
  problem.settings = options.settings;
  problem.sequence = physics::read_sequence(options.sequence, options.tr_s);
  problem.basis = subspace::load_basis(options.basis, options.rank, problem.sequence);
  problem.prior = options.prior.empty() ? physics::paper_fit_prior(problem.sequence.tr_s)
                                        : physics::read_prior(options.prior, problem.sequence.tr_s);
  problem.settings.t1_model = options.t1_model.value_or(problem.prior.t1_model);
  expect_range(options.prior, problem.prior, problem.settings.t1_model);
  expect_rank(options, problem);
  return problem;
}

physics::Fitter make_fitter(const Options& options, const Problem& problem) {
  try {
    return physics::Fitter(problem.sequence, problem.basis, problem.prior, problem.settings);
  } catch (const std::domain_error& error) {
    throw base::InputError(options.sequence, "balanced pulses for which the linear semi-solid rate exists", error.what());
  }
}

}  // namespace crbrt::fit
