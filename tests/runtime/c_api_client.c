/* SPDX-License-Identifier: Apache-2.0 */
/* A client of the runtime in plain C99. Returns the line of the first expectation that does not hold, 0 when all do. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "crbrt/crbrt.h"

#define EXPECT(condition) \
  if (!(condition)) return __LINE__

/* What a caller without any program may ask. */
static int expect_null_contracts(void) {
  crbrt_isa isa = CRBRT_ISA_SCALAR;
  EXPECT(crbrt_arena_bytes(NULL) == 0);
  EXPECT(crbrt_coefficient_count(NULL) == 0 && crbrt_output_count(NULL) == 0);
  EXPECT(crbrt_output_name(NULL, 0) == NULL && crbrt_output_unit(NULL, 0) == NULL);
  EXPECT(crbrt_has_uncertainty(NULL) == 0 && crbrt_has_atypicality(NULL) == 0);
  EXPECT(crbrt_atypicality_threshold(NULL) == 0.0f);
  EXPECT(strcmp(crbrt_program_name(NULL), "") == 0);
  EXPECT(crbrt_session_isa(NULL) == CRBRT_ISA_AUTO);
  EXPECT(!crbrt_isa_from_name(NULL, &isa) && isa == CRBRT_ISA_SCALAR);
  EXPECT(crbrt_isa_from_name("avx2", NULL) && !crbrt_isa_from_name("mmx", NULL) && !crbrt_isa_from_name(NULL, NULL));
  return 0;
}

/* Every way not to bind; the session stays unbound. */
static int expect_bind_refuses(crbrt_session* session, const crbrt_program* program, void* arena, size_t arena_size,
                               const crbrt_run_args* args) {
  EXPECT(crbrt_run(session, args) == CRBRT_NOT_BOUND && crbrt_run(session, NULL) == CRBRT_NOT_BOUND);
  EXPECT(crbrt_run(NULL, args) == CRBRT_NOT_BOUND && crbrt_run(NULL, NULL) == CRBRT_NOT_BOUND);
  EXPECT(crbrt_session_isa(session) == CRBRT_ISA_AUTO);
  EXPECT(crbrt_bind(NULL, program, arena, arena_size, CRBRT_ISA_AUTO) == CRBRT_NOT_BOUND);
  EXPECT(crbrt_bind(session, NULL, arena, arena_size, CRBRT_ISA_AUTO) == CRBRT_BAD_PROGRAM);
  EXPECT(crbrt_bind(session, program, NULL, arena_size, CRBRT_ISA_AUTO) == CRBRT_ARENA_TOO_SMALL);
  EXPECT(crbrt_bind(session, program, arena, arena_size - 1, CRBRT_ISA_AUTO) == CRBRT_ARENA_TOO_SMALL);
  EXPECT(crbrt_bind(session, program, (char*)arena + 4, arena_size, CRBRT_ISA_AUTO) == CRBRT_ARENA_MISALIGNED);
  EXPECT(crbrt_bind(session, program, arena, arena_size, 99u) == CRBRT_ISA_UNAVAILABLE);
  EXPECT(crbrt_run(session, args) == CRBRT_NOT_BOUND);
  return 0;
}

/* What a run refuses, on a bound session of a program without standard deviations and score. */
static int expect_run_refuses(crbrt_session* session, const crbrt_run_args* good) {
  crbrt_run_args args = *good;
  EXPECT(crbrt_run(session, NULL) == CRBRT_BAD_SHAPE);
  args.real = NULL;
  EXPECT(crbrt_run(session, &args) == CRBRT_BAD_SHAPE);
  args = *good;
  args.estimates = NULL;
  EXPECT(crbrt_run(session, &args) == CRBRT_BAD_SHAPE);
  args = *good;
  args.voxel_stride = 16; /* strides without imag */
  EXPECT(crbrt_run(session, &args) == CRBRT_BAD_SHAPE);
  args = *good;
  args.estimates_voxel_stride = 4; /* five outputs */
  args.estimates_output_stride = 1;
  EXPECT(crbrt_run(session, &args) == CRBRT_BAD_SHAPE);
  args = *good;
  args.atypicality = args.estimates;
  EXPECT(crbrt_run(session, &args) == CRBRT_BAD_SHAPE);
  args = *good;
  args.standard_deviations = args.estimates;
  args.sigma = 0.1;
  EXPECT(crbrt_run(session, &args) == CRBRT_BAD_SHAPE);
  args = *good;
  args.n_voxel = 0;
  args.real = NULL;
  args.estimates = NULL;
  EXPECT(crbrt_run(session, &args) == CRBRT_OK);
  return 0;
}

