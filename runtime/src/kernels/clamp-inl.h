/// x between two bounds, as kernels need it: by max and select, so that a NaN stays a NaN on every instruction set.
#pragma once

namespace crbrt {

template <class Ops>
typename Ops::Vec clamp(typename Ops::Vec x, typename Ops::Vec low, typename Ops::Vec high) noexcept {
  const auto raised = Ops::max(low, x);  // max gives its second operand where one is NaN
  return Ops::select(raised > high, high, raised);
}

}  // namespace crbrt
