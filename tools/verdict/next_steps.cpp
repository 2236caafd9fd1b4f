// SPDX-License-Identifier: Apache-2.0
// What was left out of the evaluation, and what to change. The reasons for each step are in docs/verdict.md.
#include <algorithm>

#include "tools/verdict/rules.h"
#include "tools/verdict/words.h"

namespace crbrt::verdict {
namespace {

constexpr double notable_gap = 1.1;                // unseen over own loss
constexpr std::size_t enough_fingerprints = 1000;  // a mean over them is known to about 5 %

bool fails(const Findings& findings, const std::string& output, std::initializer_list<std::string_view> rules) {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& f) {
    return f.state == State::fail && f.output == output && std::find(rules.begin(), rules.end(), f.rule) != rules.end();
  });
}

class Steps {
 public:
  Steps(const Evidence& evidence, const Goals& goals, const Findings& findings)
      : e_(evidence), goals_(goals), before_(findings) {}

  Findings all() {
    measure();
    leave_out();
    raise_rank();
    if (e_.model) {
      learn();
      lower_bias();
      widen_snr();
      calibrate();
      draw_more_where_it_fails();
    }
    return std::move(steps_);
  }

 private:
  void say(State state, const char* rule, std::string sentence, const std::string& output = "", base::Json measured = {}) {
    steps_.push_back({state, rule, output, std::move(sentence), std::move(measured), {}, {}});
  }
  std::string symbol(std::size_t j) const { return shown(e_.encoding.outputs[j].name, e_.encoding.outputs[j].unit).symbol; }
  bool is_encoded(std::size_t j) const {
    const auto& output = e_.encoding.outputs[j];
    return encoded(output, e_.snr, goals_.of(output.name)) != Encoded::not_at_all;
  }
  /// Outputs that fail one of the rules although the train encodes them, "T1, T2f".
  std::string failing(std::initializer_list<std::string_view> rules,
                      std::initializer_list<std::string_view> but_not = {}) const {
    std::string text;
    for (std::size_t j = 0; j < e_.encoding.outputs.size(); ++j) {
      const std::string& name = e_.encoding.outputs[j].name;
      if (is_encoded(j) && fails(before_, name, rules) && !fails(before_, name, but_not))
        text += (text.empty() ? "" : ", ") + symbol(j);
    }
    return text;
  }

  void measure() {
    const std::string how = e_.is_foreign ? " (fingerprints of another simulator)" : " (--sequence FILE of the data set)";
    if (!e_.basis) say(State::not_measured, "basis", "not measured: what the basis loses" + how);
    if (!e_.encoding.is_prior_known && !e_.is_foreign)
      say(State::not_measured, "encoded_in_class",
          "not measured: bounds of each class of tissue (--prior FILE of the data set, if it has several)");
    if (e_.encoding.fingerprints < enough_fingerprints)
      say(State::note, "few_fingerprints",
          "Only " + std::to_string(e_.encoding.fingerprints) + " fingerprints were measured: means over fewer than " +
              std::to_string(enough_fingerprints) + " move by more than 5 % with the draw.",
          "", e_.encoding.fingerprints);
    if (e_.encoding.dropped * 100 > e_.encoding.fingerprints + e_.encoding.dropped)
      say(State::note, "dropped", std::to_string(e_.encoding.dropped) + " fingerprints have no bound and were left out.", "",
          e_.encoding.dropped);
    if (!e_.model) return;
    if (e_.model->grids.empty())
      say(State::not_measured, "grid", "not measured: bias on regular grids of T1, T2 and pool size" + how);
    if (!e_.model->nlls)
      say(State::not_measured, "least_squares",
          "not measured: least squares on the same voxels" +
              (e_.is_foreign ? how : std::string(" (--nlls 40 with --sequence)")));
    if (e_.model->own_loss.empty())
      say(State::not_measured, "gap", "not measured: the loss on the training fingerprints (--trained-on FILE)");
    if (const auto& ev = e_.model->evaluation; ev.flagged * 100 > ev.voxels)
      say(State::note, "flagged",
          percent(static_cast<double>(ev.flagged) / static_cast<double>(ev.voxels)) +
              " of the voxels were flagged: estimates outside an output's range.");
  }

