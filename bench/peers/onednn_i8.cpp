// SPDX-License-Identifier: Apache-2.0
// oneDNN with 8-bit integers: symmetric weights with a scale for each output, activations with one scale a value (u8 after a
// ReLU, s8 otherwise) taken from the largest value that float inference of the first voxels meets. ReLU and requantisation are
// post-operations; where a step is followed by group norm, it gives floats, and plain loops normalise and quantise.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <unordered_map>

#include "base/error.h"
#include "bench/peers/layerwise.h"
#include "bench/peers/onednn.h"

namespace crbrt::bench {

PeerLabel onednn_label(const std::string& note) {
  const dnnl_version_t* v = dnnl::version();
  const auto isa = dnnl::get_effective_cpu_isa();
  const char* text = isa == dnnl::cpu_isa::avx2    ? "avx2"
                     : isa == dnnl::cpu_isa::sse41 ? "sse4.1"
                     : isa == dnnl::cpu_isa::avx   ? "avx"
                                                   : "beyond avx2";
  return {std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch), text, note};
}

namespace {

using dnnl::memory;

class OnednnI8Peer : public Peer {
 public:
  explicit OnednnI8Peer(const Task& task)
      : task_(task), ranges_(value_ranges(task)), engine_(dnnl::engine::kind::cpu, 0), stream_(engine_), layers_(task, 1) {}

  PeerLabel label() const override {
    return onednn_label(std::string(largest_weight() < 127 ? "7-bit weights, so that no sum of 16 bits saturates; " : "") +
                        "quantising the features included; group norm in float: plain loop");
  }

  void prepare(std::size_t batch) override {
    layers_ = Layerwise(task_, batch);
    const std::vector<Operation>& steps = task_.network.operations;
    quantized_.assign(steps.size() + 1, {});
    for (const Operation& step : steps)
      if (step.kind == OperationKind::dense) quantized_[step.in].resize(batch * step.n_in);
    steps_.clear();
    for (std::size_t i = 0; i < steps.size(); ++i)
      steps_.push_back(steps[i].kind == OperationKind::dense ? make_dense(i, batch) : Dense{});
    stream_.wait();
  }

  void run() override {
    quantize(0);
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].arguments.empty()) {
        layers_.apply(i);
        quantize(i + 1);
        continue;
      }
      steps_[i].primitive.execute(stream_, steps_[i].arguments);
      if (gives_integers(i)) continue;
      if (task_.network.operations[i].add != Operation::none) layers_.finish_dense(i, false);
      quantize(i + 1);
    }
    stream_.wait();
  }

  const float* outputs() const override { return layers_.value(task_.network.operations.size()); }

 private:
  struct Dense {
    dnnl::primitive primitive;
    std::unordered_map<int, memory> arguments;
    std::vector<float> bias;
  };

  /// The product's post-operations end in integers where nobody needs the floats.
  bool gives_integers(std::size_t i) const {
    const std::vector<Operation>& steps = task_.network.operations;
    if (steps[i].add != Operation::none || !steps[i].relu || i + 1 == steps.size()) return false;
    return std::all_of(steps.begin(), steps.end(), [&](const Operation& reader) {
      return reader.add != i + 1 && (reader.in != i + 1 || reader.kind == OperationKind::dense);
    });
  }

  /// Without VNNI, oneDNN adds two products in 16 bits, which saturate with weights of 8 bits; 7 bits are its users' remedy.
  static float largest_weight() { return dnnl::get_effective_cpu_isa() <= dnnl::cpu_isa::avx2 ? 63.0f : 127.0f; }

  bool is_unsigned(std::size_t value) const { return ranges_[value].minimum >= 0; }
  float scale(std::size_t value) const { return ranges_[value].largest / (is_unsigned(value) ? 255.0f : 127.0f); }
  memory::data_type type(std::size_t value) const { return is_unsigned(value) ? memory::data_type::u8 : memory::data_type::s8; }

  void quantize(std::size_t value) {
    std::vector<std::uint8_t>& to = quantized_[value];
    const float* const from = layers_.value(value);
    const float inverse = 1 / scale(value), minimum = is_unsigned(value) ? 0.0f : -127.0f;
    const float maximum = is_unsigned(value) ? 255.0f : 127.0f;
    for (std::size_t i = 0; i < to.size(); ++i) {
      const float q = std::nearbyint(std::clamp(from[i] * inverse, minimum, maximum));
      to[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(q));  // two's complement for s8
    }
  }

  Dense make_dense(std::size_t i, std::size_t batch) {
    const Operation& step = task_.network.operations[i];
    const QuantizedWeights w = quantize_weights(step, largest_weight());
    const bool integers = gives_integers(i);
    const float in_scale = scale(step.in);
    Dense made;
    std::vector<float> rescale;
    for (std::size_t j = 0; j < step.n_out; ++j) {
      made.bias.push_back(step.bias[j] / (in_scale * w.scale[j]));
      rescale.push_back(in_scale * w.scale[j] / (integers ? scale(i + 1) : 1));
    }
    dnnl::primitive_attr attributes;
    attributes.set_output_scales(2, rescale);
    dnnl::post_ops after;
    if (step.relu && step.add == Operation::none) after.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
    attributes.set_post_ops(after);
    const memory in = onednn_matrix(engine_, batch, step.n_in, type(step.in), quantized_[step.in].data());
    const memory out = integers ? onednn_matrix(engine_, batch, step.n_out, type(i + 1), quantized_[i + 1].data())
                                : onednn_matrix(engine_, batch, step.n_out, memory::data_type::f32, layers_.out_of(i));
    add_primitive(step, w, attributes, in, out, made);
    return made;
  }

  void add_primitive(const Operation& step, const QuantizedWeights& w, const dnnl::primitive_attr& attributes, const memory& in,
                     const memory& out, Dense& made) {
    const memory bias({{onednn_size(step.n_out)}, memory::data_type::f32, memory::format_tag::x}, engine_);
    std::copy(made.bias.begin(), made.bias.end(), static_cast<float*>(bias.get_data_handle()));
    const memory::desc any({onednn_size(step.n_out), onednn_size(step.n_in)}, memory::data_type::s8, memory::format_tag::any);
    const dnnl::inner_product_forward::primitive_desc chosen(
        {dnnl::prop_kind::forward_inference, in.get_desc(), any, bias.get_desc(), out.get_desc()}, attributes, engine_);
    memory plain = onednn_matrix(engine_, step.n_out, step.n_in, memory::data_type::s8, w.values.data());
    memory packed(chosen.weights_desc(), engine_);
    dnnl::reorder(plain, packed).execute(stream_, plain, packed);
    stream_.wait();
    made.primitive = dnnl::inner_product_forward(chosen);
    made.arguments = {{DNNL_ARG_SRC, in}, {DNNL_ARG_WEIGHTS, packed}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, out}};
  }

  const Task& task_;
  const std::vector<ValueRange> ranges_;
  const dnnl::engine engine_;
  dnnl::stream stream_;
  Layerwise layers_;
  std::vector<std::vector<std::uint8_t>> quantized_;  ///< of each value that a dense step reads; s8 as two's complement
  std::vector<Dense> steps_;
};

}  // namespace

std::unique_ptr<Peer> make_onednn_i8(const Task& task) { return std::make_unique<OnednnI8Peer>(task); }

}  // namespace crbrt::bench
