// SPDX-License-Identifier: Apache-2.0
// Texts of what is measured, on their way into pages, tables and pictures.
#include "base/json.h"
#include "physics/io/dataset.h"
#include "tests/e2e/awkward_text/field.h"
#include "tests/e2e/dataset_model.h"
#include "tests/e2e/short_sequence.h"

namespace crbrt::tests {
namespace {

/// An evaluation and tubes with maps, made once for all rows.
struct Study {
  TemporaryFolder folder;
  Study() {
    const std::string sequence = short_sequence(folder);
    const auto here = [&](const std::string& command) { return run("cd " + folder / "" + " && " + command); };
    here("crbrt-simulate --sequence short.json --prior " CRBRT_SOURCE_DIR
         "/models/priors/paper.json --count 40 --seed 5 --rank 8 --out set.h5");
    const physics::Dataset set = physics::read_dataset({folder / "set.h5"});
    write_model(folder / "m.crbm", model_for(set.basis, set.sequence_sha256, uncertain_spec()));
    here("crbrt-eval --model m.crbm --dataset set.h5 --realisations 2 --against other=set.h5 --json e.json");
    here("crbrt-phantom tubes --model m.crbm --sequence short.json --size 24 --out tubes");
    here("crbrt-map --model m.crbm --input tubes/coefficients.nii --mask tubes/mask.nii.gz --out maps");
  }
};

std::string study(const std::string& file) {
  static const Study made;
  return made.folder / file;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
  return text;
}

/// Every text and key `old` of the evaluation becomes the text.
std::function<void(const Workplace&, const std::string&)> instead_of(const std::string& old) {
  return [old](const Workplace& at, const std::string& text) {
    const std::string json = content_of(study("e.json"));
    EXPECT_NE(json.find("\"" + old + "\""), std::string::npos) << old << " is no text of an evaluation";
    at.write("e.json", replaced(json, "\"" + old + "\"", base::Json(text).dump()));
  };
}

std::function<void(const Workplace&, const std::string&)> in_key(const std::string& key) {
  return [key](const Workplace& at, const std::string& text) {
    base::Json json = base::Json::from_file(study("e.json"));
    EXPECT_TRUE(json.contains(key)) << key;
    json[key] = text;
    at.write("e.json", json.dump());
  };
}

void write_extras(const Workplace& at, const std::string& text) {
  std::filesystem::copy_file(study("e.json"), at.file("e.json"));
  std::filesystem::copy_file(study("m.crbm"), at.file("study.crbm"));
  std::filesystem::copy_file(study("set.h5"), at.file("study.h5"));
  at.write("loss.csv", "epoch,learning_rate,training_loss,validation_loss\n1,0.1,9,8\n2,0.1,3,2.5\n");
  at.write("cells.csv", "a,b\n\"" + replaced(text, "\"", "\"\"") + "\",1\n");
  at.write("cells.json", base::Json::array({base::Json{{text, text}}}).dump());
  at.write("dot.png", std::string("\x89PNG\r\n\x1a\n") + "enough");
}

void write_goals(const Workplace& at, const std::string& text) {
  std::filesystem::copy_file(study("e.json"), at.file("e.json"));
  base::Json json = base::Json::from_file(CRBRT_SOURCE_DIR "/docs/experiments/goals.json");
  json[text] = text;
  at.write("goals.json", json.dump());
}

void write_tubes(const Workplace& at, const std::string& text) {
  std::filesystem::copy(study("tubes"), at.file("tubes"), std::filesystem::copy_options::recursive);
  std::filesystem::copy(study("maps"), at.file("maps"), std::filesystem::copy_options::recursive);
  base::Json json = base::Json::from_file(at.file("tubes/phantom.json"));
  base::Json tubes = base::Json::array();
  for (base::Json tube : json["tubes"].items()) tube["name"] = text, tubes.push_back(tube);
  json["tubes"] = tubes;
  at.write("tubes/phantom.json", json.dump());
}

void write_method(const Workplace& at, const std::string&) { write_tubes(at, "tube"); }

const std::string report = "crbrt-report --evaluation e.json --out page.html ";
const std::string gnuplot = "command -v gnuplot";
const std::string rois = "crbrt-phantom rois --phantom tubes --csv t.csv --boxes boxes --maps ";
const std::string boxes_drawn = " && gnuplot -c " CRBRT_SOURCE_DIR "/scripts/plot_tubes.gp boxes boxes/picture.png";
const std::vector<Place> on_page{{Reader::html, "page.html"}};

}  // namespace

std::vector<Field> report_fields() {
  return {
      {"ModelOfEvaluation", everything, in_key("model"), report, 0, on_page, gnuplot},
      {"SequenceOfEvaluation", everything, in_key("sequence"), report, 0, on_page, gnuplot},
      {"CommandOfEvaluation", everything, in_key("command"), report, 0, on_page, gnuplot},
      {"VersionOfEvaluation", everything, in_key("version"), report, 0, on_page, gnuplot},
      {"OutputOfEvaluation", replaced(everything, "_", ""),  // which the page shows as a blank
       instead_of("m0_semi_frac"), report, 0, on_page, gnuplot},
      {"UnitOfEvaluation", everything, instead_of("s"), report, 0, on_page, gnuplot},
      {"OtherSetOfEvaluation", everything, instead_of("other"), report, 0, on_page, gnuplot},
      {"KeyOfGoals",
       everything,
       write_goals,
       report + "--goals goals.json",
       3,
       {{Reader::terminal}, {Reader::absent, "page.html"}}},
      {"KindOfEvaluation", everything, in_key("kind"), report, 3, {{Reader::absent, "page.html"}}},
      {"NameOfOtherSet",
       no_equals,
       write_extras,
       "crbrt-eval --model study.crbm --dataset study.h5 --realisations 2 --against @=study.h5 --json e2.json",
       0,
       {{Reader::terminal}, {Reader::json, "e2.json"}}},
      {"TitleOfPage", everything, write_extras, report + "--title @", 0, on_page, gnuplot},
      {"NameOfHistory", no_equals, write_extras, report + "--history @=loss.csv", 0, on_page, gnuplot},
      {"TitleOfTable", everything, write_extras, report + "--table @=cells.csv", 0, on_page, gnuplot},
      {"CellOfTable", everything, write_extras, report + "--table t=cells.csv", 0, on_page, gnuplot},
      {"KeyOfJsonTable", everything, write_extras, report + "--table t=cells.json", 0, on_page, gnuplot},
      {"TitleOfPicture", everything, write_extras, report + "--picture @=dot.png", 0, on_page, gnuplot},
      {"NameOfTube", everything, write_tubes, rois + "NN=maps", 0, {{Reader::terminal}, {Reader::csv, "t.csv"}}},
      {"NameOfTubeInPicture",
       everything,
       write_tubes,
       rois + "NN=maps" + boxes_drawn,
       0,
       {{Reader::png, "boxes/picture.png"}},
       gnuplot},
      {"NameOfMethod", no_equals, write_method, rois + "@=maps", 0, {{Reader::terminal}, {Reader::csv, "t.csv"}}},
      {"NameOfMethodInPicture",
       no_equals,
       write_method,
       rois + "@=maps" + boxes_drawn,
       0,
       {{Reader::gnuplot, "boxes/settings.gp", "method[1]"}, {Reader::png, "boxes/picture.png"}},
       gnuplot},
  };
}

}  // namespace crbrt::tests
