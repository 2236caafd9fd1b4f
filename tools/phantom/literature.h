/// Tissue parameters of the digital brain, from the literature at 3 T, with the spread between voxels of one class.
#pragma once

#include "physics/counter_random.h"
#include "physics/tissue.h"
#include "tools/phantom/brain.h"

namespace crbrt::phantom {

/// A random tissue of its class at this off-resonance and transmit field; r1_free_hz = r1_semi_hz (apparent T1).
physics::Tissue draw_tissue(TissueClass tissue, double omega0_rad_s, double b1_rel, physics::CounterRandom& random);

}  // namespace crbrt::phantom
