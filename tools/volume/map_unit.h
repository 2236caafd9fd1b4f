// SPDX-License-Identifier: Apache-2.0
/// The unit that the sidecar of a map states, in whichever spelling. Programs that fit maps write "msec" and "milliseconds" as
/// well as "ms", and a unit that is read as another one moves a value by a factor of 1000.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace crbrt::volume {

/// How many `wanted` one stated unit is: unit_factor("msec", "s") is 1e-3. Letters count in either case. Empty where the
/// spelling is unknown, or no unit of the same kind.
std::optional<double> unit_factor(std::string_view stated, std::string_view wanted);

/// What the sidecar of an image gives as Units; empty where there is no sidecar, or none of a text. Throws InputError for a
/// sidecar that is no JSON.
std::string stated_unit(const std::string& image);

}  // namespace crbrt::volume
