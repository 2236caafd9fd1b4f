/* SPDX-License-Identifier: Apache-2.0 */
/* From reset to main(): the vector table, zeroed memory, and the floating-point unit where the program uses one. */
#include <stdint.h>

#include "semihosting.h"

extern uint32_t stack_top, zeroed_begin, zeroed_end;
int main(void);

static void on_reset(void) {
  volatile uint32_t* word; /* not turned into a call of a library */
#if defined(__ARM_FP)
  *(volatile uint32_t*)0xe000ed88 |= 0xfu << 20; /* CPACR: coprocessors 10 and 11 */
  __asm__ volatile("dsb\n\tisb");
#endif
  for (word = &zeroed_begin; word < &zeroed_end; ++word) *word = 0;
  leave(main());
}

/* A wrong alignment or address ends the program instead of hanging it. */
static void on_fault(void) {
  print_text("fault\n");
  leave(1);
}

struct vector_table {
  uint32_t* stack;
  void (*reset)(void);
  void (*faults[5])(void);
};
__attribute__((section(".vectors"), used)) static const struct vector_table vectors = {
    &stack_top, on_reset, {on_fault, on_fault, on_fault, on_fault, on_fault}};
