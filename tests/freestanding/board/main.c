/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a model on vectors made elsewhere (vectors.h), compares every input, sum, status and bit of every estimate, and prints
 * what one voxel takes: "mismatches ticks_network ticks_estimate stack_bytes". A tick of qemu's SysTick is 40 instructions
 * under -icount shift=0. */
#include "semihosting.h"
#include "vectors.h"

#define SYST_CSR (*(volatile uint32_t*)0xe000e010)
#define SYST_RVR (*(volatile uint32_t*)0xe000e014)
#define SYST_CVR (*(volatile uint32_t*)0xe000e018)
#define TICK_MASK 0xffffffu
#define PAINTED_WORDS 1024
#define PAINT 0xc0ffee11u

static uint32_t arena[MODEL_ARENA_BYTES / 4];
static uint32_t input[N_VECTOR][MODEL_N_COEFF];
static int32_t sums[MODEL_N_OUTPUT];
static float estimates[MODEL_N_OUTPUT];

/* The counter runs down; the first reload has to have happened. */
static void start_clock(void) {
  SYST_RVR = TICK_MASK;
  SYST_CVR = 0;
  SYST_CSR = 5;
  while (SYST_CVR == 0) {
  }
}

static uint32_t mismatches_of_network(uint32_t* ticks) {
  uint32_t v, j, mismatches = 0, begin;
  for (v = 0; v < N_VECTOR; ++v) {
    MODEL_PREPROCESS(vector_coefficients[v], (int16_t*)input[v]);
    for (j = 0; j < 2 * MODEL_N_COEFF; ++j) mismatches += ((const int16_t*)input[v])[j] != vector_inputs[v][j];
  }
  begin = SYST_CVR;
  for (v = 0; v < N_VECTOR; ++v) MODEL_NETWORK((const int16_t*)input[v], sums, arena);
  *ticks = ((begin - SYST_CVR) & TICK_MASK) / N_VECTOR;
  for (v = 0; v < N_VECTOR; ++v) {
    MODEL_NETWORK((const int16_t*)input[v], sums, arena);
    for (j = 0; j < MODEL_N_OUTPUT; ++j) mismatches += sums[j] != vector_sums[v][j];
  }
  return mismatches;
}

static uint32_t mismatches_of_estimates(uint32_t* ticks) {
  uint32_t v, j, mismatches = 0, begin = SYST_CVR;
  for (v = 0; v < N_VECTOR; ++v) MODEL_ESTIMATE(vector_coefficients[v], estimates, arena);
  *ticks = ((begin - SYST_CVR) & TICK_MASK) / N_VECTOR;
  for (v = 0; v < N_VECTOR; ++v) {
    mismatches += (uint32_t)MODEL_ESTIMATE(vector_coefficients[v], estimates, arena) != vector_status[v];
    for (j = 0; j < MODEL_N_OUTPUT; ++j) {
      union {
        float value;
        uint32_t bits;
      } estimate;
      estimate.value = estimates[j];
      mismatches += estimate.bits != vector_estimate_bits[v][j];
    }
  }
  return mismatches;
}

/* Bytes below this function's frame that one call writes. */
static __attribute__((noinline)) uint32_t stack_bytes(void) {
  volatile uint32_t* top;
  uint32_t unused = 0;
  __asm__ volatile("mov %0, sp" : "=r"(top));
  for (uint32_t i = 1; i <= PAINTED_WORDS; ++i) top[-(int32_t)i] = PAINT;
  MODEL_ESTIMATE(vector_coefficients[0], estimates, arena);
  while (unused < PAINTED_WORDS && top[-(int32_t)(PAINTED_WORDS - unused)] == PAINT) ++unused;
  return 4 * (PAINTED_WORDS - unused);
}

int main(void) {
  uint32_t ticks_network, ticks_estimate, mismatches;
  start_clock();
  mismatches = mismatches_of_network(&ticks_network);
  mismatches += mismatches_of_estimates(&ticks_estimate);
  print_number(mismatches);
  print_text(" ");
  print_number(ticks_network);
  print_text(" ");
  print_number(ticks_estimate);
  print_text(" ");
  print_number(stack_bytes());
  print_text("\n");
  return mismatches != 0;
}
