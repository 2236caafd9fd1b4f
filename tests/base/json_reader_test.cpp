// SPDX-License-Identifier: Apache-2.0
// Every complaint about JSON names file, place, expected and found.
#include "base/json_reader.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/error.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::base {
namespace {

std::string complaint(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

class JsonFile : public testing::Test {
 protected:
  JsonReader read(const std::string& text) { return JsonReader::from_file(folder_.file("a.json", text)); }
  std::string path() const { return folder_ / "a.json"; }
  tests::TemporaryFolder folder_;
};

TEST_F(JsonFile, ValuesAreReadByKeyAndPlace) {
  const JsonReader json = read(R"({"a": [1, 2.5], "b": {"c": "text", "d": true}})");
  EXPECT_EQ(json.at("a").numbers(), (std::vector<double>{1, 2.5}));
  EXPECT_EQ(json.at("b").at("c").text(), "text");
  EXPECT_TRUE(json.at("b").at("d").boolean());
  EXPECT_EQ(json.number_or("e", 7), 7);
  EXPECT_EQ(json.text_or("e", "x"), "x");
  EXPECT_FALSE(json.boolean_or("e", false));
  EXPECT_EQ(json.keys(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(JsonFile, ComplaintsNameTheirPlace) {
  const JsonReader json = read(R"({"a": [{"x": 1}, {"x": "no"}]})");
  EXPECT_EQ(complaint([&] { json.at("a").items()[1].at("x").number(); }), path() + ", a[1].x: expected a number, found \"no\"");
  EXPECT_EQ(complaint([&] { json.at("b"); }), path() + ": expected the key \"b\", found none");
  EXPECT_EQ(complaint([&] { json.at("a").at("b"); }), path() + ", a: expected an object, found [{\"x\":1},{\"x\":\"no\"}]");
  EXPECT_EQ(complaint([&] {
              json.expect_only({"b", "c"});
            }),
            path() + ": expected one of the keys b, c, found \"a\" (nearest: \"b\")");
  EXPECT_EQ(complaint([&] { json.items(); }).substr(0, path().size() + 19), path() + ": expected an array");
}

TEST_F(JsonFile, BrokenFilesAreRefused) {
  EXPECT_EQ(complaint([&] { read("{\"a\": "); }), path() + ": expected JSON, found a syntax error at byte 7");
  EXPECT_NE(complaint([&] { read("[1e999]"); }), "accepted");
  EXPECT_EQ(complaint([] { JsonReader::from_file("nowhere.json"); }),
            "nowhere.json: expected a readable JSON file, found No such file or directory");
}

TEST_F(JsonFile, PositiveRefusesZeroAndBelow) {
  EXPECT_EQ(read("[0.5]").items()[0].positive(), 0.5);
  for (const char* number : {"0", "-1", "-0.0"})
    EXPECT_EQ(complaint([&] { read(std::string("{\"a\": ") + number + "}").at("a").positive(); }),
              path() + ", a: expected a number above 0, found " + number);
}

}  // namespace
}  // namespace crbrt::base
