// SPDX-License-Identifier: Apache-2.0
// Every bad input of crbrt-map ends with its exit code and one line that names the file, and leaves existing maps alone.
#include <filesystem>

#include "tests/e2e/map_fixture.h"
#include "tests/support/refusal.h"

namespace crbrt::tests {
namespace {

class MapBadInput : public MapProgram {
 protected:
  MapBadInput() {
    std::filesystem::create_directory(file("out"));
    write_text(file("out/T1map.nii"), "precious");
    write_text(file("out/T1map.json"), R"({"OutputName": "t1_apparent_s", "GeneratedBy": [{"Name": "crbrt-map"}]})");
    write_text(file("in.json"), "{\"basis_sha256\": \"" + load(spec).info().basis_sha256 + "\"}");  // no warning in the way
  }

  /// One line with all parts, the exit code, and the folder of maps as it was.
  void expect_failure(const Outcome& outcome, int exit_code, const std::vector<std::string>& parts) {
    expect_refusal(outcome, exit_code, parts);
    EXPECT_EQ(content_of(file("out/T1map.nii")), "precious");
    EXPECT_EQ(listing(file("out")), (std::vector<std::string>{"T1map.json", "T1map.nii"})) << "something was left behind";
  }
};

TEST_F(MapBadInput, MissingFiles) {
  expect_failure(map(file("none.nii"), "out"), 3, {"none.nii: expected ", "found No such file"});
  expect_failure(map(file("in.nii"), "out", "--mask " + file("none.nii")), 3, {"none.nii: expected "});
  expect_failure(map(file("in.nii"), "out", "--like " + file("none.nii")), 3, {"none.nii: expected "});
  expect_failure(map(file("in.nii"), "out", "--basis " + file("none.h5")), 3, {"none.h5: expected "});
  std::filesystem::remove(file("m.crbm"));
  expect_failure(map(file("in.nii"), "out"), 3, {"m.crbm: expected a model"});
}

TEST_F(MapBadInput, TruncatedFiles) {
  gzip(file("in.nii"), file("in.nii.gz"));
  cut(file("in.nii.gz"), 30);
  expect_failure(map(file("in.nii.gz"), "out"), 3, {"in.nii.gz: expected ", "cut off"});
  cut(file("in.nii"), 1);
  expect_failure(map(file("in.nii"), "out"), 3, {"in.nii: expected 4192 bytes, found 4191 bytes"});
  cut(file("m.crbm"), 1);
  expect_failure(map(file("in.nii"), "out"), 3, {"m.crbm: expected a model"});
}

TEST_F(MapBadInput, AnotherRank) {
  write_nifti1(file("in.nii"), {{6, 5, 4, 3}, DT_COMPLEX64, std::vector<std::byte>(2880)});
  expect_failure(map(file("in.nii"), "out"), 4, {"in.nii: expected 4 coefficients per voxel", "found 3"});
}

TEST_F(MapBadInput, AnotherBasis) {
  ModelSpec longer = spec;
  longer.n_frame = 30;
  write_crbm(file("longer.crbm"), longer);
  expect_failure(map(file("in.nii"), "out", "--basis " + file("longer.crbm")), 4, {"longer.crbm: expected the basis of model"});
  write_text(file("in.json"), "{\"basis_sha256\": \"0123\"}");
  expect_failure(map(file("in.nii"), "out"), 4, {"in.json: expected the basis of model", "found 0123"});
}

TEST_F(MapBadInput, AMaskOfAnotherShape) {
  write_nifti1(file("mask.nii"), {{5, 6, 4}, DT_UINT8, std::vector<std::byte>(120)});
  expect_failure(map(file("in.nii"), "out", "--mask " + file("mask.nii")), 3,
                 {"mask.nii: expected a mask of 6x5x4, found 5x6x4"});
}

TEST_F(MapBadInput, AnEmptyMask) {
  write_nifti1(file("mask.nii"), {{6, 5, 4}, DT_UINT8, std::vector<std::byte>(120)});
  expect_failure(map(file("in.nii"), "out", "--mask " + file("mask.nii")), 3,
                 {"mask.nii: expected at least one voxel in the mask"});
}

TEST_F(MapBadInput, AGeometryOfAnotherGrid) {
  write_nifti1(file("like.nii"), {{6, 5, 5}, DT_UINT8, std::vector<std::byte>(150)});
  expect_failure(map(file("in.nii"), "out", "--like " + file("like.nii")), 3,
                 {"like.nii: expected a grid of 6x5x4, found 6x5x5"});
}

TEST_F(MapBadInput, AModelWithoutAnIntegerForm) {
  expect_failure(map(file("in.nii"), "out", "--precision integer"), 4,
                 {"m.crbm: expected a model with an integer form (--precision integer), found one without"});
}

TEST_F(MapBadInput, AWrongCommandLine) {
  expect_failure(run("crbrt-map --input " + file("in.nii")), 2, {"crbrt-map: ", "--model is required"});
  expect_failure(map(file("in.nii"), "out", "--isa sse9"), 2, {"--isa", "sse9"});
  expect_failure(map(file("in.nii"), "out", "--threads 0"), 2, {"--threads"});
  expect_failure(map(file("in.nii"), "out", "--precision i8"), 2, {"--precision: expected f32 or integer, found i8"});
  expect_failure(map(file("in.nii"), "out", "--nonsense"), 2, {"--nonsense"});
}

TEST_F(MapBadInput, AnOutputFolderThatCannotBeMade) {
  write_text(file("plain"), "a file");
  expect_failure(map(file("in.nii"), "plain/maps"), 5, {"plain/maps: cannot be written: Not a directory"});
  expect_failure(map(file("in.nii"), "plain"), 5, {"plain: cannot be written"});
  expect_failure(map(file("in.nii"), "out", "--stats " + file("plain/s.json")), 5,
                 {"plain: cannot be written: Not a directory"});
}

TEST_F(MapBadInput, AMapThatIsNotOursIsNotReplaced) {
  write_text(file("out/T2map.nii"), "of another program");
  const Outcome outcome = map(file("in.nii"), "out");
  EXPECT_EQ(content_of(file("out/T2map.nii")), "of another program");
  std::filesystem::remove(file("out/T2map.nii"));
  expect_failure(outcome, 5, {"out/T2map.nii: cannot be written: it is no map that a program of crbrt made"});
}

TEST_F(MapBadInput, NoOutputReplacesAnInput) {
  const auto kept = [&](const std::string& input, const std::string& options) {
    const std::string before = content_of(file(input));
    expect_failure(map(file("in.nii"), "out", options), 5, {"is an input of this run"});
    EXPECT_EQ(content_of(file(input)), before);
  };
  for (const char* input : {"in.nii", "mask.nii", "m.crbm"})
    kept(input, "--mask " + file("mask.nii") + " --stats " + file(input));
  std::filesystem::create_hard_link(file("mask.nii"), file("link"));
  kept("mask.nii", "--mask " + file("mask.nii") + " --stats " + file("link"));
  expect_failure(map(file("in.nii"), "out", "--stats " + file("out/T2map.json")), 5, {"is another output of this run"});
}

// Both as the image that would be replaced and, with --compress, as the one that would go.
TEST_F(MapBadInput, AStatusMapAsMaskOfTheNextRunIsKept) {
  ASSERT_EQ(map(file("in.nii"), "earlier", "--mask " + file("mask.nii")).exit_code, 0);
  const std::string before = content_of(file("earlier/status.nii"));
  for (const char* option : {"", "--compress"}) {
    expect_failure(map(file("in.nii"), "earlier", "--mask " + file("earlier/status.nii ") + option), 5,
                   {"earlier/status.nii: cannot be written: it is an input of this run"});
    EXPECT_EQ(content_of(file("earlier/status.nii")), before);
  }
}

TEST_F(MapBadInput, AnOutputThatIsNoPlainFile) {
  std::filesystem::create_symlink("/dev/full", file("out/T2map.nii"));
  const Outcome outcome = map(file("in.nii"), "out");
  std::filesystem::remove(file("out/T2map.nii"));
  expect_failure(outcome, 5, {"out/T2map.nii: cannot be written"});
}

// A limit on the size of files fails a write as a full disk does, at the first image that does not fit (one block of ulimit
// holds 512 or 1024 bytes; the images hold 352 bytes of header and 480 of voxels).
TEST_F(MapBadInput, AFullDisk) {
  write_nifti1(file("in.nii"), {{60, 5, 4, n_coeff}, DT_COMPLEX64, std::vector<std::byte>(1200 * 8 * n_coeff)});
  const Outcome outcome =
      run("ulimit -f 2; crbrt-map --model " + file("m.crbm") + " --input " + file("in.nii") + " --out " + file("out"));
  expect_failure(outcome, 5, {"cannot be written: File too large"});
}

TEST_F(MapBadInput, ANewFolderIsRemovedAgainWhenTheRunFails) {
  const Outcome outcome =
      run("ulimit -f 0; crbrt-map --model " + file("m.crbm") + " --input " + file("in.nii") + " --out " + file("fresh"));
  expect_failure(outcome, 5, {"cannot be written"});
  EXPECT_FALSE(std::filesystem::exists(file("fresh")));
}

}  // namespace
}  // namespace crbrt::tests
