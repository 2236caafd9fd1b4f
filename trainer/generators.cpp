// One stream of the counter-based generator of data sets gives the seed.
#include "trainer/generators.h"

#include <torch/utils.h>

#include "physics/counter_random.h"

namespace crbrt::trainer {

void seed_generators(std::uint64_t seed, std::uint64_t epoch) {
  physics::CounterRandom random(seed, physics::Stream::training_noise, epoch);
  const std::uint64_t high = random.bits();
  torch::manual_seed(high << 32 | random.bits());
}

}  // namespace crbrt::trainer
