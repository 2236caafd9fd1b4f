// SPDX-License-Identifier: Apache-2.0
// OpenBLAS is asked by name, because any other BLAS may stand in its place.
#include "trainer/blas.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace crbrt::trainer {
namespace {

constexpr const char* core_variable = "OPENBLAS_CORETYPE";

/// Those of OpenBLAS without AVX2 that its x86 builds have.
constexpr std::array<std::string_view, 9> old_cores{"Prescott", "Katmai", "Coppermine", "Northwood", "Banias",
                                                    "Core2",    "Penryn", "Dunnington", "Nehalem"};

/// Null where AVX2 is missing, too.
const char* core_of_cpu() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    return "SkylakeX";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#endif
  return nullptr;
}

}  // namespace

void keep_blas_single_threaded() {
  ::setenv("OPENBLAS_NUM_THREADS", "1", 1);
  if (void* symbol = ::dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) reinterpret_cast<void (*)(int)>(symbol)(1);
}

void restart_with_kernels_of_cpu(char** argv) {
  void* const symbol = ::dlsym(RTLD_DEFAULT, "openblas_get_corename");
  if (symbol == nullptr || std::getenv(core_variable) != nullptr) return;
  const std::string_view found = reinterpret_cast<const char* (*)()>(symbol)();
  const char* const wanted = core_of_cpu();
  if (wanted == nullptr || std::find(old_cores.begin(), old_cores.end(), found) == old_cores.end()) return;
  std::fprintf(stderr, "crbrt-train: OpenBLAS does not know this CPU and took its kernels for %.*s; with %s=%s it is faster\n",
               static_cast<int>(found.size()), found.data(), core_variable, wanted);
  ::setenv(core_variable, wanted, 1);
  ::execv("/proc/self/exe", argv);  // where it fails, training goes on as it is
}

}  // namespace crbrt::trainer
