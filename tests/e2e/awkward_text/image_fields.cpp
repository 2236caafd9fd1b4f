// SPDX-License-Identifier: Apache-2.0
// Images, masks, tables of labels and the names of all of them. A name of a file cannot hold "/" or a zero byte, and nothing
// else.
#include <cstring>

#include "base/json.h"
#include "tests/e2e/awkward_text/field.h"

namespace crbrt::tests {
namespace {

namespace fs = std::filesystem;

const std::string map = "crbrt-map --model m.crbm --out out ";
const std::string page_of_labels =
    "bin/crbrt-map --model m.crbm --out out --input in.nii --report page.html --labels labels.nii --label-names names.txt";

void copy_input(const Workplace& at, const std::string& text) { fs::copy_file(at.file("in.nii"), at.file(text + ".nii")); }

void copy_model(const Workplace& at, const std::string& text) { fs::copy_file(at.file("m.crbm"), at.file(text)); }

/// Texts of the header of a NIfTI image, as many bytes as each has room for.
void write_header_texts(const Workplace& at, const std::string& text) {
  const auto put = [&](nifti_1_header& header) {
    std::memcpy(header.descrip, text.data(), std::min(text.size(), sizeof header.descrip));
    std::memcpy(header.aux_file, text.data(), std::min(text.size(), sizeof header.aux_file));
    std::memcpy(header.intent_name, text.data(), std::min(text.size(), sizeof header.intent_name));
    std::memcpy(header.db_name, text.data(), std::min(text.size(), sizeof header.db_name));
  };
  write_nifti1(at.file("in.nii"), {{6, 5, 4, Workplace::n_coefficient}, DT_COMPLEX64, bytes_of(at.coefficients()), put});
}

void write_hdf5(const Workplace& at, const std::string& text) {
  write_mat<float>(at.file("in.h5"), text, {6, 5, 4, Workplace::n_coefficient}, at.coefficients());
}

void write_mat_5(const Workplace& at, const std::string& text) {
  write_mat5<float>(at.file("in.mat"), {{text, {6, 5, 4, Workplace::n_coefficient}, at.coefficients()}});
}

void write_labels(const Workplace& at, const std::string& text) {
  at.add_viewer();
  write_nifti1(at.file("labels.nii"), {{6, 5, 4}, DT_UINT8, bytes_of(std::vector<std::uint8_t>(6 * 5 * 4, 1))});
  at.write("names.txt", "1 " + text + "\n");
}

void write_maps_with(const Workplace& at, const std::string& text, std::initializer_list<const char*> keys) {
  run("cd " + at.file("") + " && " + map + "--input in.nii");
  base::Json sidecar = base::Json::from_file(at.file("out/T1map.json"));
  for (const char* key : keys) sidecar[key] = text;
  at.write("out/T1map.json", sidecar.dump());
}

void write_units(const Workplace& at, const std::string& text) { write_maps_with(at, text, {"Units"}); }

/// Maps whose sidecars hold the text where it says what the map is.
void write_maps(const Workplace& at, const std::string& text) {
  write_maps_with(at, text, {"OutputName", "Description"});
  at.write("out/" + text + ".json", "{" + text);
}

/// A data set of BIDS with one image of this name.
void write_bids(const Workplace& at, const std::string& subject, const std::string& image) {
  const std::string anat = at.file("raw/sub-" + subject + "/anat");
  fs::create_directories(anat);
  fs::copy_file(at.file("in.nii"), anat + "/" + image);
  at.write("raw/dataset_description.json", "{\"Name\": \"study\", \"BIDSVersion\": \"1.8.0\"}");
}

void write_subject(const Workplace& at, const std::string& text) { write_bids(at, text, "sub-01_T2w.nii"); }
void write_image(const Workplace& at, const std::string& text) { write_bids(at, "01", text + ".nii"); }
void write_entity(const Workplace& at, const std::string& text) { write_bids(at, "01", "sub-01_rec-" + text + "_T2w.nii"); }

void write_description(const Workplace& at, const std::string& text) {
  write_bids(at, "01", "sub-01_T2w.nii");
  at.write("raw/dataset_description.json", text);
  at.write("raw/sub-01/anat/sub-01_T2w.json", text);
}

const std::string bids = "crbrt-bids raw maps participant --model m.crbm ";

}  // namespace

std::vector<Field> image_fields() {
  return {
      {"NameOfInput",
       everything,
       copy_input,
       map + "--input @.nii --stats @.stats",
       0,
       {{Reader::json, "out/status.json"}, {Reader::json, "out/T1map.json"}, {Reader::json, everything + ".stats"}}},
      {"NameOfAbsentInput", everything, {}, map + "--input @", 3, {{Reader::terminal}, {Reader::absent, "out"}}},
      {"NameInPlan", everything, copy_input, map + "--input @.nii --dry-run", 0, {{Reader::terminal}, {Reader::absent, "out"}}},
      {"NameOfModel",
       everything,
       copy_model,
       "crbrt-map --model @ --input in.nii --out out && crbrt-map --model @ --input in.nii --out plan --dry-run",
       0,
       {{Reader::terminal}}},
      {"NameOfFolder",
       everything,
       {},
       "crbrt-map --model m.crbm --input in.nii --out @ && crbrt-compare --maps @ --reference @ --plot p.gp --json c.json",
       0,
       {{Reader::terminal}}},
      {"NameOfFolderInPicture",
       everything,
       {},
       "crbrt-map --model m.crbm --input in.nii --out @ && crbrt-compare --maps @ --reference @ --plot @.gp && gnuplot "
       "-c " CRBRT_SOURCE_DIR "/scripts/plot_slice.gp @.gp @.png && crbrt-compare --maps @ --reference @ --plot p.gp",
       0,
       {{Reader::gnuplot, "p.gp", "map[1]"}, {Reader::png, everything + ".png"}},
       "command -v gnuplot"},
      {"HeaderOfNifti", everything, write_header_texts, map + "--input in.nii --like in.nii", 0, {}},
      {"VariableOfHdf5", everything, write_hdf5, map + "--input in.h5:@", 0, {{Reader::json, "out/status.json"}}},
      {"AbsentVariableOfHdf5", everything, write_hdf5, map + "--input in.h5:nothing", 3, {{Reader::terminal}}},
      {"AbsentVariableOfMat5", "a'b`c<i>", write_mat_5, map + "--input in.mat:nothing", 3, {{Reader::terminal}}},
      {"NameOfLabel", one_line, write_labels, page_of_labels, 0, {{Reader::page, "page.html"}, {Reader::csv, "page.csv"}}},
      {"LineOfLabelTable", everything, write_labels, page_of_labels, 3, {{Reader::absent, "out"}}},
      {"SidecarsOfMaps", everything, write_maps, "crbrt-compare --maps out --reference out --json c.json", 0, {}},
      {"UnitsOfMap",
       everything,
       write_units,
       "crbrt-compare --maps out --reference out --json c.json",
       3,
       {{Reader::terminal}, {Reader::absent, "c.json"}}},
      {"FolderOfSubject", everything, write_subject, bids, 8, {{Reader::terminal}}},
      {"NameOfImage", everything, write_image, bids, 8, {{Reader::terminal}}},
      {"EntityOfImage", everything, write_entity, bids, 8, {{Reader::terminal}}},
      {"PlanOfSubject", everything, write_subject, bids + "--dry-run", 0, {{Reader::absent, "maps"}}},
      {"DescriptionOfDataSet", everything, write_description, bids, 0, {}},
      {"LabelOfParticipant",
       everything,
       write_description,
       bids + "--participant-label @",
       3,
       {{Reader::terminal}, {Reader::absent, "maps"}}},
      {"FolderOfJobs",
       everything,
       write_description,
       "crbrt-bids raw @ participant --model m.crbm --slurm",
       2,
       {{Reader::terminal}, {Reader::absent, everything + "/logs/crbrt-bids.sbatch"}}},
      {"OptionOfJobs",
       everything,
       write_description,
       bids + "--slurm --slurm-option=@",
       2,
       {{Reader::terminal}, {Reader::absent, "maps/logs/crbrt-bids.sbatch"}}},
  };
}

}  // namespace crbrt::tests
