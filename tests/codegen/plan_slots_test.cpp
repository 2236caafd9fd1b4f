// SPDX-License-Identifier: Apache-2.0
// Slots: values never share one while both are alive, and a chain of layers needs two.
#include <gtest/gtest.h>

#include "runtime/loader/src/lower.h"
#include "tests/support/model_builder.h"

namespace crbrt::tests {
namespace {

TEST(PlanSlots, AChainOfDenseLayersNeedsTwoSlotsOfTheWidestNeighbours) {
  loader::Graph graph;
  graph.values = {{8, 0}};
  graph.add({0}, 64);
  graph.add({1}, 32);
  graph.add({2}, 3);
  const loader::SlotPlan plan = loader::plan_slots(graph);
  EXPECT_EQ(plan.slot_of_value, (std::vector<std::size_t>{0, 1, 0, 1}));
  EXPECT_EQ(plan.slot_width, (std::vector<std::uint32_t>{32, 64}));
}

TEST(PlanSlots, AnElementwiseOperationWorksInPlaceOnlyWhenNobodyReadsItsInputAgain) {
  // dense, norm, dense, dense + skip: value 1 is read by the norm and, in the first case, again by operation 3.
  const auto plan_with_skip_from = [](std::size_t skip) {
    loader::Graph graph;
    graph.values = {{4, 0}};
    graph.add({0}, 6);
    graph.add({1, Operation::none, true}, 6);
    graph.add({2}, 6);
    graph.add({3, skip}, 6);
    return loader::plan_slots(graph);
  };
  const loader::SlotPlan kept = plan_with_skip_from(1);
  EXPECT_NE(kept.slot_of_value[2], kept.slot_of_value[1]);
  EXPECT_NE(kept.slot_of_value[3], kept.slot_of_value[1]);
  const loader::SlotPlan reused = plan_with_skip_from(Operation::none);
  EXPECT_EQ(reused.slot_of_value[2], reused.slot_of_value[1]);
}

/// Which value a slot holds is tracked through the program: every read must find what was written for it.
TEST(PlanSlots, TheArenaOfThePaperShapeIsAsSmallAsItsSkipsAllow) {
  const Model model = load(paper_spec());
  std::size_t features = 0;
  for (std::uint32_t i = 0; i < model.program().n_slot; ++i) features += model.program().slot_width[i];
  // A skip over one hidden layer keeps a third value of 64 features alive beside the two that a chain needs.
  EXPECT_EQ(features, 3u * 64u);
}

}  // namespace
}  // namespace crbrt::tests
