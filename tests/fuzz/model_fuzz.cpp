// SPDX-License-Identifier: Apache-2.0
// Any bytes at all, given to the loader as a file and as a bare FlatBuffer. What it accepts must bind, run and be emitted; an
// integer form must also give the same bits on every instruction set, because the loader has proved that no sum overflows.
//     cmake --preset fuzz && cmake --build --preset fuzz
//     build/fuzz/bin/crbrt_model_fuzz -max_total_time=60 FOLDER tests/fuzz/corpus/models
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "codegen/emit.h"
#include "crbrt/crbrt.hpp"
#include "crbrt/loader.hpp"

namespace {

using namespace crbrt;

constexpr std::size_t header_size = 64;

void require(bool good) {
  if (!good) std::abort();
}

struct FreeArena {
  void operator()(void* arena) const noexcept { ::operator delete (arena, std::align_val_t{layout::arena_alignment}); }
};

struct Numbers {
  std::vector<float> estimates, std, atypicality;
};

/// One tile of the test vector: every kernel runs over every table.
Numbers run(const Program& program, const std::vector<float>& coefficients, Isa isa) {
  const std::size_t width = 2 * std::size_t{program.n_coeff};
  const std::size_t n_voxel = std::min(coefficients.size() / width, layout::tile_voxels);
  const std::size_t size = Session::arena_bytes(program);
  require(size > 0 && n_voxel > 0);
  const std::unique_ptr<void, FreeArena> arena(::operator new (size, std::align_val_t{layout::arena_alignment}));
  Numbers numbers;
  numbers.estimates.resize(n_voxel * program.n_output);
  numbers.std.resize(program.uncertainty != nullptr ? numbers.estimates.size() : 0);
  numbers.atypicality.resize(program.atypicality != nullptr ? n_voxel : 0);
  crbrt::Results views{.estimates = {numbers.estimates.data(), n_voxel, program.n_output}};
  if (!numbers.std.empty()) views.standard_deviations = {numbers.std.data(), n_voxel, program.n_output};
  views.atypicality = {numbers.atypicality.data(), numbers.atypicality.size()};
  views.sigma = 0.1f;
  Session session;
  require(session.bind(program, arena.get(), size, isa) == Status::ok);
  require(session.run(Coefficients::rows(coefficients.data(), n_voxel, width / 2), views) == Status::ok);
  return numbers;
}

/// Bits, except that a NaN is a NaN: scales of a model may be as wild as finite numbers can be.
bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y) || (std::isnan(x) && std::isnan(y));
  });
}

void run_integers(const Model& model) {
  const Program& program = *model.integer_program();
  const std::vector<float>& coefficients = model.info().test_coefficients;
  const Numbers expected = run(program, coefficients, Isa::scalar);
  for (std::size_t i = 0; i < isa_count(); ++i) {
    if (!is_runnable(isa_at(i))) continue;
    const Numbers found = run(program, coefficients, isa_at(i));
    require(same_bits(found.estimates, expected.estimates) && same_bits(found.std, expected.std) &&
            same_bits(found.atypicality, expected.atypicality));
  }
  require(!codegen::emit(model, "fuzzed", codegen::Form::integers).source.empty());
}

void require_one_line(const LoadResult& result) {
  const bool is_ok = result.status == Status::ok;
  require(result.detail.empty() == is_ok && result.detail.find('\n') == std::string::npos);
}

void check_flatbuffer(View1<const std::uint8_t> bytes) {
  Model bare, wrapped;
  const LoadResult result = load_flatbuffer(bytes, bare);
  require_one_line(result);
  const std::vector<std::uint8_t> file = wrap_model(bytes);
  require(load_model({file.data(), file.size()}, wrapped).status == result.status);
  if (result.status != Status::ok) return;
  run(bare.program(), bare.info().test_coefficients, Isa::automatic);
  if (bare.integer_program() != nullptr) run_integers(bare);
  require(!codegen::emit(bare, "fuzzed").source.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Model model;
  require_one_line(load_model({data, size}, model));
  check_flatbuffer({data, size});
  // Seeds are whole files: what lies behind a header that mutation broke is still a FlatBuffer worth trying.
  if (size > header_size) check_flatbuffer({data + header_size, size - header_size});
  return 0;
}
