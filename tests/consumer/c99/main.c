/* SPDX-License-Identifier: Apache-2.0 */
/* A C99 program that uses the runtime without a model: every call must answer, none may crash. */
#include <crbrt/crbrt.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  crbrt_session session;
  const crbrt_run_args args = {.struct_size = sizeof args};
  memset(&session, 0, sizeof session);
  if (crbrt_arena_bytes(NULL) != 0) return 1;
  if (crbrt_bind(&session, NULL, NULL, 0, CRBRT_ISA_AUTO) != CRBRT_BAD_PROGRAM) return 2;
  if (crbrt_run(&session, &args) != CRBRT_NOT_BOUND) return 3;
  if (!crbrt_isa_is_runnable(crbrt_best_isa())) return 4;
  if (strcmp(crbrt_version(), CRBRT_VERSION_STRING) != 0) return 5;
  printf("crbrt %s on %s: %s\n", crbrt_version(), crbrt_isa_name(crbrt_best_isa()), crbrt_message(CRBRT_NOT_BOUND));
  return 0;
}
