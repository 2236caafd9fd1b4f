// SPDX-License-Identifier: Apache-2.0
// What one call from C takes, call by call: median, 99th and 99.9th percentile and the longest, for one voxel and for a tile,
// and the stack that it takes. docs/real-time.md quotes the table. Four cases: ordinary voxels; coefficients whose smaller
// parts are denormal, and unused lanes that hold denormal numbers (both can cost time on a CPU that handles those in
// microcode); voxels without a finite number; and a cold cache, where 64 MiB are walked between two calls, as the rest of a
// reconstruction would.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "bench/peak.h"
#include "crbrt/crbrt.h"
#include "crbrt/loader.h"
#include "tests/support/stack_use.h"
#include "tools/cli/command_line.h"
#include "tools/cli/isa_option.h"

namespace crbrt::bench {
namespace {

enum class Case { ordinary, denormal, not_finite, cold_cache };
constexpr const char* case_name(Case kind) {
  switch (kind) {
    case Case::ordinary: return "ordinary";
    case Case::denormal: return "denormal";
    case Case::not_finite: return "not finite";
    case Case::cold_cache: return "cold cache";
  }
  return "";
}

/// A session through the C interface, with n voxels a call.
class Calls {
 public:
  Calls(const crbrt_program* program, crbrt_isa isa, std::size_t n_voxel, Case kind)
      : coefficients_(n_voxel * 2 * crbrt_coefficient_count(program)),
        estimates_(n_voxel * crbrt_output_count(program)),
        status_(n_voxel) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    for (float& x : coefficients_) x = normal(random);
    if (kind == Case::denormal)
      for (std::size_t i = 0; i < coefficients_.size(); i += 2) coefficients_[i] = 1e-40f;
    if (kind == Case::not_finite) std::ranges::fill(coefficients_, std::numeric_limits<float>::quiet_NaN());
    const std::size_t bytes = crbrt_arena_bytes(program);
    arena_.reset(std::aligned_alloc(CRBRT_ARENA_ALIGNMENT, bytes));
    // Every number that nobody has written yet is the smallest denormal.
    std::fill_n(static_cast<std::uint32_t*>(arena_.get()), bytes / 4, kind == Case::denormal ? 1u : 0u);
    const crbrt_status bound = crbrt_bind(&session_, program, arena_.get(), bytes, isa);
    if (bound != CRBRT_OK) throw base::InputError("model", "a session", crbrt_message(bound));
    args_.struct_size = sizeof args_;
    args_.n_voxel = n_voxel;
    args_.real = coefficients_.data();
    args_.estimates = estimates_.data();
    args_.voxel_status = status_.data();
  }

  void run() noexcept { ran_ = crbrt_run(&session_, &args_); }

  /// Seconds of each call.
  std::vector<double> times(std::size_t n_call, Case kind) {
    std::vector<char> other(kind == Case::cold_cache ? std::size_t{64} << 20 : 0, 1);
    std::vector<double> seconds(n_call);
    for (std::size_t i = 0; i < 1000; ++i) run();
    for (double& time : seconds) {
      for (std::size_t i = 0; i < other.size(); i += 64) other[i] = static_cast<char>(other[i] + 1);
      const auto start = std::chrono::steady_clock::now();
      run();
      time = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    if (ran_ != CRBRT_OK) throw base::InputError("model", "a run", crbrt_message(ran_));
    std::ranges::sort(seconds);
    return seconds;
  }

 private:
  std::vector<float> coefficients_, estimates_;
  std::vector<std::uint8_t> status_;
  std::unique_ptr<void, decltype(&std::free)> arena_{nullptr, &std::free};
  crbrt_session session_{};
  crbrt_run_args args_{};
  crbrt_status ran_ = CRBRT_NOT_BOUND;
};

void print_row(const char* precision, const crbrt_program* program, crbrt_isa isa, std::size_t n_voxel, Case kind,
               std::size_t n_call) {
  Calls calls(program, isa, n_voxel, kind);
  const std::vector<double> seconds =
      calls.times(kind == Case::cold_cache ? std::min<std::size_t>(n_call, 1000) : n_call, kind);
  const auto at = [&](double part) {
    return seconds[static_cast<std::size_t>(part * static_cast<double>(seconds.size() - 1))] * 1e6;
  };
  const std::size_t stack = tests::stack_use_of([&] { calls.run(); });
  std::printf("| %s | %zu | %s | %.2f | %.2f | %.2f | %.1f | %zu |\n", precision, n_voxel, case_name(kind), at(0.5), at(0.99),
              at(0.999), at(1), stack);
  std::fflush(stdout);
}

struct ModelDeleter {
  void operator()(crbrt_model* model) const { crbrt_model_free(model); }
};

void measure(const std::string& path, crbrt_isa isa, std::size_t n_call) {
  crbrt_model* read = nullptr;
  char detail[512] = "";
  if (crbrt_load_file(path.c_str(), &read, detail, sizeof detail) != CRBRT_OK) throw base::InputError(path, "a model", detail);
  const std::unique_ptr<crbrt_model, ModelDeleter> model(read);
  std::printf("%s on %s, peak %.1f G multiply-adds/s, %zu calls a row (cold cache: at most 1000), us\n\n",
              crbrt_program_name(crbrt_model_program(model.get())), crbrt_isa_name(isa),
              fma_peak_per_second(static_cast<Isa>(isa)) * 1e-9, n_call);
  std::puts(
      "| precision | voxels | case | median | 99 % | 99.9 % | longest | stack, bytes "
      "|\n|---|---:|---|---:|---:|---:|---:|---:|");
  for (const auto& [precision, program] : {std::pair{"float", crbrt_model_program(model.get())},
                                           std::pair{"integers", crbrt_model_integer_program(model.get())}}) {
    if (program == nullptr) continue;
    for (const std::size_t n_voxel : {1, 48})
      for (const Case kind : {Case::ordinary, Case::denormal, Case::not_finite, Case::cold_cache})
        print_row(precision, program, isa, n_voxel, kind, n_call);
  }
}

int run(int argc, char** argv) {
  std::string model, isa = "auto";
  std::uint64_t n_call = 100000;
  cli::CommandLine line(
      "Times single calls of the C interface.", "crbrt-latency",
      {{{"What it does", "crbrt-latency --model M.crbm: the spread of times of calls of one voxel and of a tile."}}});
  line.option("--model FILE", model, "model").required();
  line.option("--isa NAME", isa, cli::isa_help()).show_default();
  line.option("--calls N", n_call, "calls a row").show_default();
  if (!line.parse(argc, argv)) return base::exit_ok;
  const Isa wanted = cli::isa_option(isa);
  measure(model, static_cast<crbrt_isa>(wanted == Isa::automatic ? best_isa() : wanted), std::max<std::size_t>(n_call, 1000));
  return base::exit_ok;
}

}  // namespace
}  // namespace crbrt::bench

int main(int argc, char** argv) { return crbrt::base::run_main("crbrt-latency", crbrt::bench::run, argc, argv); }
