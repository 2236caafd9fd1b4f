// SPDX-License-Identifier: Apache-2.0
// Rules on the pulse train and the prior alone: no network can do better than these say.
#include <cmath>

#include "tools/verdict/rules.h"
#include "tools/verdict/words.h"

namespace crbrt::verdict {
namespace {

using evaluation::BoundSummary;
using evaluation::OutputEncoding;

constexpr double well_encoded_share = 0.8;  // a bound of half a width

std::string bound_in_words(const Shown& q, const BoundSummary& bounds, double snr) {
  std::string text = q.value(bounds.sqrt_crb / snr);
  if (std::isfinite(bounds.relative)) text += " (" + percent(bounds.relative / snr) + " of its value)";
  return text;
}

std::string range_in_words(const Shown& q, const BoundSummary& bounds, const Evidence& e) {
  return " From " + snr_text(e.snr_min) + " to " + number(e.snr_max) + " it is " + q.bare_value(bounds.sqrt_crb / e.snr_min) +
         " to " + q.value(bounds.sqrt_crb / e.snr_max) + ".";
}

Finding overall(const OutputEncoding& output, const Evidence& e, const OutputGoals& goals) {
  const Shown q = shown(output.name, output.unit);
  const BoundSummary& all = output.all;
  Finding finding{State::pass, "encoded", output.name, "", all.in_widths(e.snr), goals.bound_in_widths, e.snr};
  if (!(all.prior.width > 0)) {
    finding.state = State::fail;
    finding.sentence = "The prior fixes " + q.symbol + " for most tissues: there is nothing to estimate. Leave it out.";
    return finding;
  }
  const std::string bound = "at " + snr_text(e.snr) + " the median Cramér-Rao bound is " + bound_in_words(q, all, e.snr) +
                            ", " + number(all.in_widths(e.snr)) + " widths of the prior (one width is " +
                            q.value(all.prior.width) + ")";
  const std::string prior = percent(1 - all.ideal_data_share(e.snr)) + " prior";
  switch (encoded(output, e.snr, goals)) {
    case Encoded::not_at_all:
      finding.state = State::fail;
      finding.sentence = "Your train does not encode " + q.symbol + "; leave it out: " + bound +
                         ", and even the best estimate would be " + prior + ".";
      break;
    case Encoded::weakly:
      finding.sentence =
          "Your train encodes " + q.symbol + " weakly: " + bound + ", and even the best estimate would be " + prior + ".";
      break;
    case Encoded::well: finding.sentence = "Your train encodes " + q.symbol + ": " + bound + "."; break;
  }
  finding.sentence += range_in_words(q, all, e);
  return finding;
}

/// Classes between which an output differs may each leave it to the prior.
void add_classes(const OutputEncoding& output, const Evidence& e, const OutputGoals& goals, Findings& findings) {
  const Shown q = shown(output.name, output.unit);
  std::size_t n_failing = 0;
  std::string names;
  double most = 0;
  for (const evaluation::ClassBounds& c : output.classes) {
    if (!(c.bounds.prior.width > 0) || !(c.bounds.in_widths(e.snr) > goals.bound_in_widths)) continue;
    n_failing += c.bounds.count;
    most = std::max(most, c.bounds.in_widths(e.snr));
    names += (names.empty() ? "" : ", ") + c.name + " (" + bound_in_words(q, c.bounds, e.snr) + ", " +
             number(c.bounds.in_widths(e.snr)) + " widths of " + q.value(c.bounds.prior.width) + ")";
  }
  if (n_failing == 0) return;
  const bool is_most = 2 * n_failing > output.all.count;
  findings.push_back({is_most ? State::fail : State::note, "encoded_in_class", output.name,
                      "Within a class of tissue " + q.symbol +
                          " follows the prior, not the data, where the bound exceeds the " + "width of that class: " + names +
                          ".",
                      most, goals.bound_in_widths, e.snr});
}

void add_part(std::size_t j, const Evidence& e, const OutputGoals& goals, Findings& findings) {
  const OutputEncoding& output = e.encoding.outputs[j];
  if (encoded(output, e.snr, goals) == Encoded::not_at_all) return;  // said already, and worse
  const WorstPart worst = worst_part(e.encoding.parts, [&](const evaluation::Part& part) { return part.median_sqrt_crb[j]; });
  if (worst.parameter == nullptr) return;
  const double widths = worst.value / e.snr / output.all.prior.width;
  if (widths <= goals.bound_in_widths) return;
  const Shown q = shown(output.name, output.unit);
  findings.push_back({State::note, "encoded_part", output.name,
                      "With " + part_in_words(*worst.parameter, worst.index) + " the train does not encode " + q.symbol +
                          ": the bound is " + q.value(worst.value / e.snr) + " at " + snr_text(e.snr) + ", " + number(widths) +
                          " widths of the prior.",
                      widths, goals.bound_in_widths, e.snr});
}

void add_basis(const Evidence& e, const Goals& goals, Findings& findings) {
  if (!e.basis) return;
  for (std::size_t j = 0; j < e.basis->outputs.size(); ++j) {
    const evaluation::BasisFactor& factor = e.basis->outputs[j];
    const Shown q = shown(factor.output, e.encoding.outputs[j].unit);
    const bool is_much = factor.median > goals.basis_factor;
    findings.push_back({is_much ? State::note : State::pass, "basis", factor.output,
                        "Compression to " + std::to_string(e.basis->rank) + " coefficients multiplies the bound of " +
                            q.symbol + " by " + number(factor.median) + " (median; a tenth of the tissues by more than " +
                            number(factor.high) + ")" + (is_much ? ", more than " + number(goals.basis_factor) : "") + ".",
                        factor.median, goals.basis_factor});
  }
}

}  // namespace

const char* name(Encoded encoded) noexcept {
  switch (encoded) {
    case Encoded::well: return "well";
    case Encoded::weakly: return "weakly";
    case Encoded::not_at_all: return "not";
  }
  return "";
}

Encoded encoded(const OutputEncoding& output, double snr, const OutputGoals& goals) {
  if (!(output.all.in_widths(snr) <= goals.bound_in_widths)) return Encoded::not_at_all;
  return output.all.ideal_data_share(snr) < well_encoded_share ? Encoded::weakly : Encoded::well;
}

double ideal_loss(const Evidence& e, const BoundSummary& bounds) {
  constexpr int n = 100;
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += bounds.ideal_data_share(std::lerp(e.snr_min, e.snr_max, (i + 0.5) / n));
  return sum / n;
}

Findings encoding_findings(const Evidence& evidence, const Goals& goals) {
  Findings findings;
  for (std::size_t j = 0; j < evidence.encoding.outputs.size(); ++j) {
    const OutputEncoding& output = evidence.encoding.outputs[j];
    const OutputGoals& own = goals.of(output.name);
    findings.push_back(overall(output, evidence, own));
    add_classes(output, evidence, own, findings);
    add_part(j, evidence, own, findings);
  }
  add_basis(evidence, goals, findings);
  return findings;
}

}  // namespace crbrt::verdict
