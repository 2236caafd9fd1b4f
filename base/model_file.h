/// Model files in programs: the loader's status as an error that ends the program. Header only, so that crbrt::base itself
/// needs no loader; who includes it links crbrt::loader.
#pragma once

#include <string>

#include "base/error.h"
#include "crbrt/loader.hpp"

namespace crbrt::base {

/// Throws InputError.
inline Model load_model(const std::string& path) {
  Model model;
  const LoadResult result = load_model_file(path.c_str(), model);
  if (result.status == Status::ok) return model;
  throw InputError(path, "a model", "one that is refused (" + result.detail + ")");
}

}  // namespace crbrt::base
