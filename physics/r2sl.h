/// R2sl(TRF, alpha, B1, T2s) and z_end of crushed pulses as smooth tables with analytic derivatives, computed by the program
/// for the range it needs (a few tens of milliseconds) and kept for the life of the object. No table is shipped.
#pragma once

#include "physics/chebyshev2d.h"

namespace crbrt::physics {

/// Durations over T2s and flip angles times B1 that a table must serve.
struct PulseRange {
  double tau_min = 1, tau_max = 100;  ///< TRF / T2s
  double theta_max = 0;               ///< max of B1 * alpha, rad
};

/// rho(log(TRF / T2s), (B1 alpha)^2) = R2sl * TRF, about 1e-10 relative.
/// Throws std::domain_error, naming angle and duration, when the range holds a pulse for which R2sl does not exist.
Chebyshev2d make_rho_table(const PulseRange& range);

/// z_end(log(TRF / T2s), (B1 alpha)^2), about 1e-12 absolute. Exists everywhere.
Chebyshev2d make_z_end_table(const PulseRange& range);

/// A rate and its derivatives.
struct Rate {
  double r2sl_hz = 0, dr2sl_dt2_semi = 0, dr2sl_db1 = 0;
};
Rate r2sl(const Chebyshev2d& rho_table, double trf_s, double alpha_rad, double b1_rel, double t2_semi_s);

}  // namespace crbrt::physics
