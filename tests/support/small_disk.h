// SPDX-License-Identifier: Apache-2.0
/// A file system with little room, for what happens when a disk is full: a tmpfs of a mount namespace of its own.
#pragma once

#include <string>

#include "tests/support/run_program.h"

namespace crbrt::tests {

/// Runs `script` with `folder`, which exists, as a file system of `size` ("400k"); in it, "grow" gives it room. Exit code 77
/// where this machine lets nobody mount.
inline Outcome run_on_small_disk(const std::string& folder, const std::string& size, const std::string& script) {
  return run(
      "unshare -rm sh -c '\n"
      "mount -t tmpfs -o size=" +
      size + " crbrt \"" + folder +
      "\" || exit 77\n"
      "grow() { mount -o remount,size=200m \"" +
      folder + "\"; }\n" + script + "' || exit $?");
}

}  // namespace crbrt::tests
