/* SPDX-License-Identifier: Apache-2.0 */
/* Estimates one voxel on a machine without an operating system: no library but the two generated files.
 *
 *     crbrt-codegen --model M.crbm --precision mixed --target freestanding --name estimator --out .
 *     arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -O2 -c main.c estimator.c
 */
#include "estimator.h"

static uint32_t arena[ESTIMATOR_ARENA_BYTES / 4];

int main(void) {
  /* Real parts of all coefficients, then imaginary parts, in any scale that keeps them in 16 bits; here a made-up voxel. */
  int16_t coefficients[2 * ESTIMATOR_N_COEFF] = {0};
  float estimates[ESTIMATOR_N_OUTPUT];
  uint32_t i;
  for (i = 0; i < ESTIMATOR_N_COEFF; ++i) coefficients[i] = (int16_t)(8000 / (int32_t)(i + 1));
  return estimator_estimate(coefficients, estimates, arena) == estimator_zero_signal;
}
