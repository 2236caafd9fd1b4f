// SPDX-License-Identifier: Apache-2.0
/// The server: who may connect, and how it ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tools/mrd/connection.h"
#include "tools/mrd/dialogue.h"

namespace crbrt::mrd {

struct Listening {
  std::string address = "127.0.0.1";
  std::uint16_t port = 9002;  ///< 0: a free one
  unsigned most_connections = 2048;
  std::size_t most_bytes = std::size_t{8192} << 20;  ///< of all connections together
  Timeouts timeouts{};
};

/// Serves until SIGINT or SIGTERM. Throws OutputError where the address cannot be listened at, UsageError for no address.
void serve(const Service& service, const Listening& listening);

}  // namespace crbrt::mrd