/* A caller of an older header has a shorter struct, one of a newer header a longer one. */
static int expect_sizes_to_grow(crbrt_session* session, const crbrt_run_args* good) {
  struct {
    crbrt_run_args known;
    uint64_t unknown;
  } newer = {*good, 0};
  crbrt_run_args older = *good;
  EXPECT(crbrt_run(session, good) == CRBRT_OK);

  older.struct_size = offsetof(crbrt_run_args, voxel_status);
  older.standard_deviations = older.estimates; /* not part of this struct: not read */
  EXPECT(crbrt_run(session, &older) == CRBRT_OK);
  older.struct_size -= 1;
  EXPECT(crbrt_run(session, &older) == CRBRT_BAD_SHAPE);
  older.struct_size = 0;
  EXPECT(crbrt_run(session, &older) == CRBRT_BAD_SHAPE);

  newer.known.struct_size = sizeof newer;
  EXPECT(crbrt_run(session, &newer.known) == CRBRT_OK);
  newer.unknown = 1; /* asks for what this library does not know */
  EXPECT(crbrt_run(session, &newer.known) == CRBRT_BAD_SHAPE);
  return 0;
}

static int expect_texts(const crbrt_program* program) {
  crbrt_isa isa = CRBRT_ISA_SCALAR;
  char version[32];
  EXPECT(crbrt_coefficient_count(program) == 8 && crbrt_output_count(program) == 5);
  EXPECT(crbrt_has_uncertainty(program) == 0 && crbrt_has_atypicality(program) == 0);
  EXPECT(crbrt_atypicality_threshold(program) == 0.0f);
  EXPECT(strcmp(crbrt_program_name(program), "synthetic") == 0);
  EXPECT(strcmp(crbrt_output_name(program, 4), "estimate") == 0 && strcmp(crbrt_output_unit(program, 4), "1") == 0);
  EXPECT(crbrt_output_name(program, 5) == NULL && crbrt_output_unit(program, 5) == NULL);
  EXPECT(crbrt_isa_from_name("sse4.2", &isa) && isa == CRBRT_ISA_SSE42);
  EXPECT(!crbrt_isa_from_name("mmx", &isa) && isa == CRBRT_ISA_SSE42);
  EXPECT(strcmp(crbrt_isa_name(CRBRT_ISA_AUTO), "auto") == 0);
  EXPECT(crbrt_isa_is_runnable(CRBRT_ISA_SCALAR) && !crbrt_isa_is_runnable(CRBRT_ISA_AUTO));
  EXPECT(strcmp(crbrt_message(CRBRT_OK), "ok") == 0 && strlen(crbrt_message(-5)) > 0);
  version[0] = (char)('0' + CRBRT_VERSION_MAJOR);
  version[1] = '\0';
  EXPECT(strcmp(crbrt_version(), CRBRT_VERSION_STRING) == 0 && strncmp(crbrt_version(), version, 1) == 0);
  return 0;
}

int crbrt_c_client(const crbrt_program* program, const float* coefficients, size_t n_voxel, void* arena, size_t arena_size,
                   float* estimates, uint8_t* voxel_status) {
  crbrt_session session = {{0}};
  const crbrt_run_args args = {.struct_size = sizeof args, .n_voxel = n_voxel, .real = coefficients, .estimates = estimates};
  crbrt_run_args with_status = args;
  int line = expect_null_contracts();
  if (line == 0) line = expect_bind_refuses(&session, program, arena, arena_size, &args);
  if (line != 0) return line;
  EXPECT(crbrt_arena_bytes(program) == arena_size);
  EXPECT(crbrt_bind(&session, program, arena, arena_size, CRBRT_ISA_AUTO) == CRBRT_OK);
  EXPECT(crbrt_session_isa(&session) == crbrt_best_isa());
  line = expect_run_refuses(&session, &args);
  if (line == 0) line = expect_sizes_to_grow(&session, &args);
  if (line == 0) line = expect_texts(program);
  if (line != 0) return line;
  with_status.voxel_status = voxel_status;
  EXPECT(crbrt_run(&session, &with_status) == CRBRT_OK);
  return 0;
}

