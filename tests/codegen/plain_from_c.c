/* SPDX-License-Identifier: Apache-2.0 */
/* The generated accessor as a C99 program sees it. */
#include <stdlib.h>

#include "plain.h"

size_t plain_arena_bytes_from_c(void);
int plain_from_c(const float* coefficients, size_t n_voxel, float* estimates, uint32_t isa);

size_t plain_arena_bytes_from_c(void) { return CRBRT_MODEL_PLAIN_ARENA_BYTES; }

int plain_from_c(const float* coefficients, size_t n_voxel, float* estimates, uint32_t isa) {
  const crbrt_program* program = crbrt_model_plain();
  unsigned char* storage = malloc(CRBRT_MODEL_PLAIN_ARENA_BYTES + CRBRT_ARENA_ALIGNMENT);
  unsigned char* arena = storage + (CRBRT_ARENA_ALIGNMENT - (uintptr_t)storage % CRBRT_ARENA_ALIGNMENT);
  crbrt_session session = {{0}};
  const crbrt_run_args args = {.struct_size = sizeof args, .n_voxel = n_voxel, .real = coefficients, .estimates = estimates};
  crbrt_status status = CRBRT_BAD_SHAPE;
  if (crbrt_coefficient_count(program) == CRBRT_MODEL_PLAIN_N_COEFF &&
      crbrt_output_count(program) == CRBRT_MODEL_PLAIN_N_OUTPUT)
    status = crbrt_bind(&session, program, arena, CRBRT_MODEL_PLAIN_ARENA_BYTES, isa);
  if (status == CRBRT_OK) status = crbrt_run(&session, &args);
  free(storage);
  return status;
}
