// SPDX-License-Identifier: Apache-2.0
/// The third word of a line of isas.inc: CRBRT_ON_<machine>(symbol) is the symbol's address where the compiler builds for
/// that machine, and null elsewhere, without ever naming a symbol that is not there. The flags' side of the same decision is
/// cmake/crbrt_kernels.cmake.
#pragma once

#define CRBRT_ON_ANY(symbol) (&(symbol))

#if defined(__x86_64__)
#define CRBRT_ON_X86(symbol) (&(symbol))
#else
#define CRBRT_ON_X86(symbol) nullptr
#endif

#if defined(__aarch64__)
#define CRBRT_ON_AARCH64(symbol) (&(symbol))
#else
#define CRBRT_ON_AARCH64(symbol) nullptr
#endif

#if defined(__wasm__)
#define CRBRT_ON_WASM(symbol) (&(symbol))
#else
#define CRBRT_ON_WASM(symbol) nullptr
#endif
