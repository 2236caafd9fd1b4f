// The C interface: every function forwards to its C++ counterpart. A crbrt_session holds the bytes of a crbrt::Session.
#include <cstring>
#include <type_traits>

#include "crbrt/crbrt.h"
#include "crbrt/crbrt.hpp"

namespace {

using crbrt::Isa;
using crbrt::Program;
using crbrt::Session;
using crbrt::Status;
using crbrt::VoxelStatus;

static_assert(std::is_trivially_copyable_v<Session> && sizeof(Session) <= sizeof(crbrt_session));
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
              equal(CRBRT_NOT_BOUND, Status::not_bound));

constexpr bool equal(int c, VoxelStatus status) { return c == static_cast<int>(status); }
static_assert(equal(CRBRT_VOXEL_OK, VoxelStatus::ok) && equal(CRBRT_VOXEL_NON_FINITE, VoxelStatus::non_finite) &&
              equal(CRBRT_VOXEL_ZERO_SIGNAL, VoxelStatus::zero_signal) &&
              equal(CRBRT_VOXEL_OUTSIDE_RANGE, VoxelStatus::outside_range) &&
              equal(CRBRT_VOXEL_NOT_COMPUTED, VoxelStatus::not_computed));

const Program& as_program(const crbrt_program* program) { return *reinterpret_cast<const Program*>(program); }

Session as_session(const crbrt_session& stored) {
  Session session;
  std::memcpy(static_cast<void*>(&session), &stored, sizeof session);
  return session;
}

using RunFunction = Status (Session::*)(crbrt::View2<const float>, crbrt::View2<float>, crbrt::View1<VoxelStatus>,
                                        const crbrt::Details&) const;

/// What C callers ask for beside the estimates; null pointers where nobody does.
struct DetailPointers {
  float sigma = 0;
  float* std = nullptr;
  float* atypicality = nullptr;
};

crbrt_status run(RunFunction function, const crbrt_session* stored, const float* coefficients, std::size_t n_voxel,
                 float* estimates, std::uint8_t* voxel_status, const DetailPointers& asked) {
  if (stored == nullptr) return CRBRT_NOT_BOUND;
  const Session session = as_session(*stored);
  if (session.program() == nullptr) return CRBRT_NOT_BOUND;
  const Program& program = *session.program();
  crbrt::View1<VoxelStatus> status;
  if (voxel_status != nullptr) status = {reinterpret_cast<VoxelStatus*>(voxel_status), n_voxel};
  crbrt::Details details;
  details.sigma = asked.sigma;
  if (asked.std != nullptr) details.std = {asked.std, n_voxel, program.n_output};
  if (asked.atypicality != nullptr) details.atypicality = {asked.atypicality, n_voxel};
  return static_cast<crbrt_status>((session.*function)({coefficients, n_voxel, 2 * std::size_t{program.n_coeff}},
                                                       {estimates, n_voxel, program.n_output}, status, details));
}

}  // namespace

extern "C" {

size_t crbrt_arena_bytes(const crbrt_program* program) {
  return program == nullptr ? 0 : Session::arena_bytes(as_program(program));
}

crbrt_status crbrt_bind(crbrt_session* session, const crbrt_program* program, void* arena, size_t arena_size, crbrt_isa isa) {
  if (session == nullptr) return CRBRT_NOT_BOUND;
  *session = {};
  if (program == nullptr) return CRBRT_BAD_PROGRAM;
  Session bound;
  const Status status = bound.bind(as_program(program), arena, arena_size, static_cast<Isa>(isa));
  if (status == Status::ok) std::memcpy(session, &bound, sizeof bound);
  return static_cast<crbrt_status>(status);
}

crbrt_status crbrt_run(const crbrt_session* session, const float* coefficients, size_t n_voxel, float* estimates,
                       uint8_t* voxel_status) {
  return run(&Session::run, session, coefficients, n_voxel, estimates, voxel_status, {});
}

crbrt_status crbrt_run_interleaved(const crbrt_session* session, const float* coefficients, size_t n_voxel, float* estimates,
                                   uint8_t* voxel_status) {
  return run(&Session::run_interleaved, session, coefficients, n_voxel, estimates, voxel_status, {});
}

crbrt_status crbrt_run_details(const crbrt_session* session, const float* coefficients, size_t n_voxel, float* estimates,
                               uint8_t* voxel_status, float sigma, float* std_or_null, float* atypicality_or_null) {
  return run(&Session::run, session, coefficients, n_voxel, estimates, voxel_status, {sigma, std_or_null, atypicality_or_null});
}

crbrt_status crbrt_run_details_interleaved(const crbrt_session* session, const float* coefficients, size_t n_voxel,
                                           float* estimates, uint8_t* voxel_status, float sigma, float* std_or_null,
                                           float* atypicality_or_null) {
  return run(&Session::run_interleaved, session, coefficients, n_voxel, estimates, voxel_status,
             {sigma, std_or_null, atypicality_or_null});
}

uint32_t crbrt_coefficient_count(const crbrt_program* program) { return as_program(program).n_coeff; }
uint32_t crbrt_output_count(const crbrt_program* program) { return as_program(program).n_output; }

const char* crbrt_output_name(const crbrt_program* program, uint32_t index) {
  return index < as_program(program).n_output ? as_program(program).outputs[index].name : nullptr;
}

const char* crbrt_output_unit(const crbrt_program* program, uint32_t index) {
  return index < as_program(program).n_output ? as_program(program).outputs[index].unit : nullptr;
}

int crbrt_has_uncertainty(const crbrt_program* program) { return as_program(program).uncertainty != nullptr ? 1 : 0; }
int crbrt_has_atypicality(const crbrt_program* program) { return as_program(program).atypicality != nullptr ? 1 : 0; }

float crbrt_atypicality_threshold(const crbrt_program* program) {
  const crbrt::Atypicality* atypicality = as_program(program).atypicality;
  return atypicality != nullptr ? atypicality->threshold : 0;
}

const char* crbrt_program_name(const crbrt_program* program) { return as_program(program).name; }

const char* crbrt_message(crbrt_status status) { return crbrt::message(static_cast<Status>(status)); }

const char* crbrt_isa_name(crbrt_isa isa) { return crbrt::name(static_cast<Isa>(isa)); }

int crbrt_isa_from_name(const char* text, crbrt_isa* isa) {
  Isa found = Isa::automatic;
  if (!crbrt::isa_from_name(text, found)) return 0;
  *isa = static_cast<crbrt_isa>(found);
  return 1;
}

int crbrt_isa_is_runnable(crbrt_isa isa) { return crbrt::is_runnable(static_cast<Isa>(isa)) ? 1 : 0; }
crbrt_isa crbrt_best_isa(void) { return static_cast<crbrt_isa>(crbrt::best_isa()); }
crbrt_isa crbrt_session_isa(const crbrt_session* session) { return static_cast<crbrt_isa>(as_session(*session).isa()); }

const char* crbrt_version(void) { return CRBRT_VERSION_STRING; }

}  // extern "C"
