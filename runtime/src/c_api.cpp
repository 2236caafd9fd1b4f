// SPDX-License-Identifier: Apache-2.0
// The C interface: every function forwards to its C++ counterpart. A crbrt_session holds the bytes of what a crbrt::Session is
// bound to.
#include <cstring>
#include <type_traits>

#include "crbrt/crbrt.h"
#include "crbrt/crbrt.hpp"

namespace crbrt {

/// A session to bytes and back. One of the two is used at a time, so that no two sessions share an arena.
struct StoredSession {
  static_assert(std::is_trivially_copyable_v<Session::Bound> && sizeof(Session::Bound) <= sizeof(crbrt_session));

  static void save(Session&& session, crbrt_session& stored) noexcept {
    const Session::Bound bound = session.release();
    std::memcpy(&stored, &bound, sizeof bound);
  }

  static Session load(const crbrt_session* stored) noexcept {
    Session session;
    if (stored != nullptr) std::memcpy(static_cast<void*>(&session.bound_), stored, sizeof session.bound_);
    if (session.bound_.program == nullptr) session.bound_ = {};  // all zero is not the default of every member
    return session;
  }
};

}  // namespace crbrt

namespace {

using crbrt::Coefficients;
using crbrt::Isa;
using crbrt::Program;
using crbrt::Results;
using crbrt::Session;
using crbrt::Status;
using crbrt::StoredSession;
using crbrt::VoxelStatus;

static_assert(CRBRT_ARENA_ALIGNMENT == crbrt::layout::arena_alignment);

constexpr bool equal(crbrt_isa c, Isa isa) { return c == static_cast<crbrt_isa>(isa); }
static_assert(equal(CRBRT_ISA_SCALAR, Isa::scalar) && equal(CRBRT_ISA_SSE42, Isa::sse42) && equal(CRBRT_ISA_AVX2, Isa::avx2) &&
              equal(CRBRT_ISA_AVX512, Isa::avx512) && equal(CRBRT_ISA_AVX512VNNI, Isa::avx512vnni) &&
              equal(CRBRT_ISA_NEON, Isa::neon) && equal(CRBRT_ISA_NEONDOT, Isa::neondot) &&
              equal(CRBRT_ISA_WASM128, Isa::wasm128) && equal(CRBRT_ISA_AUTO, Isa::automatic));

constexpr bool equal(int c, Status status) { return c == static_cast<int>(status); }
static_assert(equal(CRBRT_OK, Status::ok) && equal(CRBRT_BAD_SHAPE, Status::bad_shape) &&
              equal(CRBRT_ARENA_TOO_SMALL, Status::arena_too_small) &&
              equal(CRBRT_ARENA_MISALIGNED, Status::arena_misaligned) &&
              equal(CRBRT_ISA_UNAVAILABLE, Status::isa_unavailable) && equal(CRBRT_BAD_PROGRAM, Status::bad_program) &&
              equal(CRBRT_NOT_BOUND, Status::not_bound) && equal(CRBRT_BAD_CONTAINER, Status::bad_container) &&
              equal(CRBRT_BAD_FORMAT_VERSION, Status::bad_format_version) && equal(CRBRT_BAD_MODEL, Status::bad_model) &&
              equal(CRBRT_OUT_OF_MEMORY, Status::out_of_memory) && equal(CRBRT_IO_ERROR, Status::io_error));

constexpr bool equal(int c, VoxelStatus status) { return c == static_cast<int>(status); }
static_assert(equal(CRBRT_VOXEL_OK, VoxelStatus::ok) && equal(CRBRT_VOXEL_NON_FINITE, VoxelStatus::non_finite) &&
              equal(CRBRT_VOXEL_ZERO_SIGNAL, VoxelStatus::zero_signal) &&
              equal(CRBRT_VOXEL_OUTSIDE_RANGE, VoxelStatus::outside_range) &&
              equal(CRBRT_VOXEL_NOT_COMPUTED, VoxelStatus::not_computed));

const Program* as_program(const crbrt_program* program) { return reinterpret_cast<const Program*>(program); }

/// The members up to here are what a run cannot do without; everything behind them may be missing or unknown.
constexpr std::size_t least_args_size = offsetof(crbrt_run_args, voxel_status);

/// The caller's arguments as this library knows them. False where it has set what only a newer library could do.
bool read_args(const crbrt_run_args& given, crbrt_run_args& args) {
  const std::size_t size = given.struct_size;
  if (size < least_args_size) return false;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(&given);
  for (std::size_t i = sizeof args; i < size; ++i)
    if (bytes[i] != 0) return false;
  args = {};
  std::memcpy(&args, &given, size < sizeof args ? size : sizeof args);
  return true;
}

Coefficients coefficients_of(const crbrt_run_args& args, const Program& program) {
  if (args.imag == nullptr && args.voxel_stride == 0 && args.coefficient_stride == 0)
    return Coefficients::rows(args.real, args.n_voxel, program.n_coeff);
  return {args.real, args.imag, args.n_voxel, program.n_coeff, args.voxel_stride, args.coefficient_stride};
}

crbrt::View2<float> results_view(float* data, std::size_t voxel_stride, std::size_t output_stride, const crbrt_run_args& args,
                                 const Program& program) {
  if (voxel_stride == 0 && output_stride == 0) return {data, args.n_voxel, program.n_output};
  return {data, args.n_voxel, program.n_output, voxel_stride, output_stride};
}

Results results_of(const crbrt_run_args& args, const Program& program) {
  Results results{.estimates =
                      results_view(args.estimates, args.estimates_voxel_stride, args.estimates_output_stride, args, program)};
  if (args.voxel_status != nullptr)
    results.status = {reinterpret_cast<VoxelStatus*>(args.voxel_status), args.n_voxel,
                      args.voxel_status_stride == 0 ? 1 : args.voxel_status_stride};
  if (args.standard_deviations != nullptr)
    results.standard_deviations = results_view(args.standard_deviations, args.standard_deviations_voxel_stride,
                                               args.standard_deviations_output_stride, args, program);
  if (args.atypicality != nullptr)
    results.atypicality = {args.atypicality, args.n_voxel, args.atypicality_stride == 0 ? 1 : args.atypicality_stride};
  results.sigma = static_cast<float>(args.sigma);
  return results;
}

crbrt::View2<const float> read_only(const crbrt::View2<float>& view) noexcept {
  return {view.data, view.rows, view.columns, view.row_stride, view.column_stride};
}

}  // namespace

