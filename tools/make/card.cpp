// SPDX-License-Identifier: Apache-2.0
// The numbers are those of crbrt-eval; nothing is measured here.
#include "tools/make/card.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/json.h"
#include "base/number_text.h"
#include "tools/cli/child_program.h"
#include "tools/make/engine.h"
#include "tools/make/inputs.h"
#include "tools/make/verdict.h"

namespace crbrt::make {
namespace {

namespace fs = std::filesystem;
using base::Json;
using base::number_text;

Json evaluation_of(const Request& r, const std::string& model) {
  return Json::from_file((fs::path(r.options.out) / evaluation_file(model)).string());
}

std::string row(const std::string& first, const std::vector<std::string>& cells) {
  std::string text = "| " + first;
  for (const std::string& cell : cells) text += " | " + cell;
  return text + " |\n";
}

/// A row with a number for each output and their mean.
std::string row_of(const std::string& first, const Request& r, const Json& values) {
  std::vector<std::string> cells;
  double sum = 0;
  for (const Output& output : r.outputs) {
    sum += values.at(output.name).number();
    cells.push_back(number_text(values.at(output.name).number(), "%.3f"));
  }
  cells.push_back(number_text(sum / static_cast<double>(r.outputs.size()), "%.3f"));
  return row(first, cells);
}

std::string coverage_row(const std::string& first, const Request& r, const Json& coverage) {
  std::vector<std::string> cells;
  for (const Output& output : r.outputs)
    cells.push_back(number_text(100 * coverage.at("within_1").at(output.name).number(), "%.1f") + ", " +
                    number_text(100 * coverage.at("within_2").at(output.name).number(), "%.1f"));
  cells.emplace_back("");
  return row(first, cells);
}

std::string measured(const Request& r, const std::string& model, const Json& evaluation) {
  std::string text = "## " + model + "\n\n" + number_text(evaluation.at("macs_per_voxel").number(), "%.0f") +
                     " multiply-adds a voxel. `crbrt-eval` on " + number_text(evaluation.at("fingerprints").number(), "%.0f") +
                     " fingerprints that it has not seen:\n\n";
  std::vector<std::string> head, line;
  for (const Output& output : r.outputs) head.push_back(output.name);
  head.emplace_back("mean");
  line.assign(head.size(), "---");
  text += row("", head) + row("---", line);
  const double low = evaluation.at("snr_min").number(), high = evaluation.at("snr_max").number();
  text += row_of("CRB loss, SNR " + number_text(low, "%g") + " to " + number_text(high, "%g"), r, evaluation.at("loss"));
  for (const Json::Member& snr : evaluation.at("snr").members()) {
    const double value = std::strtod(snr.key.c_str(), nullptr);
    if (value < low || value > high) continue;
    text += row_of("SNR " + snr.key + ": bias^2/CRB", r, snr.value.at("bias2_over_crb"));
    text += row_of("SNR " + snr.key + ": variance/CRB", r, snr.value.at("var_over_crb"));
    if (const Json* const coverage = evaluation.at("coverage").find(snr.key))
      text += coverage_row("SNR " + snr.key + ": % within 1, 2 sigma", r, *coverage);
  }
  return text + "\n";
}

std::string files_of(const Request& r) {
  std::string text = "| file | holds |\n| --- | --- |\n";
  for (const std::string& model : model_names(r.options)) {
    text += row("`" + model_file(model).string() + "`", {"the model with the lower error"});
    text += row("`" + model_file(twin_of(model)).string() + "`", {"its twin with less bias and more variance"});
  }
  text += row("`basis.h5`, `basis.cfl` with `basis.hdr`, `basis.npy`", {"the basis, for the reconstruction of coefficients"});
  text += row("`report.html`", {"numbers and figures"});
  text += row("`verdict.json`", {"whether the models are fit, for programs"});
  return text + row("`work/`", {"what the next run of the same command need not make again"}) + "\n";
}

/// "use A.crbm or B.crbm"
std::string files_that_are(const ChainVerdict& verdict) {
  std::string text;
  for (const std::string& name : verdict.fit) text += (text.empty() ? "use " : " or ") + model_file(name).string();
  return text;
}

/// The lines of a verdict as a list.
std::string judged(const ChainVerdict& verdict) {
  std::string text = std::string("## ") + (verdict.fit.empty() ? "Not fit" : "Fit: " + files_that_are(verdict)) + "\n\n";
  std::istringstream lines(verdict.words);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent != std::string::npos) text += std::string(indent, ' ') + "- " + line.substr(indent) + "\n";
  }
  return text + "\n";
}

