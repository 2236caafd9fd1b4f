/// A session with the arena it needs, for one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

#include "crbrt/crbrt.hpp"

namespace crbrt::evaluation {

class ModelRunner {
 public:
  /// `program` must outlive the runner. Throws cli::Error when the session cannot be bound (an ISA this CPU lacks: usage).
  ModelRunner(const Program& program, Isa isa);

  /// Shapes as Session::run; they are the caller's duty and a mismatch is an internal error.
  void run(View2<const float> coefficients, View2<float> estimates, View1<VoxelStatus> status) const;

  Isa isa() const noexcept { return session_.isa(); }

 private:
  struct Release {
    void operator()(void* memory) const noexcept { ::operator delete (memory, std::align_val_t{layout::arena_alignment}); }
  };
  std::unique_ptr<void, Release> arena_;
  Session session_;
};

}  // namespace crbrt::evaluation
