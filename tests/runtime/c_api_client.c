/* A client of the runtime in plain C99. Returns the line of the first expectation that does not hold, 0 when all do. */
#include <stdlib.h>
#include <string.h>

#include "crbrt/crbrt.h"

#define EXPECT(condition) \
  if (!(condition)) return __LINE__

int crbrt_c_client(const crbrt_program* program, const float* coefficients, size_t n_voxel, void* arena, size_t arena_size,
                   float* estimates, uint8_t* voxel_status) {
  crbrt_session session = {{0}};
  crbrt_isa isa = CRBRT_ISA_SCALAR;

  EXPECT(crbrt_run(&session, coefficients, n_voxel, estimates, NULL) == CRBRT_NOT_BOUND);
  EXPECT(crbrt_run(NULL, coefficients, n_voxel, estimates, NULL) == CRBRT_NOT_BOUND);
  EXPECT(crbrt_arena_bytes(NULL) == 0);
  EXPECT(crbrt_bind(NULL, program, arena, arena_size, CRBRT_ISA_AUTO) == CRBRT_NOT_BOUND);
  EXPECT(crbrt_bind(&session, NULL, arena, arena_size, CRBRT_ISA_AUTO) == CRBRT_BAD_PROGRAM);
  EXPECT(crbrt_bind(&session, program, arena, arena_size - 1, CRBRT_ISA_AUTO) == CRBRT_ARENA_TOO_SMALL);
  EXPECT(crbrt_bind(&session, program, (char*)arena + 4, arena_size, CRBRT_ISA_AUTO) == CRBRT_ARENA_MISALIGNED);
  EXPECT(crbrt_bind(&session, program, arena, arena_size, 99u) == CRBRT_ISA_UNAVAILABLE);
  EXPECT(crbrt_run(&session, coefficients, n_voxel, estimates, NULL) == CRBRT_NOT_BOUND);

  EXPECT(crbrt_arena_bytes(program) == arena_size);
  EXPECT(crbrt_bind(&session, program, arena, arena_size, CRBRT_ISA_AUTO) == CRBRT_OK);
  EXPECT(crbrt_session_isa(&session) == crbrt_best_isa());
  EXPECT(crbrt_run(&session, NULL, n_voxel, estimates, NULL) == CRBRT_BAD_SHAPE);
  EXPECT(crbrt_run(&session, coefficients, n_voxel, estimates, voxel_status) == CRBRT_OK);
  EXPECT(crbrt_run(&session, coefficients, n_voxel, estimates, NULL) == CRBRT_OK);

  EXPECT(crbrt_coefficient_count(program) == 8 && crbrt_output_count(program) == 5);
  EXPECT(crbrt_has_uncertainty(program) == 0 && crbrt_has_atypicality(program) == 0);
  EXPECT(crbrt_atypicality_threshold(program) == 0.0f);
  EXPECT(crbrt_run_details(&session, coefficients, n_voxel, estimates, NULL, 0.1f, NULL, NULL) == CRBRT_OK);
  EXPECT(crbrt_run_details(&session, coefficients, n_voxel, estimates, NULL, 0.1f, estimates, NULL) == CRBRT_BAD_SHAPE);
  EXPECT(strcmp(crbrt_program_name(program), "synthetic") == 0);
  EXPECT(strcmp(crbrt_output_name(program, 4), "estimate") == 0 && strcmp(crbrt_output_unit(program, 4), "1") == 0);
  EXPECT(crbrt_output_name(program, 5) == NULL && crbrt_output_unit(program, 5) == NULL);

  EXPECT(crbrt_isa_from_name("sse4.2", &isa) && isa == CRBRT_ISA_SSE42);
  EXPECT(!crbrt_isa_from_name("mmx", &isa) && isa == CRBRT_ISA_SSE42);
  EXPECT(strcmp(crbrt_isa_name(CRBRT_ISA_AUTO), "auto") == 0);
  EXPECT(crbrt_isa_is_runnable(CRBRT_ISA_SCALAR) && !crbrt_isa_is_runnable(CRBRT_ISA_AUTO));
  EXPECT(strcmp(crbrt_message(CRBRT_OK), "ok") == 0 && strlen(crbrt_message(-5)) > 0);
  EXPECT(strlen(crbrt_version()) >= 5);
  return 0;
}

int crbrt_c_client_details(const crbrt_program* program, const float* coefficients, size_t n_voxel, void* arena,
                           size_t arena_size, float* estimates, float* std, float* atypicality) {
  crbrt_session session = {{0}};
  const float sigma = 0.125f;
  EXPECT(crbrt_run_details(&session, coefficients, n_voxel, estimates, NULL, sigma, std, atypicality) == CRBRT_NOT_BOUND);
  EXPECT(crbrt_bind(&session, program, arena, arena_size, CRBRT_ISA_AUTO) == CRBRT_OK);
  EXPECT(crbrt_has_uncertainty(program) == 1 && crbrt_has_atypicality(program) == 1);
  EXPECT(crbrt_atypicality_threshold(program) == 1.5f);
  EXPECT(crbrt_run_details(&session, coefficients, n_voxel, estimates, NULL, 0.0f, std, NULL) == CRBRT_BAD_SHAPE);
  EXPECT(crbrt_run_details(&session, coefficients, n_voxel, estimates, NULL, 0.0f, NULL, atypicality) == CRBRT_OK);
  EXPECT(crbrt_run_details(&session, coefficients, n_voxel, estimates, NULL, sigma, std, NULL) == CRBRT_OK);
  return 0;
}

int crbrt_c_client_details_interleaved(const crbrt_program* program, const float* coefficients, size_t n_voxel, void* arena,
                                       size_t arena_size, float* estimates, float* std, float* atypicality) {
  crbrt_session session = {{0}};
  EXPECT(crbrt_bind(&session, program, arena, arena_size, CRBRT_ISA_AUTO) == CRBRT_OK);
  EXPECT(crbrt_run_details_interleaved(&session, coefficients, n_voxel, estimates, NULL, 0.125f, std, atypicality) == CRBRT_OK);
  return 0;
}

int crbrt_c_client_interleaved(const crbrt_program* program, const float* coefficients, size_t n_voxel, void* arena,
                               size_t arena_size, float* estimates, uint8_t* voxel_status) {
  crbrt_session session = {{0}}, copy;
  EXPECT(crbrt_bind(&session, program, arena, arena_size, CRBRT_ISA_SCALAR) == CRBRT_OK);
  EXPECT(crbrt_session_isa(&session) == CRBRT_ISA_SCALAR);
  copy = session;
  EXPECT(crbrt_run_interleaved(&copy, coefficients, n_voxel, estimates, voxel_status) == CRBRT_OK);
  return 0;
}
