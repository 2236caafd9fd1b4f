// SPDX-License-Identifier: Apache-2.0
// Any bytes at all as the texts that users bring: a sequence, a prior, a list of tissues, the sidecar of an image and that of a
// map. They are read, or refused by an error of exit code 3 or 4 on one line; what JSON was read and printed reads back the
// same.
//     build/fuzz/bin/crbrt_text_fuzz -max_total_time=60 FOLDER tests/fuzz/corpus/texts
#include <cstdint>
#include <string>

#include "base/json.h"
#include "physics/io/sequence_io.h"
#include "tests/fuzz/reader_fuzz.h"
#include "tools/volume/basis_check.h"
#include "tools/volume/maps_in.h"

namespace {

using namespace crbrt;
using fuzz::expect_value_or_one_line;
using fuzz::require;

constexpr double tr_s = 3.5e-3;

void print_and_parse(const std::string& text) {
  const std::string printed = base::Json::parse(text, "text").dump(2);
  require(base::Json::parse(printed, "printed").dump(2) == printed);
}

void read_sidecars(const tests::TemporaryFolder& folder) {
  base::Warnings warnings("fuzz");
  const volume::FileSpec image{nullptr, folder / "T1map.nii", "", "T1map.nii"};
  volume::check_basis({.identity = {std::string(64, 'a'), ""}, .n_coeff = 3, .owner = "a model"}, "", {image}, warnings);
  require(volume::maps_in(folder / "").size() == 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tests::TemporaryFolder& folder = fuzz::fuzz_folder();
  static const std::string map = folder.file("T1map.nii", "");  // its sidecar is the input
  const std::string text(reinterpret_cast<const char*>(data), size), path = folder.file("T1map.json", text);
  expect_value_or_one_line([&] { print_and_parse(text); });
  expect_value_or_one_line([&] { require(physics::read_sequence(path).why_invalid().empty()); });
  expect_value_or_one_line([&] { physics::read_prior(path, tr_s); });
  base::Warnings warnings("fuzz");
  expect_value_or_one_line([&] { physics::read_tissues(path, warnings); });
  expect_value_or_one_line([&] { read_sidecars(folder); });
  return 0;
}
