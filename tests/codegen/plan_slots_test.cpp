// Slots: values never share one while both are alive, and a chain of layers needs two.
#include <gtest/gtest.h>

#include "runtime/loader/src/lower.h"
#include "tests/support/model_builder.h"

namespace crbrt::tests {
namespace {

TEST(PlanSlots, AChainOfDenseLayersNeedsTwoSlotsOfTheWidestNeighbours) {
  const std::vector<loading::Value> values = {{8, 0}, {64, 1}, {32, 2}, {3, 2}};
  const std::vector<loading::Operands> operands = {{0, 1}, {1, 2}, {2, 3}};
  const loading::SlotPlan plan = loading::plan_slots(values, operands);
  EXPECT_EQ(plan.slot_of_value, (std::vector<std::size_t>{0, 1, 0, 1}));
  EXPECT_EQ(plan.slot_width, (std::vector<std::uint32_t>{32, 64}));
}

TEST(PlanSlots, AnElementwiseOperationWorksInPlaceOnlyWhenNobodyReadsItsInputAgain) {
  // dense, norm, dense, dense + skip: value 1 is read by the norm and, in the first case, again by operation 3.
  std::vector<loading::Value> values = {{4, 0}, {6, 3}, {6, 2}, {6, 3}, {6, 3}};
  std::vector<loading::Operands> operands = {{0, 1}, {1, 2, loading::Operands::none, true}, {2, 3}, {3, 4, 1}};
  const loading::SlotPlan kept = loading::plan_slots(values, operands);
  EXPECT_NE(kept.slot_of_value[2], kept.slot_of_value[1]);
  EXPECT_NE(kept.slot_of_value[3], kept.slot_of_value[1]);
  values[1].last_read = 1;
  operands[3].add = loading::Operands::none;
  const loading::SlotPlan reused = loading::plan_slots(values, operands);
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
