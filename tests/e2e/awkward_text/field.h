// SPDX-License-Identifier: Apache-2.0
/// The table of text fields: every text that our programs read out of files of others or off their command line, and where it
/// comes out again. A new field that a program reads gets a row in the part of its programs.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/e2e/map_fixture.h"
#include "tests/e2e/short_sequence.h"

namespace crbrt::tests {

/// What a row has in its folder: m.crbm, in.nii and mask.nii of a small brain, and a study that all rows share.
class Workplace : public MapProgram {
 public:
  void TestBody() override {}
  using MapProgram::add_viewer;
  using MapProgram::file;
  const ModelSpec& model() const { return spec; }
  const Complexes& coefficients() const { return values; }
  static constexpr std::uint32_t n_coefficient = n_coeff;
  std::string write(const std::string& name, const std::string& content) const { return folder.file(name, content); }
  void write_model(const fbs::ModelT& model, const std::string& name = "m.crbm") const;
  /// short.json: as few pulses as have a bound of every parameter.
  void write_short_sequence() const { short_sequence(folder); }
};

/// How the text is found again.
enum class Reader {
  terminal,  ///< in what the programs said
  json,      ///< exactly, as a text or a key of a JSON file
  csv,       ///< as a cell (RFC 4180)
  tsv,       ///< inside a cell
  html,      ///< as text of a page or of an attribute, and no markup of it is left
  page,      ///< exactly, in the JSON inside the page of --report
  gnuplot,   ///< in the variable `where` that gnuplot has after it read the file
  png,       ///< gnuplot made a picture of it
  source,    ///< in a source file that `where`, a compiler, accepts
  hdf5,      ///< exactly, as the attribute `where` of the file
  absent,    ///< nowhere: the file must not be there
};

struct Place {
  Reader reader;
  std::string file = {}, where = {};
};

struct Field {
  std::string name;
  std::string text;                                                ///< what the field is filled with
  std::function<void(const Workplace&, const std::string&)> fill;  ///< writes the files that hold it; may be empty
  std::string command;  ///< in the row's folder; @ is the text as a word of the shell
  int exit_code = 0;
  std::vector<Place> places;
  std::string needs = "true";  ///< a command that fails where the machine lacks something; the row is skipped there

  /// In the lists of tests, which would hold the bytes of the row otherwise.
  friend void PrintTo(const Field& field, std::ostream* out) { *out << field.name; }
};

/// Everything, and what limits of a format leave of it.
extern const std::string everything;      ///< tests/support/awkward_text.h
extern const std::string one_line;        ///< no line end
extern const std::string no_equals;       ///< as the NAME of NAME=FILE, which ends at "="
extern const std::string text_of_model;   ///< what a free text of a model file may hold: UTF-8, no ASCII controls but line ends
extern const std::string label_of_model;  ///< a name or unit of a model file: at most 64 printable ASCII characters

std::vector<Field> image_fields();    ///< images, masks, tables of labels, folders, data sets of BIDS
std::vector<Field> model_fields();    ///< model files
std::vector<Field> physics_fields();  ///< sequences, priors, tissues, shapes, data sets
std::vector<Field> report_fields();   ///< evaluations, tables, phantoms

/// A word for the shell.
std::string quoted(const std::string& word);

/// Finds the text of a row at a place; adds failures to the test that runs. `said` is what the row's command printed.
void expect_found(const Place& place, const std::string& text, const Workplace& workplace, const std::string& said);

}  // namespace crbrt::tests
