// SPDX-License-Identifier: Apache-2.0
// Texts of what is simulated and designed, on their way into data sets, trains and models.
#include "base/json.h"
#include "physics/io/dataset.h"
#include "tests/e2e/awkward_text/field.h"
#include "tests/e2e/dataset_model.h"
#include "tests/e2e/short_sequence.h"

namespace crbrt::tests {
namespace {

const std::string paper_prior = CRBRT_SOURCE_DIR "/models/priors/paper.json";

/// Every value of these keys, wherever they are.
void set_texts(base::Json& json, const std::vector<std::string>& keys, const std::string& text) {
  if (json.is_array()) {
    base::Json items = base::Json::array();
    for (base::Json item : json.items()) set_texts(item, keys, text), items.push_back(item);
    json = items;
  } else if (json.is_object()) {
    base::Json object = base::Json::object();
    for (const base::Json::Member& member : json.members()) {
      base::Json value = member.value;
      set_texts(value, keys, text);
      object[member.key] = std::find(keys.begin(), keys.end(), member.key) != keys.end() ? base::Json(text) : value;
    }
    json = object;
  }
}

void write_sequence(const Workplace& at, const std::string& text) {
  base::Json json = base::Json::from_file(example_sequence);
  json["name"] = text;
  at.write("sequence.json", json.dump());
}

void write_prior(const Workplace& at, const std::string& text) {
  at.write_short_sequence();
  base::Json json = base::Json::from_file(paper_prior);
  set_texts(json, {"name", "source", "note"}, text);
  at.write("prior.json", json.dump());
}

void write_strange_key(const Workplace& at, const std::string& text) {
  at.write_short_sequence();
  base::Json json = base::Json::from_file(example_prior);
  json[text] = text;
  at.write("prior.json", json.dump());
}

void write_tissues(const Workplace& at, const std::string& text) {
  at.write("tissues.csv", text + "," + content_of(example_tissues));
}

void write_shape(const Workplace& at, const std::string& text) {
  at.write("shape.json", base::Json{{"name", text},
                                    {"n_pulse", 150},
                                    {"tr_s", 3.5e-3},
                                    {"alpha_rad", base::Json::array({0.2, 0.4, 0.8, 0.4, 0.2})},
                                    {"trf_s", base::Json::array({2e-4, 2e-4, 3e-4, 2e-4, 2e-4})}}
                             .dump());
}

void write_problem(const Workplace& at, const std::string& text) {
  at.write_short_sequence();
  base::Json json = base::Json::from_file(CRBRT_SOURCE_DIR "/models/protocol/design.json");
  json[text] = text;
  at.write("problem.json", json.dump());
}

/// A data set whose attributes hold the text, and a model of another sequence.
void write_dataset(const Workplace& at, const std::string& text) {
  at.write_short_sequence();
  run("cd " + at.file("") + " && crbrt-simulate --sequence short.json --prior " + paper_prior +
      " --count 40 --seed 5 --rank 8 --out made.h5");
  physics::Dataset set = physics::read_dataset({at.file("made.h5")});
  at.write_model(model_for(set.basis, set.sequence_sha256), "good.crbm");
  set.sequence_name = text;
  set.provenance = base::Json(text).dump();
  physics::write_dataset(at.file("set.h5"), set);
  at.write_model(model_for(set.basis, std::string(64, 'a')), "other.crbm");
}

const std::string simulate = "crbrt-simulate --sequence sequence.json --tissues " + example_tissues + " --out t.h5";
const std::string training_set =
    "crbrt-simulate --sequence short.json --prior prior.json --count 20 --seed 5 --rank 8 --out set.h5";

}  // namespace

std::vector<Field> physics_fields() {
  return {
      {"NameOfSequence", everything, write_sequence, simulate, 0, {{Reader::hdf5, "t.h5", "sequence_name"}}},
      {"TextsOfPrior", everything, write_prior, training_set, 0, {{Reader::hdf5, "set.h5", "provenance"}}},
      {"KeyOfPrior", everything, write_strange_key, training_set, 3, {{Reader::terminal}, {Reader::absent, "set.h5"}}},
      {"HeaderOfTissues",
       one_line,
       write_tissues,
       "crbrt-simulate --sequence " + example_sequence + " --tissues tissues.csv --out t.h5",
       3,
       {{Reader::absent, "t.h5"}}},
      {"KeyOfProblem",
       everything,
       write_problem,
       "crbrt-design run --problem problem.json --start-sequence short.json --out found.json",
       3,
       {{Reader::terminal}, {Reader::absent, "found.json"}}},
      {"NameOfShape",
       everything,
       write_shape,
       "crbrt-design write --shape shape.json --json train.json --csv train.csv",
       0,
       {{Reader::json, "train.json"}}},
      {"NameOfShapeInPicture",
       everything,
       write_shape,
       "crbrt-design write --shape shape.json --json train.json --plot @.png",
       0,
       {{Reader::png, everything + ".png"}},
       "command -v gnuplot"},
      {"SequenceOfDataSet",
       everything,
       write_dataset,
       "crbrt-eval --model other.crbm --dataset set.h5 --realisations 2",
       4,
       {{Reader::terminal}}},
      {"TextsOfDataSet",
       everything,
       write_dataset,
       "crbrt-eval --model good.crbm --dataset set.h5 --realisations 2 --json e.json",
       0,
       {{Reader::json, "e.json"}}},
  };
}

}  // namespace crbrt::tests
