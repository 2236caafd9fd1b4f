/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the embedded model through the C99 interface. C99 cannot align a static array, so the arena starts inside a larger one.
 */
#include "embedded.h"

int estimate_in_c(const float* coefficients, size_t n_voxel, float* estimates);

int estimate_in_c(const float* coefficients, size_t n_voxel, float* estimates) {
  static unsigned char storage[CRBRT_MODEL_EMBEDDED_ARENA_BYTES + CRBRT_ARENA_ALIGNMENT];
  const size_t misalignment = (size_t)((uintptr_t)storage % CRBRT_ARENA_ALIGNMENT);
  unsigned char* arena = storage + (misalignment == 0 ? 0 : CRBRT_ARENA_ALIGNMENT - misalignment);
  crbrt_session session = {{0}};
  const crbrt_run_args args = {.struct_size = sizeof args, .n_voxel = n_voxel, .real = coefficients, .estimates = estimates};
  crbrt_status status = crbrt_bind(&session, crbrt_model_embedded(), arena, CRBRT_MODEL_EMBEDDED_ARENA_BYTES, CRBRT_ISA_AUTO);
  if (status == CRBRT_OK) status = crbrt_run(&session, &args);
  return (int)status;
}
