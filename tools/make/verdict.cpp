// SPDX-License-Identifier: Apache-2.0
// The sentences are those of crbrt-eval (docs/verdict.md); nothing is judged here.
#include "tools/make/verdict.h"

#include <filesystem>
#include <set>

#include "base/atomic_output.h"
#include "base/json.h"
#include "tools/make/inputs.h"

namespace crbrt::make {
namespace {

namespace fs = std::filesystem;
using base::Json;

/// A chain says of the pulse train and of each model what may be the same sentence: each is said once.
class Words {
 public:
  /// Headline, and every sentence that says what is wrong or what to do. `has_twin`: a twin with little bias has been made.
  void add(const Json& verdict, bool has_twin) {
    text_ += verdict.at("headline").text() + "\n";
    const auto& findings = verdict.at("findings").items();
    for (const Json& finding : findings)
      if (finding.at("state").text() == "fail") say("  " + finding.at("sentence").text());
    for (const Json& finding : findings)
      if (finding.at("state").text() == "next" && !(has_twin && finding.at("rule").text() == "bias_reduced"))
        say("  next: " + finding.at("sentence").text());
  }
  void add_line(const std::string& line) { text_ += line + "\n"; }
  const std::string& text() const { return text_; }

 private:
  void say(const std::string& line) {
    if (said_.insert(line).second) text_ += line + "\n";
  }

  std::set<std::string> said_;
  std::string text_;
};

}  // namespace

ChainVerdict give_verdict(const Request& r) {
  const fs::path folder = r.options.out;
  const auto read = [&](const fs::path& file) { return Json::from_file((folder / file).string()); };
  const Json encoding = read(encoding_file);
  ChainVerdict verdict;
  Words words;
  Json warnings = Json::array();
  if (const std::string warning = warning_of_basis(r); !warning.empty()) {
    words.add_line("warning: " + warning);
    warnings.push_back(warning);
  }
  words.add(encoding, false);
  Json models = Json::object(), fit = Json::array();
  for (const std::string& model : model_names(r.options))
    for (const std::string& name : {model, twin_of(model)}) {
      const Json one = read(model_verdict_file(name));
      words.add(one, true);
      models[name] = one;
      if (!one.at("fit").boolean()) continue;
      verdict.fit.push_back(name);
      fit.push_back(name);
    }
  verdict.words = words.text();
  base::write_text_file(folder / verdict_file, Json{{"kind", "crbrt-make"},
                                                    {"fit", !verdict.fit.empty()},
                                                    {"use", fit},
                                                    {"warnings", warnings},
                                                    {"encoding", encoding},
                                                    {"models", models}}
                                                       .dump(2) +
                                                   "\n");
  return verdict;
}

}  // namespace crbrt::make
