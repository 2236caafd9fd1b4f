// SPDX-License-Identifier: Apache-2.0
// Preloaded into a program: SIGKILL at a chosen one of the calls that change folders or wait for the disk. CRBRT_KILL_AT=N
// kills before call N, with CRBRT_KILL_AFTER=1 behind it; CRBRT_KILL_COUNT=FILE gets the number of calls of a run that ends by
// itself.
#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace {

std::atomic<long> n_call{0};

long chosen() {
  const char* const text = std::getenv("CRBRT_KILL_AT");
  return text == nullptr ? 0 : std::atol(text);
}

template <class Function, class... Arguments>
auto counted(Function, const char* name, Arguments... arguments) {
  const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
  const bool is_chosen = ++n_call == chosen();
  if (is_chosen && std::getenv("CRBRT_KILL_AFTER") == nullptr) ::raise(SIGKILL);
  const auto result = real(arguments...);
  if (is_chosen) ::raise(SIGKILL);
  return result;
}

struct Count {
  ~Count() {
    const char* const path = std::getenv("CRBRT_KILL_COUNT");
    std::FILE* const file = path == nullptr ? nullptr : std::fopen(path, "w");
    if (file == nullptr) return;
    std::fprintf(file, "%ld", n_call.load());
    std::fclose(file);
  }
} count;

}  // namespace

extern "C" {

int rename(const char* from, const char* to) noexcept { return counted(&rename, "rename", from, to); }
int renameat2(int a, const char* from, int b, const char* to, unsigned flags) noexcept {
  return counted(&renameat2, "renameat2", a, from, b, to, flags);
}
int linkat(int a, const char* from, int b, const char* to, int flags) noexcept {
  return counted(&linkat, "linkat", a, from, b, to, flags);
}
int unlink(const char* path) noexcept { return counted(&unlink, "unlink", path); }
int unlinkat(int folder, const char* path, int flags) noexcept { return counted(&unlinkat, "unlinkat", folder, path, flags); }
int rmdir(const char* path) noexcept { return counted(&rmdir, "rmdir", path); }
int mkdir(const char* path, mode_t mode) noexcept { return counted(&mkdir, "mkdir", path, mode); }
char* mkdtemp(char* path) noexcept { return counted(&mkdtemp, "mkdtemp", path); }
int fsync(int file) { return counted(&fsync, "fsync", file); }

}  // extern "C"
