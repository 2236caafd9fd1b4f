// Binding a session with heap memory, which the runtime itself never asks for.
#include "tools/eval/model_runner.h"

#include <stdexcept>
#include <string>

#include "tools/cli/error.h"

namespace crbrt::evaluation {

ModelRunner::ModelRunner(const Program& program, Isa isa) {
  const std::size_t bytes = Session::arena_bytes(program);
  arena_.reset(::operator new (bytes, std::align_val_t{layout::arena_alignment}));
  const Status status = session_.bind(program, arena_.get(), bytes, isa);
  if (status == Status::isa_unavailable) throw cli::UsageError(std::string("--isa ") + name(isa) + ": " + message(status));
  if (status != Status::ok) throw std::runtime_error(message(status));
}

void ModelRunner::run(View2<const float> coefficients, View2<float> estimates, View1<VoxelStatus> voxel_status) const {
  const Status status = session_.run(coefficients, estimates, voxel_status);
  if (status != Status::ok) throw std::runtime_error(message(status));
}

}  // namespace crbrt::evaluation