  void leave_out() {
    for (std::size_t j = 0; j < e_.encoding.outputs.size(); ++j) {
      if (is_encoded(j)) continue;
      const auto& output = e_.encoding.outputs[j];
      const double before =
          e_.basis ? output.all.in_widths(e_.snr) / e_.basis->outputs[j].median : output.all.in_widths(e_.snr);
      if (e_.basis && before <= goals_.of(output.name).bound_in_widths)
        say(State::next, "other_basis",
            "Use another basis for " + symbol(j) + ": before compression its bound is " + number(before) +
                " widths of the prior, so that the train encodes it and the basis drops it.",
            output.name, before);
      else
        say(State::next, "leave_out",
            "Leave " + symbol(j) +
                " out of the outputs (--outputs), fix in the prior what is known from elsewhere, or change the train "
                "(crbrt-design): no network can take from the data what they do not hold.",
            output.name);
    }
  }

  void raise_rank() {
    if (!e_.basis) return;
    std::string outputs;
    for (std::size_t j = 0; j < e_.basis->outputs.size(); ++j)
      if (e_.basis->outputs[j].median > goals_.basis_factor) outputs += (outputs.empty() ? "" : ", ") + symbol(j);
    if (!outputs.empty())
      say(State::next, "rank",
          "Use a basis of more than " + std::to_string(e_.basis->rank) +
              " coefficients, or one that keeps the bounds (--basis-kind crb): this one loses information on " + outputs + ".");
  }

  /// Unseen over own loss, the largest of the encoded outputs.
  double gap() const {
    double largest = 0;
    for (std::size_t j = 0; j < e_.model->own_loss.size(); ++j)
      if (is_encoded(j)) largest = std::max(largest, e_.model->evaluation.loss[j] / e_.model->own_loss[j]);
    return largest;
  }

  void learn() {
    const ModelEvidence& m = *e_.model;
    const std::string now = " (now " + std::to_string(m.n_train) + ")";
    const std::string outputs = failing({"loss", "loss_at_snr", "worst_part", "data_share", "guess"});
    if (!m.own_loss.empty() && gap() > notable_gap) {
      say(State::next, "fingerprints",
          "Train on more fingerprints" + now + ": the loss on unseen ones is up to " + number(gap()) +
              " times that on its own.",
          "", gap());
      return;
    }
    if (outputs.empty()) return;
    if (m.own_loss.empty())
      say(State::next, "fingerprints_or_size",
          "Train on more fingerprints" + now + " or use more multiply-adds (now " + std::to_string(m.macs_per_voxel) +
              ") for " + outputs + "; --trained-on FILE tells which.");
    else
      say(State::next, "size",
          "Use more multiply-adds (now " + std::to_string(m.macs_per_voxel) + ") or train longer for " + outputs +
              ": on its own fingerprints the network does no better than on unseen ones, so more of them would not help.",
          "", gap());
  }

  void lower_bias() {
    const std::string outputs = failing({"bias", "grid"}, {"loss", "data_share", "guess"});
    if (!outputs.empty() && e_.model->loss_kind != "bias_reduced")
      say(State::next, "bias_reduced",
          "Train a twin with little bias (loss bias_reduced) for " + outputs + ": the loss is fine, the bias is not.");
  }

  void widen_snr() {
    const ModelEvidence& m = *e_.model;
    if (!(m.trained_snr_max > 0)) return;
    if (e_.snr_min < m.trained_snr_min * (1 - 1e-9) || e_.snr_max > m.trained_snr_max * (1 + 1e-9))
      say(State::next, "snr",
          "Train on a wider range of SNRs: the data set has " + number(e_.snr_min) + " to " + number(e_.snr_max) +
              ", the training had " + number(m.trained_snr_min) + " to " + number(m.trained_snr_max) + ".");
  }

  void calibrate() {
    const std::string outputs = failing({"within_1_std", "within_2_std"});
    if (!outputs.empty())
      say(State::next, "held_out",
          "Hold out more fingerprints (validation; now " + std::to_string(e_.model->n_validation) + ") for the error bars of " +
              outputs + ": they are calibrated on these.");
  }

  void draw_more_where_it_fails() {
    for (const Finding& f : before_)
      if (f.state == State::fail && f.rule == "worst_part")
        say(State::next, "prior",
            "Give that part of the prior more fingerprints (a class of its own), or leave it out of the prior: " + f.sentence,
            f.output);
  }

  const Evidence& e_;
  const Goals& goals_;
  const Findings& before_;
  Findings steps_;
};

}  // namespace

Findings next_steps(const Evidence& evidence, const Goals& goals, const Findings& findings) {
  return Steps(evidence, goals, findings).all();
}

}  // namespace crbrt::verdict
