// Numbers first, then figures, then what others measured, then how all of it was made.
#include "tools/report/document.h"

#include <algorithm>

#include "base/escaped.h"
#include "tools/cli/command_line.h"

namespace crbrt::report {
namespace {

/// Goals and frontier compare like with like: models of the first one's sequence and basis.
std::vector<const Measured*> comparable(const std::vector<Measured>& all) {
  std::vector<const Measured*> chosen;
  for (const Measured& measured : all)
    if (measured.sequence_sha256() == all.front().sequence_sha256() &&
        measured.json.value_or("basis_sha256", "") == all.front().json.value_or("basis_sha256", ""))
      chosen.push_back(&measured);
  return chosen;
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

std::string figures(const Inputs& inputs, const std::vector<const Measured*>& like) {
  const std::vector<Family> families = families_of(inputs.measured);
  Frontier frontier{inputs.floor.loss, {}};
  for (const SizeGoals& size : inputs.goals.sizes)
    frontier.goals.emplace_back(size.macs, bar(size.loss, inputs.floor.loss, size.margin));
  std::string text = "<h2 id=\"figures\">Figures</h2>\n";
  for (const Figure& figure : {convergence_figure(inputs.histories), grid_figure(families), bias_figure(families),
                               std_figure(families), snr_figure(families), bound_figure(families),
                               coverage_figure(families, inputs.goals), roc_figure(families), frontier_figure(like, frontier)})
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
  const auto like = comparable(inputs.measured);
  const std::vector<Goal> goals = judged(inputs.goals, like, inputs.floor);
  std::string body = summary(goals, !inputs.tables.empty() || !inputs.pictures.empty()) + "<h2 id=\"numbers\">Numbers</h2>\n" +
                     floor_note(inputs.floor, inputs.goals) + filled(goal_table(goals)) + model_table(inputs.measured).html();
  body += filled(nlls_table(inputs.measured));
  for (const Table& table : {grid_table(inputs.measured), coverage_table(inputs.measured), roc_table(inputs.measured)})
    if (!table.rows.empty())
      body += "<details><summary>" + base::for_html(table.title) + ", all numbers</summary>\n" + table.html() + "</details>\n";
  return page(inputs.title, body + figures(inputs, like) + comparisons(inputs) + how_made(inputs));
}

}  // namespace crbrt::report
