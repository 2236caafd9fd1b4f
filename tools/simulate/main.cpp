// crbrt-simulate: fingerprints of listed tissues, and training sets drawn from a prior.
#include "base/error.h"
#include "tools/simulate/options.h"
#include "tools/simulate/tissue_list.h"
#include "tools/simulate/training_set.h"

namespace {

int simulate(int argc, char** argv) {
  using namespace crbrt;
  const std::optional<simulate::Options> options = simulate::parse_options(argc, argv);
  if (!options) return base::exit_ok;
  if (options->prior.empty())
    simulate::simulate_tissue_list(*options);
  else
    simulate::make_training_set(*options);
  return base::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return crbrt::base::run_main("crbrt-simulate", simulate, argc, argv); }
