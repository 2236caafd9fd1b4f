// The sentences are those of crbrt-eval (docs/verdict.md); nothing is judged here.
#include "tools/make/verdict.h"

#include <filesystem>

#include "base/atomic_output.h"
#include "base/json.h"
#include "tools/make/inputs.h"

namespace crbrt::make {
namespace {

namespace fs = std::filesystem;
using base::Json;

/// Headline, and every sentence that says what is wrong or what to do.
std::string words_of_one(const std::string& name, const Json& verdict) {
  std::string text = name + ": " + verdict.at("headline").text() + "\n";
  for (const Json& finding : verdict.at("findings").items())
    if (finding.at("state").text() == "fail") text += "  " + finding.at("sentence").text() + "\n";
  for (const Json& next : verdict.at("next").items()) text += "  next: " + next.text() + "\n";
  return text;
}

}  // namespace

ChainVerdict give_verdict(const Request& r) {
  const fs::path folder = r.options.out;
  const auto read = [&](const fs::path& file) { return Json::from_file((folder / file).string()); };
  const Json encoding = read(encoding_file);
  ChainVerdict verdict;
  Json warnings = Json::array();
  if (const std::string warning = warning_of_basis(r); !warning.empty()) {
    verdict.words = "warning: " + warning + "\n";
    warnings.push_back(warning);
  }
  verdict.words += words_of_one("the pulse train", encoding);
  Json models = Json::object();
  for (const std::string& model : model_names(r.options)) {
    bool both = true;
    for (const std::string& name : {model, twin_of(model)}) {
      const Json one = read(model_verdict_file(name));
      both = both && one.at("fit").boolean();
      verdict.words += words_of_one(name, one);
      models[name] = one;
    }
    verdict.is_fit = verdict.is_fit || both;
  }
  base::write_text_file(
      folder / verdict_file,
      Json{{"kind", "crbrt-make"}, {"fit", verdict.is_fit}, {"warnings", warnings}, {"encoding", encoding}, {"models", models}}
              .dump(2) +
          "\n");
  return verdict;
}

}  // namespace crbrt::make
