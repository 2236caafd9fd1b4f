// White and grey matter: Stanisz et al., "T1, T2 relaxation and magnetization transfer in tissue at 3T", Magn Reson Med 54:507
// (2005), table 1: T1, T2, pool ratio f = 13.9 +- 2.8 and 5.0 +- 0.5 %, exchange R = 23 +- 4 and 40 +- 1 /s, T2s = 10.0 +- 1.0
// and 9.1 +- 0.2 us. There the free pool is 1, so our fraction is f / (1 + f) and our exchange rate R (1 + f). CSF: as good as
// water; its small semi-solid pool stands for partial volume.
#include "tools/phantom/literature.h"

#include <cmath>

namespace crbrt::phantom {
namespace {

struct Value {
  double mean, std;
};
struct Values {
  Value m0_semi_frac, t1_s, t2_free_s, exchange_hz, t2_semi_s;
};

constexpr Values white_matter{{0.122, 0.020}, {1.084, 0.045}, {0.069, 0.003}, {26, 4.5}, {10.0e-6, 1.0e-6}};
constexpr Values grey_matter{{0.048, 0.005}, {1.820, 0.114}, {0.099, 0.007}, {42, 1.0}, {9.1e-6, 0.2e-6}};
constexpr Values csf{{0.010, 0.001}, {3.000, 0.150}, {0.500, 0.040}, {30, 3.0}, {10.0e-6, 1.0e-6}};

/// Gaussian, redrawn until within 2.5 standard deviations.
double draw(const Value& value, physics::CounterRandom& random) {
  double deviation = random.normal();
  while (std::abs(deviation) > 2.5) deviation = random.normal();
  return value.mean + value.std * deviation;
}

}  // namespace

physics::Tissue draw_tissue(TissueClass tissue, double omega0_rad_s, double b1_rel, physics::CounterRandom& random) {
  const Values& values = tissue == TissueClass::white_matter  ? white_matter
                         : tissue == TissueClass::grey_matter ? grey_matter
                                                              : csf;
  physics::Tissue result;
  result.m0_semi_frac = draw(values.m0_semi_frac, random);
  result.r1_free_hz = result.r1_semi_hz = 1 / draw(values.t1_s, random);
  result.r2_free_hz = 1 / draw(values.t2_free_s, random);
  result.exchange_hz = draw(values.exchange_hz, random);
  result.t2_semi_s = draw(values.t2_semi_s, random);
  result.omega0_rad_s = omega0_rad_s;
  result.b1_rel = b1_rel;
  return result;
}

}  // namespace crbrt::phantom
