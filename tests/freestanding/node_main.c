/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a model on vectors made elsewhere (vectors.h) where there is an operating system: says how many numbers differ. */
#include <stdio.h>
#include <string.h>

#include "vectors.h"

int main(void) {
  static uint32_t arena[MODEL_ARENA_BYTES / 4];
  unsigned mismatches = 0;
  for (int v = 0; v < N_VECTOR; ++v) {
    uint32_t input[MODEL_N_COEFF];
    int32_t sums[MODEL_N_OUTPUT];
    float estimates[MODEL_N_OUTPUT];
    MODEL_PREPROCESS(vector_coefficients[v], (int16_t*)input);
    for (int j = 0; j < 2 * MODEL_N_COEFF; ++j) mismatches += ((const int16_t*)input)[j] != vector_inputs[v][j];
    MODEL_NETWORK((const int16_t*)input, sums, arena);
    mismatches += (unsigned)MODEL_ESTIMATE(vector_coefficients[v], estimates, arena) != vector_status[v];
    for (int j = 0; j < MODEL_N_OUTPUT; ++j) {
      uint32_t bits;
      memcpy(&bits, &estimates[j], sizeof bits);
      mismatches += (sums[j] != vector_sums[v][j]) + (bits != vector_estimate_bits[v][j]);
    }
  }
  printf("%d voxels, %u numbers differ\n", N_VECTOR, mismatches);
  return mismatches != 0;
}
