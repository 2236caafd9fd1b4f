// SPDX-License-Identifier: Apache-2.0
/// What base/sha256.h asks of libmd, for WebAssembly: emscripten has no libmd, but its C library has SHA-256 (sha256.c beside
/// this).
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint64_t length;
  uint32_t state[8];
  uint8_t block[64];
} SHA256_CTX;

void SHA256Init(SHA256_CTX* context);
void SHA256Update(SHA256_CTX* context, const uint8_t* data, size_t size);
void SHA256Final(uint8_t* digest, SHA256_CTX* context);

#ifdef __cplusplus
}
#endif
