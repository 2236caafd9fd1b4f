/// A simulator whose construction errors name the sequence's file.
#pragma once

#include <stdexcept>
#include <string>

#include "base/error.h"
#include "physics/simulator.h"

namespace crbrt::simulate {

/// Throws base::InputError where R2sl does not exist for a pulse and a tissue of the domain.
inline physics::Simulator make_simulator(const std::string& path, physics::Sequence sequence,
                                         const physics::TissueDomain& domain) {
  try {
    return physics::Simulator(std::move(sequence), domain);
  } catch (const std::domain_error& error) {
    throw base::InputError(path, "balanced pulses for which the linear semi-solid rate exists", error.what());
  }
}

}  // namespace crbrt::simulate
