// SPDX-License-Identifier: Apache-2.0
// Links the loader with what its .pc file names: a file that is not there must be reported, not found missing at link time.
#include <cstdio>

#include "crbrt/loader.hpp"

int main() {
  crbrt::Model model;
  const crbrt::LoadResult result = crbrt::load_model_file("/nonexistent.crbm", model);
  std::puts(result.detail.c_str());
  return result.status == crbrt::Status::io_error && !result.detail.empty() ? 0 : 1;
}
