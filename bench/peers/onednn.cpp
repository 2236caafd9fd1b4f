// SPDX-License-Identifier: Apache-2.0
// oneDNN, float: one inner product a step with bias, skip (binary addition) and ReLU as its post-operations, weights in the
// layout that oneDNN prefers; group norm is a plain loop. The label says the instruction set that it reports.
#include <dnnl.hpp>
#include <unordered_map>

#include "base/error.h"
#include "bench/peers/layerwise.h"
#include "bench/peers/onednn.h"

namespace crbrt::bench {
namespace {

using dnnl::memory;

class OnednnPeer : public Peer {
 public:
  explicit OnednnPeer(const Task& task)
      : task_(task), engine_(dnnl::engine::kind::cpu, 0), stream_(engine_), layers_(task, 1) {}

  PeerLabel label() const override { return onednn_label("group norm: plain loop"); }

  void prepare(std::size_t batch) override {
    layers_ = Layerwise(task_, batch);
    steps_.clear();
    for (std::size_t i = 0; i < task_.network.operations.size(); ++i)
      steps_.push_back(task_.network.operations[i].kind == OperationKind::dense ? make_dense(i, batch) : Dense{});
    stream_.wait();
  }

  void run() override {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].arguments.empty()) {
        layers_.apply(i);
      } else {
        steps_[i].primitive.execute(stream_, steps_[i].arguments);
      }
    }
    stream_.wait();
  }

  const float* outputs() const override { return layers_.value(task_.network.operations.size()); }

 private:
  struct Dense {
    dnnl::primitive primitive;
    std::unordered_map<int, memory> arguments;  ///< empty: no step of oneDNN
  };

  memory matrix(std::size_t rows, std::size_t columns, const float* data) const {
    return onednn_matrix(engine_, rows, columns, memory::data_type::f32, data);
  }

  Dense make_dense(std::size_t i, std::size_t batch) {
    const Operation& step = task_.network.operations[i];
    const memory in = matrix(batch, step.n_in, layers_.value(step.in)), out = matrix(batch, step.n_out, layers_.out_of(i));
    const memory bias({{onednn_size(step.n_out)}, memory::data_type::f32, memory::format_tag::x}, engine_,
                      const_cast<float*>(step.bias.data()));
    dnnl::post_ops after;
    if (step.add != Operation::none) after.append_binary(dnnl::algorithm::binary_add, out.get_desc());
    if (step.relu) after.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(after);
    const memory::desc any({onednn_size(step.n_out), onednn_size(step.n_in)}, memory::data_type::f32, memory::format_tag::any);
    const dnnl::inner_product_forward::primitive_desc chosen(
        {dnnl::prop_kind::forward_inference, in.get_desc(), any, bias.get_desc(), out.get_desc()}, attributes, engine_);
    memory weights = matrix(step.n_out, step.n_in, step.weights.data());
    memory packed(chosen.weights_desc(), engine_);
    dnnl::reorder(weights, packed).execute(stream_, weights, packed);
    Dense made{dnnl::inner_product_forward(chosen),
               {{DNNL_ARG_SRC, in}, {DNNL_ARG_WEIGHTS, packed}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, out}}};
    if (step.add != Operation::none)
      made.arguments.emplace(DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1,
                             matrix(batch, step.n_out, layers_.value(step.add)));
    return made;
  }

  const Task& task_;
  const dnnl::engine engine_;
  dnnl::stream stream_;
  Layerwise layers_;
  std::vector<Dense> steps_;
};

}  // namespace

std::unique_ptr<Peer> make_peer(const Task& task, const PeerSetting& setting) {
  if (setting.precision == "f32") return std::make_unique<OnednnPeer>(task);
  if (setting.precision == "i8") return make_onednn_i8(task);
  throw base::UsageError("oneDNN: expected f32 or i8, found " + setting.precision);
}

}  // namespace crbrt::bench