int crbrt_c_client_details(const crbrt_program* program, const float* coefficients, size_t n_voxel, void* arena,
                           size_t arena_size, float* estimates, float* sd, float* atypicality) {
  crbrt_session session = {{0}};
  crbrt_run_args args = {.struct_size = sizeof args,
                         .n_voxel = n_voxel,
                         .real = coefficients,
                         .estimates = estimates,
                         .standard_deviations = sd,
                         .atypicality = atypicality};
  EXPECT(crbrt_run(&session, &args) == CRBRT_NOT_BOUND);
  EXPECT(crbrt_bind(&session, program, arena, arena_size, CRBRT_ISA_AUTO) == CRBRT_OK);
  EXPECT(crbrt_has_uncertainty(program) == 1 && crbrt_has_atypicality(program) == 1);
  EXPECT(crbrt_atypicality_threshold(program) == 1.5f);
  EXPECT(crbrt_run(&session, &args) == CRBRT_BAD_SHAPE); /* no sigma */
  args.sigma = NAN;
  EXPECT(crbrt_run(&session, &args) == CRBRT_BAD_SHAPE);
  args.sigma = 1e300; /* infinite as a float */
  EXPECT(crbrt_run(&session, &args) == CRBRT_BAD_SHAPE);
  args.sigma = 0;
  args.standard_deviations = NULL;
  EXPECT(crbrt_run(&session, &args) == CRBRT_OK); /* the score needs none */
  args.sigma = 0.125;
  args.atypicality = NULL;
  args.standard_deviations = sd;
  EXPECT(crbrt_run(&session, &args) == CRBRT_OK);
  return 0;
}

int crbrt_c_client_details_interleaved(const crbrt_program* program, const float* coefficients, size_t n_voxel, void* arena,
                                       size_t arena_size, float* estimates, float* sd, float* atypicality) {
  crbrt_session session = {{0}};
  const crbrt_run_args args = {.struct_size = sizeof args,
                               .n_voxel = n_voxel,
                               .real = coefficients,
                               .imag = coefficients + 1,
                               .voxel_stride = 16,
                               .coefficient_stride = 2,
                               .estimates = estimates,
                               .standard_deviations = sd,
                               .atypicality = atypicality,
                               .sigma = 0.125};
  EXPECT(crbrt_bind(&session, program, arena, arena_size, CRBRT_ISA_AUTO) == CRBRT_OK);
  EXPECT(crbrt_run(&session, &args) == CRBRT_OK);
  return 0;
}

int crbrt_c_client_interleaved(const crbrt_program* program, const float* coefficients, size_t n_voxel, void* arena,
                               size_t arena_size, float* estimates, uint8_t* voxel_status) {
  crbrt_session session = {{0}}, moved;
  const crbrt_run_args args = {.struct_size = sizeof args,
                               .n_voxel = n_voxel,
                               .real = coefficients,
                               .imag = coefficients + 1,
                               .voxel_stride = 16,
                               .coefficient_stride = 2,
                               .estimates = estimates,
                               .voxel_status = voxel_status};
  EXPECT(crbrt_bind(&session, program, arena, arena_size, CRBRT_ISA_SCALAR) == CRBRT_OK);
  EXPECT(crbrt_session_isa(&session) == CRBRT_ISA_SCALAR);
  moved = session;
  EXPECT(crbrt_run(&moved, &args) == CRBRT_OK);
  return 0;
}

/* Planes in and planes out, every array with a stride of its own. */
int crbrt_c_client_planes(const crbrt_program* program, const float* coefficients, size_t n_voxel, void* arena,
                          size_t arena_size, float* estimates, float* sd, float* atypicality, uint8_t* voxel_status) {
  crbrt_session session = {{0}};
  const crbrt_run_args args = {.struct_size = sizeof args,
                               .n_voxel = n_voxel,
                               .real = coefficients,
                               .imag = coefficients + 8 * n_voxel,
                               .voxel_stride = 1,
                               .coefficient_stride = n_voxel,
                               .estimates = estimates,
                               .estimates_voxel_stride = 1,
                               .estimates_output_stride = n_voxel,
                               .voxel_status = voxel_status,
                               .voxel_status_stride = 2,
                               .standard_deviations = sd,
                               .standard_deviations_voxel_stride = 1,
                               .standard_deviations_output_stride = n_voxel,
                               .atypicality = atypicality,
                               .atypicality_stride = 3,
                               .sigma = 0.125};
  EXPECT(crbrt_bind(&session, program, arena, arena_size, CRBRT_ISA_AUTO) == CRBRT_OK);
  EXPECT(crbrt_run(&session, &args) == CRBRT_OK);
  return 0;
}
