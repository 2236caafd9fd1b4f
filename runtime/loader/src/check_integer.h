/// Whether the tables of an integer operation belong to its operation, and cannot overflow.
#pragma once

#include <string>

#include "crbrt/network.hpp"
#include "runtime/loader/src/field_checks.h"

namespace crbrt::loader {

/// `op` is the operation of the folded network; `in` and `add` are the numbers that it reads (add: f32 where there is none).
struct IntegerPlace {
  const Operation& op;
  Number in;
  Number add;
  bool is_last;
};

void check_integer_op(const IntegerOperation& spec, const IntegerPlace& place, const std::string& field, Checks& checks);

}  // namespace crbrt::loader
