// SPDX-License-Identifier: Apache-2.0
/// A session with an arena of exactly the size it asked for, which ends at an unmapped page.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "crbrt/crbrt.hpp"
#include "tests/support/guarded_buffer.h"

namespace crbrt::tests {

class BoundSession {
 public:
  BoundSession(const Program& program, Isa isa) : arena_(Session::arena_bytes(program)) {
    const Status status = session_.bind(program, arena_.data(), arena_.size(), isa);
    EXPECT_EQ(status, Status::ok) << message(status);
  }
  Session* operator->() noexcept { return &session_; }

 private:
  GuardedBuffer<std::byte> arena_;
  Session session_;
};

}  // namespace crbrt::tests
