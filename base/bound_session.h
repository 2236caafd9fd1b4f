// SPDX-License-Identifier: Apache-2.0
/// A session of the runtime with heap memory, which the runtime itself never asks for. Header only, so that crbrt::base itself
/// needs no runtime; who includes it links crbrt::runtime.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <string>

#include "base/error.h"
#include "crbrt/crbrt.hpp"

namespace crbrt::base {

/// For one thread at a time.
class BoundSession {
 public:
  /// `program` must outlive the session. Throws UsageError for an ISA that this CPU lacks.
  explicit BoundSession(const Program& program, Isa isa = Isa::automatic) {
    const std::size_t bytes = Session::arena_bytes(program);
    arena_.reset(::operator new (bytes, std::align_val_t{layout::arena_alignment}));
    const Status status = session_.bind(program, arena_.get(), bytes, isa);
    if (status == Status::isa_unavailable) throw UsageError(std::string("--isa ") + name(isa) + ": " + message(status));
    if (status != Status::ok) throw Error(exit_internal, message(status));
  }

  Session* operator->() noexcept { return &session_; }
  const Session* operator->() const noexcept { return &session_; }

 private:
  struct Release {
    void operator()(void* memory) const noexcept { ::operator delete (memory, std::align_val_t{layout::arena_alignment}); }
  };
  std::unique_ptr<void, Release> arena_;
  Session session_;
};

}  // namespace crbrt::base
