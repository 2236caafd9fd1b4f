// SPDX-License-Identifier: Apache-2.0
// What is built prints the bytes that the library prints, and what is parsed comes back.
#include "base/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "base/error.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::base {
namespace {

std::string complaint(const std::string& text) {
  try {
    return Json::parse(text, "a.json").dump();
  } catch (const InputError& error) {
    return error.what();
  }
}

TEST(Json, ObjectsKeepTheOrderInWhichKeysWereAdded) {
  Json json{{"z", 1}, {"a", {{"c", true}, {"b", nullptr}}}};
  json["m"] = "text";
  json["z"] = 2;
  EXPECT_EQ(json.dump(), R"({"z":2,"a":{"c":true,"b":null},"m":"text"})");
  json.update({{"a", 0}, {"n", 1}});
  EXPECT_EQ(json.dump(1), "{\n \"z\": 2,\n \"a\": 0,\n \"m\": \"text\",\n \"n\": 1\n}");
}

TEST(Json, NumbersAreTheShortestTextThatReadsBack) {
  EXPECT_EQ(Json::array({0.1, 1.0, 1e-300, 0.1f, 1e22, -0.0}).dump(), "[0.1,1.0,1e-300,0.10000000149011612,1e+22,-0.0]");
  EXPECT_EQ(Json::array({std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::int64_t>::min(), -1, 7u}).dump(),
            "[18446744073709551615,-9223372036854775808,-1,7]");
  EXPECT_EQ(Json::array({std::nan(""), std::numeric_limits<double>::infinity()}).dump(), "[null,null]");
}

TEST(Json, TextsAreEscapedAndBytesThatAreNoUtf8Replaced) {
  EXPECT_EQ(Json("a\"\\\n\x01é").dump(), "\"a\\\"\\\\\\n\\u0001é\"");
  EXPECT_EQ(Json("\xff").dump(), "\"\xEF\xBF\xBD\"");
}

TEST(Json, ContainersBecomeArraysAndAbsentValuesNull) {
  EXPECT_EQ(Json(std::vector<double>{1, 2.5}).dump(), "[1.0,2.5]");
  EXPECT_EQ(Json(std::array<int, 2>{1, 2}).dump(), "[1,2]");
  EXPECT_EQ(Json(std::vector<std::string>{}).dump(), "[]");
  EXPECT_EQ(Json(std::optional<int>()).dump(), "null");
  EXPECT_EQ(Json(std::optional<int>(3)).dump(), "3");
  Json json;
  json["list"].push_back({{"a", 1}});
  EXPECT_EQ(json.dump(), R"({"list":[{"a":1}]})");
}

TEST(Json, ParsingAndPrintingGiveTheSameText) {
  const std::string text = R"({"b":[1,-2,0.5,1e+100],"a":{"x":null,"y":[true,false,[]],"z":{}},"t":"ü\n"})";
  EXPECT_EQ(complaint(text), text);
}

TEST(Json, WhatIsNoJsonIsRefused) {
  EXPECT_EQ(complaint("{\"a\": "), "a.json: expected JSON, found a syntax error at byte 7");
  EXPECT_EQ(complaint(""), "a.json: expected JSON, found a syntax error at byte 1");
  EXPECT_EQ(complaint("[1e999]").substr(0, 28), "a.json: expected JSON, found");
  EXPECT_EQ(complaint(std::string(1'000'000, '[')), "a.json: expected JSON, found values nested more than 200 deep");
  EXPECT_EQ(complaint(R"({"a":{"a":1},"b":2,"a":3})"), "a.json: expected JSON, found the key \"a\" twice");
}

TEST(Json, ValuesOfAnotherKindAreErrors) {
  const Json json{{"n", 1.5}, {"t", "x"}, {"whole", 3.0}};
  EXPECT_EQ(json.at("whole").integer(), 3);
  EXPECT_THROW(json.at("n").integer(), JsonError);
  EXPECT_THROW(json.at("n").text(), JsonError);
  EXPECT_THROW(json.at("t").number(), JsonError);
  EXPECT_THROW(json.at("t").items(), JsonError);
  EXPECT_THROW(json.at("absent"), JsonError);
  EXPECT_THROW(json.items(), JsonError);
  EXPECT_THROW(Json::array({1}).at(1), JsonError);
  EXPECT_EQ(json.value_or("absent", 7), 7);
}

TEST(Json, EqualityIsOfValues) {
  EXPECT_EQ(Json(1), Json(1.0));
  EXPECT_EQ(Json({{"a", 1}, {"b", 2}}), Json({{"b", 2}, {"a", 1}}));
  EXPECT_NE(Json::array({1, 2}), Json::array({2, 1}));
  EXPECT_NE(Json("1"), Json(1));
}

TEST(Json, AMillionKeysAreReadAndPrinted) {
  // A search among all earlier keys would take 5e11 comparisons: hours, and ctest ends it.
  std::string text = "{";
  for (int i = 0; i < 1'000'000; ++i) text.append("\"").append(std::to_string(i)).append("\":1,");
  text.back() = '}';
  const Json json = Json::parse(text, "a.json");
  EXPECT_EQ(json.size(), 1'000'000u);
  EXPECT_EQ(json.at("7").integer(), 1);
  EXPECT_EQ(json.members()[7].key, "7");
  EXPECT_EQ(json.dump(), text);
}

TEST(Json, FilesHaveALimit) {
  const tests::TemporaryFolder folder;
  folder.file("large.json", "");
  std::filesystem::resize_file(folder / "large.json", (std::size_t{1} << 26) + 1);
  try {
    Json::from_file(folder / "large.json");
    ADD_FAILURE() << "accepted";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("JSON of at most 67108864 bytes, found 67108865"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace crbrt::base
