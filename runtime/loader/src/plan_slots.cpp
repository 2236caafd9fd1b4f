/// Linear scan over the operations: a value takes the free slot that has to grow least, and a new one only when none is free.
#include <algorithm>

#include "runtime/loader/src/lower.h"

namespace crbrt::loading {
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

SlotPlan plan_slots(const std::vector<Value>& values, const std::vector<Operands>& operands) {
  SlotPlan plan;
  plan.slot_of_value.resize(values.size());
  Slots slots(plan);
  plan.slot_of_value[0] = slots.take(values[0].width);
  for (std::size_t op = 0; op < operands.size(); ++op) {
    const Operands& o = operands[op];
    const bool in_ends = values[o.in].last_read == op;
    if (o.may_work_in_place && in_ends) {
      plan.slot_of_value[o.out] = plan.slot_of_value[o.in];
      continue;
    }
    plan.slot_of_value[o.out] = slots.take(values[o.out].width);
    if (in_ends) slots.release(plan.slot_of_value[o.in]);
    if (o.add != Operands::none && o.add != o.in && values[o.add].last_read == op) slots.release(plan.slot_of_value[o.add]);
  }
  return plan;
}

}  // namespace crbrt::loading
