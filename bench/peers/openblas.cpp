// SPDX-License-Identifier: Apache-2.0
// OpenBLAS layer by layer: cblas_sgemm over the whole batch (sgemv for one voxel), plain loops for the rest. Which kernels it
// takes is decided before main by OPENBLAS_CORETYPE, which crbrt-bench sets; the label says which it took.
#include <cblas.h>

#include "base/error.h"
#include "bench/peers/layerwise.h"

namespace crbrt::bench {
namespace {

/// "0.3.21" of " OpenBLAS 0.3.21 ".
std::string version() {
  const std::string text = OPENBLAS_VERSION;
  const std::size_t first = text.find_first_of("0123456789"), end = text.find(' ', first);
  return text.substr(first, end - first);
}

int as_int(std::size_t n) { return static_cast<int>(n); }

class OpenBlasPeer : public Peer {
 public:
  explicit OpenBlasPeer(const Task& task) : task_(task), layers_(task, 1) { openblas_set_num_threads(1); }

  PeerLabel label() const override {
    return {version(), std::string("core type ") + openblas_get_corename(), "bias, skips, ReLU, group norm: plain loops"};
  }

  void prepare(std::size_t batch) override { layers_ = Layerwise(task_, batch); }

  void run() override {
    const std::vector<Operation>& steps = task_.network.operations;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (steps[i].kind == OperationKind::dense) {
        multiply(steps[i], layers_.value(steps[i].in), layers_.out_of(i));
        layers_.finish_dense(i, true);
      } else {
        layers_.apply(i);
      }
    }
  }

  const float* outputs() const override { return layers_.value(task_.network.operations.size()); }

 private:
  void multiply(const Operation& step, const float* in, float* out) const {
    const int n_in = as_int(step.n_in), n_out = as_int(step.n_out), batch = as_int(layers_.batch());
    if (batch == 1) {
      cblas_sgemv(CblasRowMajor, CblasNoTrans, n_out, n_in, 1, step.weights.data(), n_in, in, 1, 0, out, 1);
    } else {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, batch, n_out, n_in, 1, in, n_in, step.weights.data(), n_in, 0, out,
                  n_out);
    }
  }

  const Task& task_;
  Layerwise layers_;
};

}  // namespace

std::unique_ptr<Peer> make_peer(const Task& task, const PeerSetting& setting) {
  if (setting.precision != "f32") throw base::UsageError("OpenBLAS: expected f32, found " + setting.precision);
  return std::make_unique<OpenBlasPeer>(task);
}

}  // namespace crbrt::bench
