// SPDX-License-Identifier: Apache-2.0
// XNNPACK, operator by operator: fully connected with bias and ReLU fused, skips by its own addition, group norm by a plain
// loop. It chooses its kernels by what libcpuinfo says of the CPU and cannot be told otherwise; so libcpuinfo is.
#include <cpuinfo.h>
#include <xnnpack.h>

#include <limits>

#include "base/error.h"
#include "bench/peers/layerwise.h"

namespace crbrt::bench {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

void check(xnn_status status, const char* what) {
  if (status != xnn_status_success)
    throw base::Error(base::exit_internal, std::string("XNNPACK: ") + what + ": status " + std::to_string(status));
}

/// Takes away what `isa` does not have, before XNNPACK looks. Returns the label.
std::string limit_cpu(const std::string& isa) {
  if (!cpuinfo_initialize()) throw base::Error(base::exit_internal, "XNNPACK: libcpuinfo does not know this CPU");
#if defined(__x86_64__)
  if (isa == "avx2" || isa == "sse4.2") {
    cpuinfo_isa.avx512f = cpuinfo_isa.avx512bw = cpuinfo_isa.avx512dq = cpuinfo_isa.avx512vl = false;
    if (isa == "avx2") return isa;
    cpuinfo_isa.avx = cpuinfo_isa.avx2 = cpuinfo_isa.fma3 = cpuinfo_isa.xop = cpuinfo_isa.f16c = false;
    return isa;
  }
#endif
  return "its own choice";
}

struct DeleteOperator {
  void operator()(xnn_operator_t op) const { xnn_delete_operator(op); }
};
using Operator = std::unique_ptr<xnn_operator, DeleteOperator>;

struct Operators {
  Operator product, sum;  ///< sum: null without a skip
};

Operators make_operators(const Operation& step) {
  Operators made;
  xnn_operator_t op = nullptr;
  const float minimum = step.relu ? 0 : -infinity;
  check(xnn_create_fully_connected_nc_f32(step.n_in, step.n_out, step.n_in, step.n_out, step.weights.data(), step.bias.data(),
                                          step.add != Operation::none ? -infinity : minimum, infinity, 0, &op),
        "fully connected");
  made.product.reset(op);
  if (step.add == Operation::none) return made;
  check(xnn_create_add_nd_f32(minimum, infinity, 0, &op), "add");
  made.sum.reset(op);
  return made;
}

class XnnpackPeer : public Peer {
 public:
  XnnpackPeer(const Task& task, const std::string& isa)
      : task_(task), isa_(limit_cpu(isa)), features_(task.features), layers_(task, 1) {
    check(xnn_initialize(nullptr), "start");
    features_.resize(features_.size() + layerwise_padding);
    for (const Operation& step : task.network.operations)
      operators_.push_back(step.kind == OperationKind::dense ? make_operators(step) : Operators{});
  }

  PeerLabel label() const override { return {"", isa_, "group norm: plain loop"}; }

  void prepare(std::size_t batch) override {
    layers_ = Layerwise(task_, batch);
    for (std::size_t i = 0; i < operators_.size(); ++i) set_up(i, batch);
  }

  void run() override {
    for (std::size_t i = 0; i < operators_.size(); ++i) {
      if (operators_[i].product == nullptr) {
        layers_.apply(i);
        continue;
      }
      check(xnn_run_operator(operators_[i].product.get(), nullptr), "run");
      if (operators_[i].sum != nullptr) check(xnn_run_operator(operators_[i].sum.get(), nullptr), "run");
    }
  }

  const float* outputs() const override { return layers_.value(task_.network.operations.size()); }

 private:
  void set_up(std::size_t i, std::size_t batch) {
    const Operation& step = task_.network.operations[i];
    if (operators_[i].product == nullptr) return;
    const float* const in = step.in == 0 ? features_.data() : layers_.value(step.in);
    float* const out = layers_.out_of(i);
    check(xnn_setup_fully_connected_nc_f32(operators_[i].product.get(), batch, in, out, nullptr), "set up");
    if (operators_[i].sum == nullptr) return;
    const std::size_t shape[] = {batch, step.n_out};
    check(xnn_setup_add_nd_f32(operators_[i].sum.get(), 2, shape, 2, shape, out, layers_.value(step.add), out, nullptr),
          "set up");
  }

  const Task& task_;
  const std::string isa_;
  std::vector<float> features_;  ///< with room behind that XNNPACK may read
  Layerwise layers_;
  std::vector<Operators> operators_;
};

}  // namespace

std::unique_ptr<Peer> make_peer(const Task& task, const PeerSetting& setting) {
  if (setting.precision != "f32") throw base::UsageError("XNNPACK: expected f32, found " + setting.precision);
  return std::make_unique<XnnpackPeer>(task, setting.isa);
}

}  // namespace crbrt::bench
