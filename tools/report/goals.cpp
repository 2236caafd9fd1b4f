// SPDX-License-Identifier: Apache-2.0
/// Reading goals, and judging evaluations by them.
#include "tools/report/goals.h"

#include <algorithm>

#include "base/number_text.h"

namespace crbrt::report {
namespace {

using base::JsonReader;
using State = Goal::State;

constexpr const char* not_measured = "not measured";

std::optional<double> positive_at(const JsonReader& json, const char* key) {
  return json.has(key) ? std::optional(json.at(key).positive()) : std::nullopt;
}

SizeGoals read_size(const JsonReader& json) {
  json.expect_only({"macs_per_voxel", "loss", "loss_snr100", "twin_bias2_snr50", "twin_variance_snr50", "margin_over_floor"});
  return {json.at("macs_per_voxel").positive(),      json.at("loss").positive(),
          json.at("loss_snr100").positive(),         json.at("twin_bias2_snr50").positive(),
          json.at("twin_variance_snr50").positive(), json.at("margin_over_floor").positive()};
}

std::optional<Goals::Range> range_at(const JsonReader& json, const char* key) {
  if (!json.has(key)) return std::nullopt;
  const std::vector<double> ends = json.at(key).numbers();
  if (ends.size() != 2 || !(ends[0] >= 0 && ends[0] < ends[1] && ends[1] <= 1))
    json.at(key).fail("two shares from 0 to 1, the smaller one first");
  return Goals::Range{ends[0], ends[1]};
}

std::string number(double value, const char* format = "%.3f") { return base::number_text(value, format); }

Goal at_most(const std::string& what, const std::string& model, double limit, std::optional<double> value,
             const char* format = "%.3f") {
  Goal goal{State::not_measured, what, model, "<= " + number(limit, format), not_measured};
  if (!value) return goal;
  goal.measured = number(*value, format);
  goal.state = *value <= limit ? State::pass : State::fail;
  return goal;
}

/// The best of a kind within a size; null when there is none.
const Measured* best(const std::vector<const Measured*>& measured, Kind kind, double above, double at_most_macs) {
  const Measured* found = nullptr;
  for (const Measured* model : measured)
    if (!model->is_paper && model->kind == kind && model->macs > above && model->macs <= at_most_macs &&
        (found == nullptr || model->loss() < found->loss()))
      found = model;
  return found;
}

void add_sizes(const std::vector<SizeGoals>& sizes, const std::vector<const Measured*>& measured, const Floor& floor,
               std::vector<Goal>& goals) {
  double above = 0;
  for (const SizeGoals& size : sizes) {
    const Measured* model = best(measured, Kind::crb, above, size.macs);
    const Measured* twin = best(measured, Kind::bias_reduced, above, size.macs);
    const std::string name = model ? model->name : "", twin_name = twin ? twin->name : "";
    const std::string head = size.name() + " multiply-adds: ";
    const auto of = [](const Measured* m, double snr, const char* what) {
      return m ? m->at_snr(snr, what) : std::optional<double>();
    };
    goals.push_back(at_most(head + "loss, SNR range", name, bar(size.loss, floor.loss, size.margin),
                            model ? std::optional(model->loss()) : std::nullopt));
    goals.push_back(
        at_most(head + "loss at SNR 100", name, bar(size.loss_snr100, floor.loss_snr100, size.margin), of(model, 100, "loss")));
    goals.push_back(at_most(head + "bias-reduced twin, bias^2/CRB at SNR 50", twin_name,
                            bar(size.twin_bias2_snr50, floor.bias2_snr50, size.margin), of(twin, 50, "bias2_over_crb")));
    goals.push_back(at_most(head + "bias-reduced twin, variance/CRB at SNR 50", twin_name, size.twin_variance_snr50,
                            of(twin, 50, "var_over_crb")));
    above = size.macs;
  }
}

/// Every CRB-trained network of ours against that of [paper], trained with the same loss.
void add_paper(const std::vector<const Measured*>& measured, std::vector<Goal>& goals) {
  const auto paper =
      std::find_if(measured.begin(), measured.end(), [](const Measured* m) { return m->is_paper && m->kind == Kind::crb; });
  for (const Measured* model : measured) {
    if (model->is_paper || model->kind != Kind::crb) continue;
    Goal goal{State::not_measured, "loss below that of the paper's network", model->name, "", not_measured};
    if (paper != measured.end()) {
      goal.goal = "< " + number((*paper)->loss());
      goal.measured = number(model->loss());
      goal.state = model->loss() < (*paper)->loss() ? State::pass : State::fail;
    }
    goals.push_back(goal);
  }
}

std::optional<double> t2_bias_ms(const Measured& model) {
  const Json* grid = model.grid("t1_t2f", "t2_free_s");
  return grid ? std::optional(1000 * grid->at("mean_abs_bias").number()) : std::nullopt;
}

void add_grid(const Goals& wanted, const std::vector<const Measured*>& measured, std::vector<Goal>& goals) {
  for (const Measured* model : measured) {
    if (model->is_paper || model->kind != Kind::crb) continue;
    const auto bias = t2_bias_ms(*model);
    if (wanted.grid_bias_t2_free_s)
      goals.push_back(
          at_most("mean |bias| of T2f on the T1-T2f grid (ms)", model->name, 1000 * *wanted.grid_bias_t2_free_s, bias, "%.2f"));
    if (!wanted.grid_bias_below_mse_twin) continue;
    const auto twin = std::find_if(measured.begin(), measured.end(),
                                   [&](const Measured* m) { return m->family == model->family && m->kind == Kind::mse; });
    Goal goal{State::not_measured, "mean |bias| of T2f, below that of its MSE twin (ms)", model->name, "", not_measured};
    if (const auto other = twin == measured.end() ? std::nullopt : t2_bias_ms(**twin); bias && other) {
      goal.goal = "< " + number(*other, "%.2f");
      goal.measured = number(*bias, "%.2f");
      goal.state = *bias < *other ? State::pass : State::fail;
    }
    goals.push_back(goal);
  }
}

Goal coverage_goal(const Measured& model, const char* key, const Goals::Range& range) {
  Goal goal{State::not_measured,
            std::string("coverage ") + (key == std::string("within_1") ? "within 1 std" : "within 2 std") +
                ", every output, SNR 10, 20, 50, 100 (%)",
            model.name, number(100 * range.low, "%.0f") + " to " + number(100 * range.high, "%.0f"), not_measured};
  double smallest = 1, largest = 0;
  for (const double snr : {10.0, 20.0, 50.0, 100.0}) {
    if (!model.json.at("coverage").is_object() || !model.json.at("coverage").contains(snr_key(snr))) return goal;
    for (const std::string& output : model.outputs) {
      const double share = model.json.at("coverage").at(snr_key(snr)).at(key).at(output).number();
      smallest = std::min(smallest, share);
      largest = std::max(largest, share);
    }
  }
  goal.measured = number(100 * smallest, "%.1f") + " to " + number(100 * largest, "%.1f");
  goal.state = smallest >= range.low && largest <= range.high ? State::pass : State::fail;
  return goal;
}

Goal roc_goal(const Measured& model, double least_area, const std::vector<std::string>& not_judged) {
  Goal goal{State::not_measured, "smallest area under the ROC curves at SNR 50", model.name, ">= " + number(least_area, "%.2f"),
            not_measured};
  const auto is_judged = [&](const std::string& kind) {
    return std::none_of(not_judged.begin(), not_judged.end(),
                        [&](const std::string& part) { return kind.find(part) != std::string::npos; });
  };
  const Json& atypicality = model.json.at("atypicality");
  if (!atypicality.is_object() || atypicality.at("snr").number() != 50) return goal;
  double smallest = 2;
  for (const auto& kind : atypicality.at("against").members()) {
    const double area = kind.value.at("auc").number();
    if (!is_judged(kind.key) || area >= smallest) continue;
    smallest = area;
    goal.measured = number(area, "%.4f") + " (" + kind.key + ")";
  }
  goal.state = smallest >= least_area ? State::pass : State::fail;
  return goal;
}

}  // namespace

std::string SizeGoals::name() const { return "<= " + number(macs / 1000, "%g") + "k"; }

Goals read_goals(const std::string& path) {
  const base::GoalFile file = base::read_goal_file(path);
  const JsonReader json = file.json.at("estimators");
  json.expect_only({"sizes", "loss_below_paper", "grid_bias_t2_free_s", "grid_bias_below_mse_twin", "within_1_std",
                    "within_2_std", "roc_area_snr50", "roc_not_judged"});
  Goals goals{.trains = file.trains};
  if (json.has("sizes"))
    for (const JsonReader& size : json.at("sizes").items()) {
      goals.sizes.push_back(read_size(size));
      if (goals.sizes.size() > 1 && !(goals.sizes.back().macs > goals.sizes[goals.sizes.size() - 2].macs))
        size.at("macs_per_voxel").fail("more than in the size before");
    }
  goals.loss_below_paper = json.boolean_or("loss_below_paper", false);
  goals.grid_bias_t2_free_s = positive_at(json, "grid_bias_t2_free_s");
  goals.grid_bias_below_mse_twin = json.boolean_or("grid_bias_below_mse_twin", false);
  goals.within_1_std = range_at(json, "within_1_std");
  goals.within_2_std = range_at(json, "within_2_std");
  goals.roc_area_snr50 = positive_at(json, "roc_area_snr50");
  if (json.has("roc_not_judged"))
    for (const JsonReader& part : json.at("roc_not_judged").items()) goals.roc_not_judged.push_back(part.text());
  return goals;
}

double bar(double number, double floor, double margin) { return floor > number ? floor * (1 + margin) : number; }

std::vector<Goal> judged(const Goals& wanted, const std::vector<const Measured*>& measured, const Floor& floor) {
  std::vector<Goal> goals;
  add_sizes(wanted.sizes, measured, floor, goals);
  if (wanted.loss_below_paper) add_paper(measured, goals);
  add_grid(wanted, measured, goals);
  for (const Measured* model : measured) {
    if (model->is_paper || (model->kind != Kind::crb && model->kind != Kind::bias_reduced)) continue;
    if (wanted.within_1_std) goals.push_back(coverage_goal(*model, "within_1", *wanted.within_1_std));
    if (wanted.within_2_std) goals.push_back(coverage_goal(*model, "within_2", *wanted.within_2_std));
    if (wanted.roc_area_snr50) goals.push_back(roc_goal(*model, *wanted.roc_area_snr50, wanted.roc_not_judged));
  }
  return goals;
}

Table goal_table(const std::vector<Goal>& goals) {
  Table table{"", "", {"number", "model", "goal", "measured", ""}, {}};
  for (const Goal& goal : goals)
    table.rows.push_back({goal.what, goal.model, goal.goal, goal.measured == not_measured ? "-" : goal.measured,
                          goal.state == State::not_measured ? not_measured
                          : goal.state == State::pass       ? "pass"
                                                            : "fail"});
  return table;
}

}  // namespace crbrt::report
