/* SPDX-License-Identifier: Apache-2.0 */
/* The SHA-256 of musl, emscripten's C library, under libmd's names. musl keeps it private to the file of its crypt(), so that
 * file is included whole. CRBRT_MUSL_SHA256 is its path (tools/web/CMakeLists.txt). */
#include "sha256.h"

#define __crypt_sha256 crbrt_unused_crypt_sha256
#include CRBRT_MUSL_SHA256

_Static_assert(sizeof(SHA256_CTX) == sizeof(struct sha256), "both hold a length, eight words and a block");

void SHA256Init(SHA256_CTX* context) { sha256_init((struct sha256*)context); }

void SHA256Update(SHA256_CTX* context, const uint8_t* data, size_t size) { sha256_update((struct sha256*)context, data, size); }

void SHA256Final(uint8_t* digest, SHA256_CTX* context) { sha256_sum((struct sha256*)context, digest); }
