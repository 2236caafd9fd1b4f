// SPDX-License-Identifier: Apache-2.0
/* How a program without an operating system talks to the emulator that runs it: a breakpoint with a number. No library. */
#ifndef CRBRT_TESTS_SEMIHOSTING_H
#define CRBRT_TESTS_SEMIHOSTING_H

#include <stdint.h>

static inline void semihosting(uint32_t operation, const void* argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

static inline void print_text(const char* text) { semihosting(0x04, text); }

static inline void print_number(uint32_t value) {
  char text[11];
  char* at = text + 10;
  *at = 0;
  do *--at = (char)('0' + value % 10);
  while ((value /= 10) != 0);
  print_text(at);
}

/* Exit code 0, or 1. */
static inline void leave(int has_failed) { semihosting(0x18, (const void*)(uintptr_t)(has_failed ? 0x20023 : 0x20026)); }

#endif
