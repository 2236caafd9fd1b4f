// SPDX-License-Identifier: Apache-2.0
/// Linear scan over the operations: a value takes the free slot that has to grow least, and a new one only when none is free.
#include <algorithm>

#include "runtime/loader/src/lower.h"

namespace crbrt::loader {
namespace {

class Slots {
 public:
  explicit Slots(SlotPlan& plan) : plan_(plan) {}

  std::size_t take(std::uint32_t width) {
    std::size_t best = plan_.slot_width.size();
    std::uint32_t best_growth = width;
    for (std::size_t slot = 0; slot < busy_.size(); ++slot) {
      if (busy_[slot]) continue;
      const std::uint32_t growth = width > plan_.slot_width[slot] ? width - plan_.slot_width[slot] : 0;
      if (growth < best_growth || best == plan_.slot_width.size()) best = slot, best_growth = growth;
    }
    if (best == plan_.slot_width.size()) {
      plan_.slot_width.push_back(0);
      busy_.push_back(false);
    }
    busy_[best] = true;
    plan_.slot_width[best] = std::max(plan_.slot_width[best], width);
    return best;
  }

  void release(std::size_t slot) { busy_[slot] = false; }

 private:
  SlotPlan& plan_;
  std::vector<bool> busy_;
};

}  // namespace

void Graph::add(const Operands& of_op, std::uint32_t width) {
  const std::size_t position = operands.size();
  values[of_op.in].last_read = position;
  if (of_op.add != Operation::none) values[of_op.add].last_read = position;
  values.push_back({width, position});
  operands.push_back(of_op);
}

SlotPlan plan_slots(const Graph& graph) {
  const std::vector<Value>& values = graph.values;
  SlotPlan plan;
  plan.slot_of_value.resize(values.size());
  Slots slots(plan);
  plan.slot_of_value[0] = slots.take(values[0].width);
  for (std::size_t op = 0; op < graph.operands.size(); ++op) {
    const Operands& o = graph.operands[op];
    const std::size_t out = op + 1;
    const bool in_ends = values[o.in].last_read == op;
    if (o.may_work_in_place && in_ends) {
      plan.slot_of_value[out] = plan.slot_of_value[o.in];
      continue;
    }
    plan.slot_of_value[out] = slots.take(values[out].width);
    if (in_ends) slots.release(plan.slot_of_value[o.in]);
    if (o.add != Operation::none && o.add != o.in && values[o.add].last_read == op) slots.release(plan.slot_of_value[o.add]);
  }
  return plan;
}

void place(const Graph& graph, std::vector<Op>& ops, std::vector<std::uint32_t>& slot_width) {
  SlotPlan plan = plan_slots(graph);
  for (std::size_t i = 0; i < ops.size(); ++i) {
    const Operands& o = graph.operands[i];
    ops[i].in_slot = static_cast<std::uint32_t>(plan.slot_of_value[o.in]);
    ops[i].out_slot = static_cast<std::uint32_t>(plan.slot_of_value[i + 1]);
    ops[i].add_slot = o.add == Operation::none ? -1 : static_cast<std::int32_t>(plan.slot_of_value[o.add]);
  }
  slot_width = std::move(plan.slot_width);
}

}  // namespace crbrt::loader
