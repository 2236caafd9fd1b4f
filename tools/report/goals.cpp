// Every number that was asked for becomes a row, measured or not: what is missing must show.
#include "tools/report/goals.h"

#include <algorithm>

#include "base/number_text.h"

namespace crbrt::report {
namespace {

using State = Goal::State;

constexpr double paper_t2_bias_ms = 5.23;
constexpr double least_area = 0.98;
constexpr double low_1 = 0.65, high_1 = 0.71, low_2 = 0.93, high_2 = 0.97;

std::string number(double value, const char* format = "%.3f") { return base::number_text(value, format); }

Goal at_most(const std::string& what, const std::string& model, double limit, std::optional<double> value,
             const char* format = "%.3f") {
  Goal goal{State::not_measured, what, model, "<= " + number(limit, format), "not measured"};
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

void add_sizes(const std::vector<const Measured*>& measured, const Floor& floor, std::vector<Goal>& goals) {
  double above = 0;
  for (const Size& size : sizes()) {
    const Measured* model = best(measured, Kind::crb, above, size.macs);
    const Measured* twin = best(measured, Kind::bias_reduced, above, size.macs);
    const std::string name = model ? model->name : "", twin_name = twin ? twin->name : "";
    const std::string head = size.name + " multiply-adds: ";
    const auto of = [](const Measured* m, double snr, const char* what) {
      return m ? m->at_snr(snr, what) : std::optional<double>();
    };
    goals.push_back(at_most(head + "loss, SNR range", name, bar(size.loss, floor.loss, size.margin),
                            model ? std::optional(model->loss()) : std::nullopt));
    goals.push_back(
        at_most(head + "loss at SNR 100", name, bar(size.loss_snr100, floor.loss_snr100, size.margin), of(model, 100, "loss")));
    goals.push_back(at_most(head + "bias-reduced twin, bias^2/CRB at SNR 50", twin_name,
                            bar(size.bias2_snr50, floor.bias2_snr50, size.margin), of(twin, 50, "bias2_over_crb")));
    goals.push_back(at_most(head + "bias-reduced twin, variance/CRB at SNR 50", twin_name, 1, of(twin, 50, "var_over_crb")));
    above = size.macs;
  }
}

/// Every CRB-trained network of ours against the paper's, trained with the same loss.
void add_paper(const std::vector<const Measured*>& measured, std::vector<Goal>& goals) {
  const auto paper =
      std::find_if(measured.begin(), measured.end(), [](const Measured* m) { return m->is_paper && m->kind == Kind::crb; });
  for (const Measured* model : measured) {
    if (model->is_paper || model->kind != Kind::crb) continue;
    Goal goal{State::not_measured, "loss below that of the paper's network", model->name, "", "not measured"};
    if (paper != measured.end()) {
      goal.asked = "< " + number((*paper)->loss());
      goal.measured = number(model->loss());
      goal.state = model->loss() < (*paper)->loss() ? State::pass : State::fail;
    }
    goals.push_back(goal);
  }
}

std::optional<double> t2_bias_ms(const Measured& model) {
  const Json* grid = model.grid("t1_t2f", "t2_free_s");
  return grid ? std::optional(1000 * grid->at("mean_abs_bias").get<double>()) : std::nullopt;
}

void add_grid(const std::vector<const Measured*>& measured, std::vector<Goal>& goals) {
  for (const Measured* model : measured) {
    if (model->is_paper || model->kind != Kind::crb) continue;
    const auto bias = t2_bias_ms(*model);
    goals.push_back(at_most("mean |bias| of T2f on the T1-T2f grid (ms)", model->name, paper_t2_bias_ms, bias, "%.2f"));
    const auto twin = std::find_if(measured.begin(), measured.end(),
                                   [&](const Measured* m) { return m->family == model->family && m->kind == Kind::mse; });
    Goal goal{State::not_measured, "mean |bias| of T2f, below that of its MSE twin (ms)", model->name, "", "not measured"};
    if (const auto other = twin == measured.end() ? std::nullopt : t2_bias_ms(**twin); bias && other) {
      goal.asked = "< " + number(*other, "%.2f");
      goal.measured = number(*bias, "%.2f");
      goal.state = *bias < *other ? State::pass : State::fail;
    }
    goals.push_back(goal);
  }
}

Goal coverage_goal(const Measured& model, const char* key, double low, double high) {
  Goal goal{State::not_measured,
            std::string("coverage ") + (key == std::string("within_1") ? "within 1 std" : "within 2 std") +
                ", every output, SNR 10, 20, 50, 100 (%)",
            model.name, number(100 * low, "%.0f") + " to " + number(100 * high, "%.0f"), "not measured"};
  double smallest = 1, largest = 0;
  for (const double snr : {10.0, 20.0, 50.0, 100.0}) {
    if (!model.json.at("coverage").is_object() || !model.json.at("coverage").contains(snr_key(snr))) return goal;
    for (const std::string& output : model.outputs) {
      const double share = model.json.at("coverage").at(snr_key(snr)).at(key).at(output).get<double>();
      smallest = std::min(smallest, share);
      largest = std::max(largest, share);
    }
  }
  goal.measured = number(100 * smallest, "%.1f") + " to " + number(100 * largest, "%.1f");
  goal.state = smallest >= low && largest <= high ? State::pass : State::fail;
  return goal;
}

/// Mixtures of two tissues and fat are reported only.
bool is_reported_only(const std::string& kind) { return kind == "two_compartments" || kind.find("fat") != std::string::npos; }

Goal roc_goal(const Measured& model) {
  Goal goal{State::not_measured, "smallest area under the ROC curves at SNR 50", model.name, ">= " + number(least_area, "%.2f"),
            "not measured"};
  const Json& atypicality = model.json.at("atypicality");
  if (!atypicality.is_object() || atypicality.at("snr").get<double>() != 50) return goal;
  double smallest = 2;
  for (const auto& kind : atypicality.at("against").items()) {
    const double area = kind.value().at("auc").get<double>();
    if (is_reported_only(kind.key()) || area >= smallest) continue;
    smallest = area;
    goal.measured = number(area, "%.4f") + " (" + kind.key() + ")";
  }
  goal.state = smallest >= least_area ? State::pass : State::fail;
  return goal;
}

}  // namespace

const std::vector<Size>& sizes() {
  static const std::vector<Size> all{{"<= 4.5k", 4500, 0.85, 1.2, 0.20, 0.25},
                                     {"<= 16.1k", 16100, 0.66, 0.90, 0.10, 0.10},
                                     {"<= 64k", 64000, 0.57, 0.70, 0.05, 0.05}};
  return all;
}

double bar(double asked, double floor, double margin) { return floor > asked ? floor * (1 + margin) : asked; }

std::vector<Goal> goals_of(const std::vector<const Measured*>& measured, const Floor& floor) {
  std::vector<Goal> goals;
  add_sizes(measured, floor, goals);
  add_paper(measured, goals);
  add_grid(measured, goals);
  for (const Measured* model : measured) {
    if (model->is_paper || (model->kind != Kind::crb && model->kind != Kind::bias_reduced)) continue;
    goals.push_back(coverage_goal(*model, "within_1", low_1, high_1));
    goals.push_back(coverage_goal(*model, "within_2", low_2, high_2));
    goals.push_back(roc_goal(*model));
  }
  return goals;
}

}  // namespace crbrt::report
