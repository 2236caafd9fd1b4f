// SPDX-License-Identifier: Apache-2.0
// A network with root_silu has no integer form, and says why. That kernels equal references on every instruction set is the
// test over all operations (tests/runtime/ops_test.cpp).
#include <gtest/gtest.h>

#include "codegen/quantize/quantize_network.h"
#include "tests/support/model_builder.h"

namespace crbrt::tests {
namespace {

TEST(RootSiluModel, HasNoIntegers) {
  ModelSpec spec = plain_spec();
  for (LayerSpec& layer : spec.hidden) layer.activation = fbs::Activation::root_silu;
  const Network network = folded(load_file(spec).network);
  EXPECT_EQ(network.operations[1].kind, OperationKind::root_silu);
  EXPECT_EQ(codegen::why_no_integers(network), "the activation root_silu");
  EXPECT_EQ(codegen::why_no_integers(folded(load_file(plain_spec()).network)), "");
}

}  // namespace
}  // namespace crbrt::tests
