// SPDX-License-Identifier: Apache-2.0
// Order: the decision, then each output with its failures first, then what nobody measured, then what to do.
#include "tools/verdict/verdict.h"

#include <algorithm>

#include "tools/verdict/rules.h"
#include "tools/verdict/words.h"

namespace crbrt::verdict {
namespace {

bool fails(const Findings& findings, const std::string& output) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Finding& f) { return f.output == output && f.state == State::fail; });
}

std::string headline(const Evidence& e, const Findings& findings) {
  std::string failing;
  for (const auto& output : e.encoding.outputs)
    if (fails(findings, output.name)) failing += (failing.empty() ? "" : ", ") + shown(output.name, output.unit).symbol;
  if (e.model) return e.model->name + (failing.empty() ? " is fit." : " is NOT FIT: " + failing + ".");
  return e.sequence_name +
         (failing.empty() ? " encodes every output that was asked for." : " does NOT ENCODE " + failing + " with this prior.");
}

const char* mark(State state) {
  switch (state) {
    case State::pass: return "  + ";
    case State::fail: return "  ! ";
    case State::note:
    case State::not_measured:
    case State::next: return "  - ";
  }
  return "";
}

void append(const Findings& findings, State state, const std::string& output, std::string& text) {
  for (const Finding& f : findings)
    if (f.state == state && f.output == output) text += mark(state) + f.sentence + "\n";
}

void append_all(const Findings& findings, State state, const char* title, std::string& text) {
  const auto is_wanted = [&](const Finding& f) { return f.state == state; };
  if (std::none_of(findings.begin(), findings.end(), is_wanted)) return;
  text += title;
  for (const Finding& f : findings)
    if (is_wanted(f)) text += mark(state) + f.sentence + "\n";
}

}  // namespace

const char* name(State state) noexcept {
  switch (state) {
    case State::pass: return "pass";
    case State::fail: return "fail";
    case State::note: return "note";
    case State::not_measured: return "not_measured";
    case State::next: return "next";
  }
  return "";
}

Verdict verdict_of(const Evidence& evidence, const Goals& goals) {
  Verdict verdict;
  verdict.findings = encoding_findings(evidence, goals);
  const auto add = [&](const Findings& more) { verdict.findings.insert(verdict.findings.end(), more.begin(), more.end()); };
  if (evidence.model) add(model_findings(evidence, goals));
  add(next_steps(evidence, goals, verdict.findings));
  verdict.fit =
      std::none_of(verdict.findings.begin(), verdict.findings.end(), [](const Finding& f) { return f.state == State::fail; });
  verdict.headline = headline(evidence, verdict.findings);
  return verdict;
}

std::string words(const Verdict& verdict, const Evidence& evidence) {
  std::string text = verdict.headline + "\n";
  for (const auto& output : evidence.encoding.outputs) {
    const Shown q = shown(output.name, output.unit);
    const bool is_bad = fails(verdict.findings, output.name);
    text += q.symbol + " (" + output.name +
            "): " + (evidence.model ? (is_bad ? "not fit" : "fit") : (is_bad ? "not encoded" : "encoded")) + "\n";
    for (const State state : {State::fail, State::pass, State::note}) append(verdict.findings, state, output.name, text);
  }
  append(verdict.findings, State::note, "", text);
  append_all(verdict.findings, State::not_measured, "Not measured:\n", text);
  append_all(verdict.findings, State::next, "What to change next:\n", text);
  return text;
}

}  // namespace crbrt::verdict
