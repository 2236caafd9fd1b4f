// SPDX-License-Identifier: Apache-2.0
/// crbrt-test-models DIR [NAME...]: every named spec (or only these) as DIR/<name>.crbm.
#include <algorithm>
#include <cstdio>
#include <exception>

#include "tests/support/model_builder.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: crbrt-test-models DIR [NAME...]\n");
    return 2;
  }
  try {
    std::filesystem::create_directories(argv[1]);
    for (const auto& spec : crbrt::tests::all_specs())
      if (argc == 2 || std::find(argv + 2, argv + argc, spec.name) != argv + argc)
        crbrt::tests::write_crbm(std::filesystem::path(argv[1]) / (spec.name + ".crbm"), spec);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "crbrt-test-models: %s\n", error.what());
    return 1;
  }
}