/// What the models were made from.
std::string source_rows(const Request& r) {
  const std::string frames = ", " + std::to_string(n_frame_of_basis(r)) + " frames";
  if (!r.dictionary)
    return row("sequence", {r.sequence.filename().string() + frames}) + row("prior", {r.prior.filename().string()});
  const Dictionary& d = *r.dictionary;
  const Json record = Json::from_file((fs::path(r.options.out) / records_folder / "basis.json").string());
  return row("dictionary", {d.file.filename().string() + " of " + d.sequence_name + ", " + std::to_string(d.n_fingerprint) +
                            " fingerprints" + frames}) +
         row("its SHA-256", {"`" + record.at("inputs").at(d.file.string()).text() + "`"});
}

std::string card(const Request& r, const ChainVerdict& verdict) {
  const Options& o = r.options;
  std::vector<std::string> again{"crbrt-make"};
  const std::vector<std::string> words = words_of(o);
  again.insert(again.end(), words.begin(), words.end());
  std::string outputs;
  for (const Output& output : r.outputs)
    outputs += (outputs.empty() ? "" : ", ") + output.name + " (" + number_text(output.minimum, "%g") + " to " +
               number_text(output.maximum, "%g") + ")";
  const fs::path source = (r.dictionary ? r.dictionary->file : r.sequence).filename();
  std::string text = "# " + o.name + ": " + std::to_string(r.outputs.size()) + " outputs from " + source.string() + "\n\n";
  text += "| | |\n| --- | --- |\n";
  text += source_rows(r);
  text += row("as read", {r.summary});
  const std::string kind = r.dictionary && r.dictionary->has_basis ? "that of the dictionary" : o.basis_kind;
  text += row("basis", {kind + ", rank " + std::to_string(rank_of_basis(r))});
  text += row("outputs", {outputs});
  text += row("training", {(r.dictionary ? "about " : "") + std::to_string(o.effort.training) + " fingerprints, " +
                           std::to_string(o.effort.epochs) + " epochs; the twins " + std::to_string(o.effort.twin_epochs)});
  text += row("again", {"`" + cli::in_words(again) + "`"});
  text += "\n" + judged(verdict) + files_of(r);
  for (const std::string& model : model_names(o))
    for (const std::string& name : {model, twin_of(model)}) text += measured(r, name, evaluation_of(r, name));
  return text +
         "A loss below 1 comes from the prior that a network has learnt: it trades variance for bias. An efficient unbiased "
         "estimator has loss 1, bias 0 and variance 1.\n";
}

}  // namespace

int conclude(const Request& r) {
  const ChainVerdict verdict = give_verdict(r);
  base::write_text_file(fs::path(r.options.out) / card_file, card(r, verdict));
  for (const std::string& model : model_names(r.options))
    for (const std::string& name : {model, twin_of(model)})
      base::print_lines(name + ": CRB loss " + number_text(evaluation_of(r, name).at("loss").at("mean").number(), "%.3f") +
                        "\n");
  base::print_lines(verdict.words + (verdict.fit.empty() ? "made, but not fit" : "fit: " + files_that_are(verdict)) + "\n");
  return verdict.fit.empty() ? base::exit_not_fit : base::exit_ok;
}

}  // namespace crbrt::make
