// SPDX-License-Identifier: Apache-2.0
/* The version of this header, the one place where it stands (CMake reads it here), and how public functions are marked. C99. */
#ifndef CRBRT_VERSION_H
#define CRBRT_VERSION_H

#define CRBRT_VERSION_MAJOR 0
#define CRBRT_VERSION_MINOR 2
#define CRBRT_VERSION_PATCH 0

#define CRBRT_VERSION_TEXT_OF(x) #x
#define CRBRT_VERSION_TEXT(major, minor, patch) \
  CRBRT_VERSION_TEXT_OF(major) "." CRBRT_VERSION_TEXT_OF(minor) "." CRBRT_VERSION_TEXT_OF(patch)
#define CRBRT_VERSION_STRING CRBRT_VERSION_TEXT(CRBRT_VERSION_MAJOR, CRBRT_VERSION_MINOR, CRBRT_VERSION_PATCH)

/* Everything else is hidden where the library is a shared one (docs/compatibility.md). */
#if defined(__GNUC__)
#define CRBRT_API __attribute__((visibility("default")))
#else
#define CRBRT_API
#endif

#endif
