// What strangers write into files comes out as text: every text field of what the programs read is filled with characters that
// readers take for more than text, and found again where the programs wrote it.
#include <gmock/gmock.h>

#include <filesystem>

#include "base/escaped.h"
#include "base/json.h"
#include "tests/e2e/map_fixture.h"
#include "tests/support/awkward_text.h"

namespace crbrt::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

bool has_gnuplot() { return run("command -v gnuplot").exit_code == 0; }

/// A word for the shell.
std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

class AwkwardText : public MapProgram {
 protected:
  /// What a terminal would obey must not be in what a program says.
  static void expect_plain(const Outcome& outcome) { EXPECT_EQ(base::lines_for_terminal(outcome.text), outcome.text); }

  const std::string text = awkward_text, shown = awkward_text_shown;
  /// The characters that a model file may hold: the loader refuses all that is not printable.
  const std::string printable = "a'b\"c`d\\e<i>&amp;{g}_h^j@k~l%s";
};

TEST_F(AwkwardText, NamesOfFilesReachMessagesSidecarsAndStatistics) {
  for (const std::string& name : {"in" + text.substr(text.find("\x1b")), std::string("it's \"`i`\"\\n\n<b>")}) {
    std::filesystem::copy_file(file("in.nii"), file(name + ".nii"));
    const Outcome outcome = map(quoted(file(name + ".nii")), "out", "--stats " + quoted(file(name + ".stats")));
    ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
    expect_plain(outcome);
    const base::Json status = base::Json::from_file(file("out/status.json"));
    const std::string source = base::Json::parse(base::Json(name + ".nii").dump(), "").text();  // no UTF-8: U+FFFD
    EXPECT_EQ(status.at("Sources").items().front().text(), source);
    EXPECT_GT(base::Json::from_file(file(name + ".stats")).at("voxels").integer(), 0);
    std::filesystem::remove_all(file("out"));
  }
  const Outcome absent = map(quoted(file(text)), "out");
  EXPECT_EQ(absent.exit_code, 3);
  EXPECT_THAT(absent.text, HasSubstr(shown + ": expected a readable file"));
  EXPECT_EQ(std::count(absent.text.begin(), absent.text.end(), '\n'), 1) << absent.text;
  expect_plain(absent);
}

TEST_F(AwkwardText, OfAModelReachesSidecarsAndInfo) {
  fbs::ModelT strange = make_model(spec);
  const auto write = [&](const std::string& sequence) {
    strange.protocol->sequence_name = sequence;
    const std::vector<std::uint8_t> bytes = to_crbm(strange);
    folder.file("m.crbm", {bytes.begin(), bytes.end()});
  };
  write(printable);
  ASSERT_EQ(map(file("in.nii"), "out").exit_code, 0);
  EXPECT_EQ(base::Json::from_file(file("out/T1map.json")).at("SequenceName").text(), printable);
  EXPECT_THAT(run("crbrt-model info " + file("m.crbm")).text, HasSubstr(printable));
  write("a\x1b[1mb");
  const Outcome refused = map(file("in.nii"), "out");
  EXPECT_EQ(refused.exit_code, 3);
  expect_plain(refused);
}

TEST_F(AwkwardText, OfAShapeReachesTrainAndPicture) {
  const std::string shape = folder.file("shape.json", base::Json{{"name", text},
                                                                 {"n_pulse", 150},
                                                                 {"tr_s", 3.5e-3},
                                                                 {"alpha_rad", base::Json::array({0.2, 0.4, 0.8, 0.4, 0.2})},
                                                                 {"trf_s", base::Json::array({2e-4, 2e-4, 3e-4, 2e-4, 2e-4})}}
                                                          .dump());
  const std::string picture = file("it's `a` picture.png");
  const Outcome outcome = run("crbrt-design write --shape " + shape + " --json " + file("train.json") +
                              (has_gnuplot() ? " --plot " + quoted(picture) : ""));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_EQ(base::Json::from_file(file("train.json")).at("name").dump(), awkward_text_json);
  if (has_gnuplot()) {
    EXPECT_EQ(content_of(picture).substr(1, 3), "PNG");
  }
}

TEST_F(AwkwardText, OfAnEvaluationIsRefusedInPlainWords) {
  const std::string evaluation = folder.file("e.json", base::Json{{"kind", "crbrt-eval"}, {text, text}}.dump());
  const Outcome refused = run("crbrt-report --evaluation " + evaluation + " --title " + quoted(text) + " --out " + file("r"));
  EXPECT_EQ(refused.exit_code, 3);
  expect_plain(refused);
}

TEST_F(AwkwardText, NamesOfFoldersReachThePictureOfMaps) {
  if (!has_gnuplot()) GTEST_SKIP() << "no gnuplot: no picture to look at";
  const std::string maps = "< it's `m` \"aps\"";
  const Outcome outcome =
      run("cd " + file("") + "; crbrt-map --model m.crbm --input in.nii --out " + quoted(maps) + " && crbrt-compare --maps " +
          quoted(maps) + " --reference " + quoted(maps) + " --plot " + quoted(maps + ".gp") +
          " && gnuplot -c " CRBRT_SOURCE_DIR "/scripts/plot_slice.gp " + quoted(maps + ".gp") + " " + quoted(maps + ".png"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_EQ(content_of(file(maps + ".png")).substr(1, 3), "PNG");
}

}  // namespace
}  // namespace crbrt::tests
