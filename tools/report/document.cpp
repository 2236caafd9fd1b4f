// SPDX-License-Identifier: Apache-2.0
// Numbers first, then figures, then what others measured, then how all of it was made.
#include "tools/report/document.h"

#include <algorithm>

#include "base/escaped.h"
#include "tools/cli/command_line.h"

namespace crbrt::report {
namespace {

/// Goals and frontier compare like with like: models of the first one's sequence and basis.
std::vector<const Measured*> comparable(const std::vector<Measured>& all, const Measured& first) {
  std::vector<const Measured*> chosen;
  for (const Measured& measured : all)
    if (measured.sequence_sha256() == first.sequence_sha256() &&
        measured.json.value_or("basis_sha256", "") == first.json.value_or("basis_sha256", ""))
      chosen.push_back(&measured);
  return chosen;
}

/// Of the models that the goals are for, those that compare with the first of them; none where there are none.
std::vector<const Measured*> judgeable(const std::vector<Measured>& all, const base::GoalTrains& trains) {
  const auto first = std::find_if(all.begin(), all.end(), [&](const Measured& m) { return trains.hold(m.sequence_sha256()); });
  return first == all.end() ? std::vector<const Measured*>() : comparable(all, *first);
}

/// Whom the goals are not for, and so do not judge.
std::string judging_note(const Inputs& inputs, const std::vector<const Measured*>& judged_ones) {
  if (!inputs.has_goals) return "";
  std::string others;
  for (const Measured& measured : inputs.measured)
    if (!measured.is_paper && std::find(judged_ones.begin(), judged_ones.end(), &measured) == judged_ones.end())
      others += (others.empty() ? "" : ", ") + measured.name;
  if (others.empty()) return "";
  return "<p class=\"note\">Not judged: " + base::for_html(others) + ". The goals are for models of " +
         base::for_html(inputs.goals.trains.in_words()) + " on one basis.</p>\n";
}

/// Sentences of crbrt-eval that nobody may overlook who reads a loss alone.
std::string cautions(const std::vector<Measured>& all) {
  std::string text;
  for (const Measured& measured : all) {
    const Json* sentences = measured.json.find("cautions");
    if (sentences == nullptr || !sentences->is_array()) continue;
    for (const Json& sentence : sentences->items())
      text += "<li class=\"fail\">" + base::for_html(measured.name + ", " + sentence.text()) + "</li>\n";
  }
  return text.empty() ? "" : "<p>Read these before any loss:</p>\n<ul>\n" + text + "</ul>\n";
}

std::string summary(const std::vector<Goal>& goals, bool has_comparisons) {
  const auto count = [&](Goal::State state) {
    return std::to_string(std::count_if(goals.begin(), goals.end(), [&](const Goal& g) { return g.state == state; }));
  };
  std::string text = "<p>";
  if (!goals.empty())
    text += count(Goal::State::pass) + " of " + std::to_string(goals.size()) + " goals are reached, " +
            count(Goal::State::fail) + " are missed, " + count(Goal::State::not_measured) + " were not measured. ";
  text +=
      "Estimates come from the kernels that map brains; the data sets are named at the end.</p>\n<nav><a "
      "href=\"#numbers\">Numbers</a><a href=\"#figures\">Figures</a>";
  if (has_comparisons) text += "<a href=\"#comparisons\">Comparisons</a>";
  return text + "<a href=\"#made\">How it was made</a></nav>\n";
}

std::string floor_note(const Floor& floor, const Goals& goals) {
  if (floor.loss <= 0 && floor.loss_snr100 <= 0 && floor.bias2_snr50 <= 0) return "";
  const auto part = [](const char* what, double value) { return value > 0 ? what + snr_key(value) : std::string(); };
  std::string margins;
  for (const SizeGoals& size : goals.sizes) margins += (margins.empty() ? "" : ", ") + snr_key(100 * size.margin);
  return "<p class=\"note\">Estimated floor:" + part(" loss over the SNR range ", floor.loss) +
         part(" loss at SNR 100 ", floor.loss_snr100) + part(" bias^2/CRB at SNR 50 ", floor.bias2_snr50) + "." +
         (margins.empty() ? "" : " Where it lies above a goal, the bar is " + margins + " % above the floor, by size.") +
         "</p>\n";
}

std::string filled(const Table& table) { return table.rows.empty() ? "" : table.html(); }

std::string figures(const Inputs& inputs, const Goals& goals, const std::vector<const Measured*>& like) {
  const std::vector<Family> families = families_of(inputs.measured);
  Frontier frontier{inputs.floor.loss, {}};
  for (const SizeGoals& size : goals.sizes)
    frontier.goals.emplace_back(size.macs, bar(size.loss, inputs.floor.loss, size.margin));
  std::string text = "<h2 id=\"figures\">Figures</h2>\n";
  for (const Figure& figure : {convergence_figure(inputs.histories), grid_figure(families), bias_figure(families),
                               std_figure(families), snr_figure(families), bound_figure(families),
                               coverage_figure(families, goals), roc_figure(families), frontier_figure(like, frontier)})
    text += figure.pictures.empty() && figure.folded.empty()
                ? "<h3>" + base::for_html(figure.title) + "</h3>\n<p class=\"note\">Not measured.</p>\n"
                : figure.html();
  return text;
}

std::string comparisons(const Inputs& inputs) {
  if (inputs.tables.empty() && inputs.pictures.empty()) return "";
  std::string text = "<h2 id=\"comparisons\">Comparisons</h2>\n";
  for (const Table& table : inputs.tables) text += table.html();
  for (const auto& [title, address] : inputs.pictures)
    text += "<figure>\n<h3>" + base::for_html(title) + "</h3>\n<img alt=\"" + base::for_html(title) + "\" src=\"" + address +
            "\">\n</figure>\n";
  return text;
}

std::string how_made(const Inputs& inputs) {
  std::string text = "<h2 id=\"made\">How it was made</h2>\n";
  Table table{"", "", {"model", "SHA-256", "trained", "sequence", "fingerprints", "realisations", "seed", "crbrt"}, {}};
  std::string commands;
  for (const Measured& model : inputs.measured) {
    const Json& j = model.json;
    const Json& trained = j.at("trained");
    table.rows.push_back({model.name, j.at("model_sha256").text().substr(0, 16),
                          trained.value_or("loss", "").text() + ", " + trained.value_or("epochs", 0).dump() + " epochs, " +
                              trained.value_or("fingerprints", 0).dump() + " fingerprints",
                          j.at("sequence").text() + " (" + model.sequence_sha256().substr(0, 16) + ")",
                          j.at("fingerprints").dump(), j.at("realisations").dump(), j.at("seed").dump(),
                          j.at("version").text()});
    commands += j.at("command").text() + "\n";
  }
  text += table.html() + "<details><summary>Commands</summary>\n<pre>" + base::for_html(commands) +
          base::for_html(inputs.command) + "</pre></details>\n";
  return text + "<p class=\"note\">Written by crbrt-report " + cli::version() + "; figures by gnuplot.</p>\n";
}

}  // namespace

std::string document(const Inputs& inputs) {
  const auto like = comparable(inputs.measured, inputs.measured.front()),
             wanted = judgeable(inputs.measured, inputs.goals.trains);
  const std::vector<Goal> goals = wanted.empty() ? std::vector<Goal>() : judged(inputs.goals, wanted, inputs.floor);
  const Goals drawn = inputs.goals.trains.hold(like.front()->sequence_sha256()) ? inputs.goals : Goals{};
  std::string body = summary(goals, !inputs.tables.empty() || !inputs.pictures.empty()) + "<h2 id=\"numbers\">Numbers</h2>\n" +
                     cautions(inputs.measured) + floor_note(inputs.floor, drawn) + filled(goal_table(goals)) +
                     judging_note(inputs, wanted) + model_table(inputs.measured).html();
  body += filled(nlls_table(inputs.measured));
  for (const Table& table : {grid_table(inputs.measured), coverage_table(inputs.measured), roc_table(inputs.measured)})
    if (!table.rows.empty())
      body += "<details><summary>" + base::for_html(table.title) + ", all numbers</summary>\n" + table.html() + "</details>\n";
  return page(inputs.title, body + figures(inputs, drawn, like) + comparisons(inputs) + how_made(inputs));
}

}  // namespace crbrt::report
