// The runtime itself as an engine: the task's model.crbm (f32) or the integer form in model_PRECISION.crbm through a Session,
// interpreted. It starts one step earlier than the others, from coefficients: preprocessing and the scaling of the estimates
// are in its time.
#include <vector>

#include "base/bound_session.h"
#include "base/model_file.h"
#include "bench/peers/peer.h"

namespace crbrt::bench {
namespace {

Isa isa_of(const std::string& text) {
  Isa isa = Isa::automatic;
  if (!isa_from_name(text.c_str(), isa)) throw base::UsageError("isa: expected the name of an instruction set, found " + text);
  return isa;
}

class OwnPeer : public Peer {
 public:
  static std::string model_file(const std::string& precision) {
    return precision == "f32" ? "model.crbm" : "model_" + precision + ".crbm";
  }

  static const Program& program_of(const Model& model, const std::string& precision) {
    return precision == "f32" ? model.program() : *model.integer_program();
  }

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

}  // namespace

std::unique_ptr<Peer> make_peer(const Task& task, const PeerSetting& setting) {
  return std::make_unique<OwnPeer>(task, setting);
}

}  // namespace crbrt::bench
