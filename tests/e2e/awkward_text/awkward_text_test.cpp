// SPDX-License-Identifier: Apache-2.0
// What strangers write into files comes out as text: one row for every text field of what our programs read, filled with
// characters that some reader takes for more than text, and found again wherever the programs wrote it. Terminals and logs get
// no control character from any of them.
#include <gtest/gtest.h>

#include "base/escaped.h"
#include "tests/e2e/awkward_text/field.h"
#include "tests/support/awkward_text.h"

namespace crbrt::tests {

const std::string everything = awkward_text;
const std::string one_line = "=a'b\"c`d\\e<i>&amp;{g}_h^j@k~l%s,m;\x1b[1mn\xc2\x9bo\xe2\x80\xaep\xffq?\?/";
const std::string no_equals = everything.substr(1);
const std::string text_of_model = "=a'b\"c`d\\e\nf<i>&amp;{g}_h^j@k~l%s,m;n\xc2\x9bo\xe2\x80\xaep?\?/\\";
const std::string label_of_model = "=a'b\"c`d\\e<i>&{g}_h^j@k~l%s*/x/*,m;?\?/";

void Workplace::write_model(const fbs::ModelT& model, const std::string& name) const {
  const std::vector<std::uint8_t> bytes = to_crbm(model);
  write(name, {bytes.begin(), bytes.end()});
}

namespace {

std::vector<Field> all_fields() {
  std::vector<Field> all;
  for (const auto& part : {image_fields(), model_fields(), physics_fields(), report_fields()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

class AwkwardText : public testing::TestWithParam<Field> {};

TEST_P(AwkwardText, ComesOutAsText) {
  const Field& field = GetParam();
  const Workplace workplace;
  if (run(field.needs).exit_code != 0) GTEST_SKIP() << "not on this machine: " << field.needs;
  if (field.fill) field.fill(workplace, field.text);
  std::string command;
  for (const char c : field.command) command += c == '@' ? quoted(field.text) : std::string(1, c);
  const Outcome outcome = run("cd " + workplace.file("") + " && " + command);
  EXPECT_EQ(outcome.exit_code, field.exit_code) << outcome.text;
  EXPECT_EQ(base::lines_for_terminal(outcome.text), outcome.text);
  if (outcome.exit_code != field.exit_code) return;
  for (const Place& place : field.places) expect_found(place, field.text, workplace, outcome.text);
}

INSTANTIATE_TEST_SUITE_P(Fields, AwkwardText, testing::ValuesIn(all_fields()),
                         [](const testing::TestParamInfo<Field>& row) { return row.param.name; });

}  // namespace
}  // namespace crbrt::tests