extern "C" {

size_t crbrt_arena_bytes(const crbrt_program* program) {
  return program == nullptr ? 0 : Session::arena_bytes(*as_program(program));
}

crbrt_status crbrt_bind(crbrt_session* session, const crbrt_program* program, void* arena, size_t arena_size, crbrt_isa isa) {
  if (session == nullptr) return CRBRT_NOT_BOUND;
  *session = {};
  if (program == nullptr) return CRBRT_BAD_PROGRAM;
  Session bound;
  const Status status = bound.bind(*as_program(program), arena, arena_size, static_cast<Isa>(isa));
  if (status == Status::ok) StoredSession::save(static_cast<Session&&>(bound), *session);
  return static_cast<crbrt_status>(status);
}

crbrt_status crbrt_run(crbrt_session* session, const crbrt_run_args* args) {
  Session bound = StoredSession::load(session);
  if (bound.program() == nullptr) return CRBRT_NOT_BOUND;
  crbrt_run_args known;
  if (args == nullptr || !read_args(*args, known)) return CRBRT_BAD_SHAPE;
  const Program& program = *bound.program();
  return static_cast<crbrt_status>(bound.run(coefficients_of(known, program), results_of(known, program)));
}

crbrt_status crbrt_find_std_limits(const crbrt_program* program, const crbrt_run_args* args, uint32_t* at_limit) {
  if (program == nullptr) return CRBRT_BAD_PROGRAM;
  crbrt_run_args known;
  if (args == nullptr || !read_args(*args, known) || known.standard_deviations == nullptr) return CRBRT_BAD_SHAPE;
  const Results results = results_of(known, *as_program(program));
  return static_cast<crbrt_status>(crbrt::find_std_limits(*as_program(program), read_only(results.estimates),
                                                          read_only(results.standard_deviations), {at_limit, known.n_voxel}));
}

crbrt_status crbrt_add_prior_pull(const crbrt_program* program, const crbrt_run_args* args) {
  if (program == nullptr) return CRBRT_BAD_PROGRAM;
  crbrt_run_args known;
  if (args == nullptr || !read_args(*args, known) || known.standard_deviations == nullptr) return CRBRT_BAD_SHAPE;
  const Results results = results_of(known, *as_program(program));
  return static_cast<crbrt_status>(
      crbrt::add_prior_pull(*as_program(program), read_only(results.estimates), results.standard_deviations));
}

uint32_t crbrt_coefficient_count(const crbrt_program* program) { return program == nullptr ? 0 : as_program(program)->n_coeff; }
uint32_t crbrt_output_count(const crbrt_program* program) { return program == nullptr ? 0 : as_program(program)->n_output; }

const char* crbrt_output_name(const crbrt_program* program, uint32_t index) {
  return index < crbrt_output_count(program) ? as_program(program)->outputs[index].name : nullptr;
}

const char* crbrt_output_unit(const crbrt_program* program, uint32_t index) {
  return index < crbrt_output_count(program) ? as_program(program)->outputs[index].unit : nullptr;
}

int crbrt_has_uncertainty(const crbrt_program* program) {
  return program != nullptr && as_program(program)->uncertainty != nullptr ? 1 : 0;
}

int crbrt_has_atypicality(const crbrt_program* program) {
  return program != nullptr && as_program(program)->atypicality != nullptr ? 1 : 0;
}

float crbrt_atypicality_threshold(const crbrt_program* program) {
  return crbrt_has_atypicality(program) != 0 ? as_program(program)->atypicality->threshold : 0;
}

const char* crbrt_program_name(const crbrt_program* program) { return program == nullptr ? "" : as_program(program)->name; }

const char* crbrt_message(crbrt_status status) { return crbrt::message(static_cast<Status>(status)); }

const char* crbrt_isa_name(crbrt_isa isa) { return crbrt::name(static_cast<Isa>(isa)); }

int crbrt_isa_from_name(const char* text, crbrt_isa* isa) {
  Isa found = Isa::automatic;
  if (!crbrt::isa_from_name(text, found)) return 0;
  if (isa != nullptr) *isa = static_cast<crbrt_isa>(found);
  return 1;
}

int crbrt_isa_is_runnable(crbrt_isa isa) { return crbrt::is_runnable(static_cast<Isa>(isa)) ? 1 : 0; }
crbrt_isa crbrt_best_isa(void) { return static_cast<crbrt_isa>(crbrt::best_isa()); }

crbrt_isa crbrt_session_isa(const crbrt_session* session) { return static_cast<crbrt_isa>(StoredSession::load(session).isa()); }

const char* crbrt_version(void) { return CRBRT_VERSION_STRING; }

}  // extern "C"
