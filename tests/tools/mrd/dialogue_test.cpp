// SPDX-License-Identifier: Apache-2.0
// What a client may say in which order, and what it is told.
#include "tools/mrd/dialogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/tools/mrd/mrd_messages.h"
#include "tests/tools/mrd/mrd_service.h"

namespace crbrt::tests {
namespace {

using mrd::MessageId;
using testing::HasSubstr;

const std::string close_bytes = bytes_of(MessageId::close);

std::string header_text(const std::string& more = "") {
  const std::string space =
      "<matrixSize><x>1</x><y>1</y><z>1</z></matrixSize><fieldOfView_mm><x>1</x><y>1</y><z>1</z></fieldOfView_mm>";
  return text_of(MessageId::header,
                 "<?xml version=\"1.0\"?><ismrmrdHeader xmlns=\"http://www.ismrm.org/ISMRMRD\"><experimentalConditions>"
                 "<H1resonanceFrequency_Hz>1</H1resonanceFrequency_Hz></experimentalConditions><encoding><encodedSpace>" +
                     space + "</encodedSpace><reconSpace>" + space +
                     "</reconSpace><encodingLimits/><trajectory>other</trajectory></encoding>" + more + "</ismrmrdHeader>");
}

std::string beginning() { return config_file("crbrt") + header_text(); }

std::string meta(const std::string& name, const std::string& value) {
  return "<ismrmrdMeta><meta><name>" + name + "</name><value>" + value + "</value></meta></ismrmrdMeta>";
}

mrd::ImageHeader header_of(const mrd::Reply& reply) {
  mrd::ImageHeader header;
  std::memcpy(&header, reply.head.data() + 2, sizeof(header));
  return header;
}

const mrd::Service& uncertain_service() {
  static const mrd::Service service = service_of([] {
    mrd::Config config = config_of(uncertain_spec());
    config.sigma = 0.05;
    return config;
  }());
  return service;
}

/// 5 coefficients; voxel 0 holds nothing, voxel 1 a NaN.
std::string volume(const std::string& attributes = "") {
  auto header = image_header(4, 3, 2, 5);
  header.slice = 7, header.repetition = 2, header.acquisition_time_stamp = 99, header.measurement_uid = 5,
  header.user_int[3] = 8;
  std::vector<float> numbers = numbers_of(header);
  for (std::size_t k = 0; k < 5; ++k) numbers[2 * 24 * k] = numbers[2 * 24 * k + 1] = k % 2 == 0 ? 0.0f : -0.0f;
  numbers[2] = std::numeric_limits<float>::quiet_NaN();
  return image(header, numbers, attributes);
}

TEST(MrdDialogue, MapsCarryHeaderAndAttributesOverAndHaveASeriesEach) {
  const Answers answers = answers_to(uncertain_service(), beginning() + volume(meta("IceMiniHead", "abc")) + close_bytes);
  ASSERT_EQ(answers.refusal, "");
  ASSERT_EQ(answers.images.size(), 15u) << "three maps, three of standard deviations, atypicality, twice each, and the status";
  std::vector<int> series;
  for (const mrd::Reply& reply : answers.images) {
    const auto header = header_of(reply);  // packed: its members are read by value (+), no reference binds to them
    series.push_back(header.image_series_index);
    EXPECT_EQ(+header.slice, 7);
    EXPECT_EQ(+header.repetition, 2);
    EXPECT_EQ(+header.acquisition_time_stamp, 99u);
    EXPECT_EQ(+header.measurement_uid, 5u);
    EXPECT_EQ(+header.user_int[3], 8);
    EXPECT_EQ(+header.channels, 1);
    EXPECT_EQ(reply.numbers().size(), 24u * mrd::bytes_of_type(header.data_type));
    EXPECT_THAT(reply.head, HasSubstr("IceMiniHead"));
    EXPECT_THAT(reply.head, HasSubstr("Quantitative"));
  }
  std::sort(series.begin(), series.end());
  EXPECT_EQ(std::unique(series.begin(), series.end()), series.end());
  EXPECT_THAT(answers.texts.back(), HasSubstr("non_finite 1 zero_signal 1"));
}

TEST(MrdDialogue, VoxelsWithoutAnEstimateArePixelZeroAndHaveTheirStatus) {
  const Answers answers = answers_to(uncertain_service(), beginning() + volume());
  for (const mrd::Reply& reply : answers.images) {
    if (reply.pixels.empty() || header_of(reply).image_series_index == 8) continue;
    EXPECT_EQ(reply.pixels[0], 0);
    EXPECT_EQ(reply.pixels[1], 0);
    EXPECT_GT(reply.pixels[2], 0);
  }
  const mrd::Reply& status = answers.images.back();
  EXPECT_EQ(status.pixels[0], 2) << "zero_signal, whatever the sign of the zeros";
  EXPECT_EQ(status.pixels[1], 1) << "non_finite";
}

TEST(MrdDialogue, ComplexDoublesGiveTheSameMapsAsFloats) {
  auto header = image_header(4, 3, 2, 5);
  const std::vector<float> floats = numbers_of(header);
  const std::vector<double> doubles(floats.begin(), floats.end());
  const Answers of_floats = answers_to(uncertain_service(), beginning() + image(header, floats));
  header.data_type = ISMRMRD::ISMRMRD_CXDOUBLE;
  const std::string bytes = mrd::head_of_image(header, "") +
                            std::string(reinterpret_cast<const char*>(doubles.data()), doubles.size() * sizeof(double));
  const Answers of_doubles = answers_to(uncertain_service(), beginning() + bytes);
  ASSERT_EQ(of_doubles.images.size(), of_floats.images.size());
  for (std::size_t i = 0; i < of_floats.images.size(); ++i) {
    EXPECT_EQ(of_doubles.images[i].floats, of_floats.images[i].floats);
    EXPECT_EQ(of_doubles.images[i].pixels, of_floats.images[i].pixels);
  }
}

TEST(MrdDialogue, ABasisThatIsNamedIsTheModelsOrRefusedAndNoneIsSaidOnce) {
  const std::string sha256 = uncertain_service().configs.begin()->second->model->model.info().basis_sha256;
  const Answers named = answers_to(uncertain_service(), beginning() + volume(meta("basis_sha256", " SHA256:" + sha256)));
  EXPECT_THAT(named.refusal, HasSubstr("expected coefficients in the basis")) << "the name of the hash is in small letters";
  const Answers good = answers_to(uncertain_service(), beginning() + volume(meta("BasisSHA256", "sha256:" + sha256)));
  EXPECT_EQ(good.refusal, "");
  EXPECT_TRUE(good.texts.empty());
  EXPECT_THAT(good.images.front().head, HasSubstr("<value>true</value>"));
  const std::string parameter = "<userParameters><userParameterString><name>basis_sha256</name><value>" + std::string(64, 'a') +
                                "</value></userParameterString></userParameters>";
  EXPECT_THAT(answers_to(uncertain_service(), config_file("crbrt") + header_text(parameter) + volume()).refusal,
              HasSubstr("in the basis of the model"));
  const Answers silent = answers_to(uncertain_service(), beginning() + volume() + volume());
  ASSERT_EQ(silent.texts.size(), 1u);
  EXPECT_THAT(silent.texts[0], HasSubstr("nothing says in which basis"));
  EXPECT_THAT(silent.images.front().head, HasSubstr("<value>unknown</value>"));
}

TEST(MrdDialogue, ASequenceThatIsNamedIsTheModels) {
  EXPECT_THAT(answers_to(uncertain_service(), beginning() + volume(meta("sequence_sha256", "1234"))).refusal,
              HasSubstr("expected the sequence of the model"));
}

TEST(MrdDialogue, ParametersOfTheConsoleChangeConfigAndNoise) {
  const std::string parameters = R"({"parameters": {"config": "crbrt", "sigma": "0", "freetext": ""}})";
  const Answers answers = answers_to(
      uncertain_service(), config_file("openrecon") + header_text() + text_of(MessageId::text, parameters) + volume());
  EXPECT_EQ(answers.refusal, "");
  EXPECT_EQ(answers.images.size(), 9u) << "no standard deviations without noise";
  const auto refusal_of = [&](const std::string& text) {
    return answers_to(uncertain_service(), beginning() + text_of(MessageId::text, text) + volume()).refusal;
  };
  EXPECT_THAT(refusal_of(R"({"parameters": {"sigma": "-1"}})"), HasSubstr("parameter sigma"));
  EXPECT_THAT(refusal_of(R"({"parameters": {"precision": "integer"}})"), HasSubstr("a model with an integer form"));
  EXPECT_THAT(refusal_of("{\"parameters\": "), HasSubstr("expected JSON"));
}

TEST(MrdDialogue, UnknownConfigsAreRefusedByNameWithTheKnownOnes) {
  EXPECT_EQ(answers_to(uncertain_service(), config_file("gre\n") + header_text() + volume()).refusal,
            "expected the name of a config, one of: crbrt; found \"gre\\n\"");
  EXPECT_EQ(answers_to(uncertain_service(), text_of(MessageId::config_text, "crbrt.xml") + header_text() + volume()).refusal,
            "");
}

TEST(MrdDialogue, ParametersThatNameNoConfigTakeTheOnlyOne) {
  const Answers answers = answers_to(
      uncertain_service(), text_of(MessageId::config_text, R"({"parameters": {"sigma": "0"}})") + header_text() + volume());
  EXPECT_EQ(answers.refusal, "");
  EXPECT_EQ(answers.images.size(), 9u) << "the parameters count";
}

TEST(MrdDialogue, MessagesOutOfOrderAreRefused) {
  const auto refusal_of = [](const std::string& bytes) { return answers_to(uncertain_service(), bytes).refusal; };
  EXPECT_THAT(refusal_of(volume()), HasSubstr("before images"));
  EXPECT_THAT(refusal_of(config_file("crbrt") + volume()), HasSubstr("before images"));
  EXPECT_THAT(refusal_of(header_text()), HasSubstr("behind the config message"));
  EXPECT_THAT(refusal_of(beginning() + header_text()), HasSubstr("found a header elsewhere"));
  EXPECT_THAT(refusal_of(beginning() + config_file("crbrt")), HasSubstr("a second one"));
  EXPECT_THAT(refusal_of(beginning() + close_bytes + volume()), HasSubstr("behind the close message"));
}

TEST(MrdDialogue, ACloseBeforeAllCoefficientsSaysWhatIsMissing) {
  const mrd::Service service = service_of(config_of(uncertain_spec(), mrd::Dimension::contrast));
  auto header = image_header(2, 2, 1, 1);
  header.contrast = 3;
  EXPECT_THAT(answers_to(service, beginning() + image(header, numbers_of(header)) + close_bytes).refusal,
              HasSubstr("slice 0, repetition 0: 4 of 5 coefficients, the first of them 0"));
}

TEST(MrdDialogue, AttributesThatAreNoXmlAreSaidAndLeftOut) {
  const Answers answers = answers_to(uncertain_service(), beginning() + volume("<ismrmrdMeta><meta>"));
  EXPECT_EQ(answers.refusal, "");
  EXPECT_THAT(answers.texts.back(), HasSubstr("no XML of ISMRMRD"));
  EXPECT_THAT(answers.images.front().head, HasSubstr("Quantitative"));
}

TEST(MrdDialogue, AClientWithoutImagesIsToldSo) {
  EXPECT_EQ(answers_to(uncertain_service(), beginning() + close_bytes).texts.back(), "no images, no maps");
  EXPECT_EQ(answers_to(uncertain_service(), close_bytes).texts.back(), "no images, no maps");
}

}  // namespace
}  // namespace crbrt::tests
