// Any bytes at all, given to the loader as a file and as a bare FlatBuffer. What it accepts must bind, run and be emitted.
//     cmake --preset fuzz && cmake --build --preset fuzz
//     build/fuzz/bin/crbrt_model_fuzz -max_total_time=60 FOLDER tests/fuzz/corpus
#include <algorithm>
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

/// One tile of the test vector: every kernel runs over every table.
void run(const Model& model) {
  const Program& program = model.program();
  const std::size_t width = 2 * std::size_t{program.n_coeff};
  const std::size_t n_voxel = std::min(model.info().test_coefficients.size() / width, layout::tile_voxels);
  const std::size_t size = Session::arena_bytes(program);
  require(size > 0 && n_voxel > 0);
  const std::unique_ptr<void, FreeArena> arena(::operator new (size, std::align_val_t{layout::arena_alignment}));
  std::vector<float> estimates(n_voxel * program.n_output);
  std::vector<float> std(program.uncertainty != nullptr ? estimates.size() : 0);
  std::vector<float> atypicality(program.atypicality != nullptr ? n_voxel : 0);
  Details details;
  details.sigma = 0.1f;
  if (!std.empty()) details.std = {std.data(), n_voxel, program.n_output};
  details.atypicality = {atypicality.data(), atypicality.size()};
  Session session;
  require(session.bind(program, arena.get(), size, Isa::automatic) == Status::ok);
  require(session.run({model.info().test_coefficients.data(), n_voxel, width}, {estimates.data(), n_voxel, program.n_output},
                      {}, details) == Status::ok);
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
  run(bare);
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
