// SPDX-License-Identifier: Apache-2.0
// The runtime itself as an engine: the task's model.crbm (f32) or the integer form in model_PRECISION.crbm, interpreted.
// Through a Session it starts one step earlier than the others, from coefficients: preprocessing and the scaling of the
// estimates are in its time. As PRECISION-features it starts and ends where they do.
#include <algorithm>
#include <memory>
#include <vector>

#include "base/bound_session.h"
#include "base/model_file.h"
#include "bench/peers/peer.h"
#include "runtime/src/run_ops.h"

namespace crbrt::bench {
namespace {

Isa isa_of(const std::string& text) {
  Isa isa = Isa::automatic;
  if (!isa_from_name(text.c_str(), isa)) throw base::UsageError("isa: expected the name of an instruction set, found " + text);
  return isa;
}

std::string model_file(const std::string& precision) {
  return precision == "f32" ? "model.crbm" : "model_" + precision + ".crbm";
}

const Program& program_of(const Model& model, const std::string& precision) {
  return precision == "f32" ? model.program() : *model.integer_program();
}

class OwnPeer : public Peer {
 public:
  OwnPeer(const Task& task, const PeerSetting& setting)
      : n_feature_(task.network.width(0)),
        model_(base::load_model((setting.folder / model_file(setting.precision)).string())),
        session_(program_of(model_, setting.precision), isa_of(setting.isa)),
        coefficients_(read_numbers(setting.folder / "coefficients.f32")) {}

  PeerLabel label() const override { return {CRBRT_VERSION_STRING, name(session_->isa()), "preprocessing included"}; }

  void prepare(std::size_t batch) override {
    batch_ = batch;
    estimates_.assign(batch * model_.program().n_output, 0);
    status_.assign(batch, VoxelStatus{});
  }

  void run() override {
    const Status status = session_->run(
        Coefficients::rows(coefficients_.data(), batch_, n_feature_ / 2),
        {.estimates = {estimates_.data(), batch_, model_.program().n_output}, .status = {status_.data(), batch_}});
    if (status != Status::ok) throw base::Error(base::exit_internal, message(status));
  }

  const float* outputs() const override { return estimates_.data(); }
  bool gives_estimates() const override { return true; }

 private:
  std::size_t n_feature_, batch_ = 0;
  const Model model_;
  base::BoundSession session_;
  const std::vector<float> coefficients_;
  std::vector<float> estimates_;
  std::vector<VoxelStatus> status_;
};

/// The ops alone, by the kernels that a Session takes for as many voxels: features go into the arena row by row, the values of
/// the last layer come out.
class FeaturesPeer : public Peer {
 public:
  FeaturesPeer(const Task& task, const PeerSetting& setting, const std::string& precision)
      : task_(task),
        isa_(isa_of(setting.isa)),
        model_(base::load_model((setting.folder / model_file(precision)).string())),
        program_(program_of(model_, precision)),
        arena_(static_cast<float*>(::operator new(arena_bytes(program_), alignment))) {}

  PeerLabel label() const override { return {CRBRT_VERSION_STRING, name(isa_), "from features"}; }

  void prepare(std::size_t batch) override {
    batch_ = batch;
    outputs_.assign(batch * program_.n_output, 0);
  }

  void run() override {
    for (std::size_t first = 0; first < batch_; first += layout::tile_voxels)
      run_tile(first, std::min(batch_ - first, layout::tile_voxels));
  }

  const float* outputs() const override { return outputs_.data(); }

 private:
  static constexpr std::align_val_t alignment{layout::arena_alignment};
  struct Free {
    void operator()(float* p) const { ::operator delete(p, alignment); }
  };

  void run_tile(std::size_t first, std::size_t n_voxel) {
    const std::size_t n_feature = task_.network.width(0), n_output = program_.n_output;
    const std::size_t stride = n_voxel == 1 ? 1 : layout::tile_voxels;
    float* const in = slot_tile(program_, arena_.get(), 0);
    for (std::size_t v = 0; v < n_voxel; ++v)
      for (std::size_t f = 0; f < n_feature; ++f) in[f * stride + v] = task_.features[(first + v) * n_feature + f];
    const KernelTable& kernels = *(n_voxel == 1 ? one_voxel_kernel_table(isa_) : kernel_table(isa_));
    interpret_ops(program_, kernels, arena_.get(), n_voxel, true);
    const float* const out = slot_tile(program_, arena_.get(), program_.ops[program_.n_op - 1].out_slot);
    for (std::size_t v = 0; v < n_voxel; ++v)
      for (std::size_t j = 0; j < n_output; ++j) outputs_[(first + v) * n_output + j] = out[j * stride + v];
  }

  const Task& task_;
  const Isa isa_;
  const Model model_;
  const Program& program_;
  const std::unique_ptr<float, Free> arena_;
  std::size_t batch_ = 0;
  std::vector<float> outputs_;
};

}  // namespace

std::unique_ptr<Peer> make_peer(const Task& task, const PeerSetting& setting) {
  const std::string suffix = "-features";
  const std::string& form = setting.precision;
  if (form.ends_with(suffix)) return std::make_unique<FeaturesPeer>(task, setting, form.substr(0, form.size() - suffix.size()));
  return std::make_unique<OwnPeer>(task, setting);
}

}  // namespace crbrt::bench
