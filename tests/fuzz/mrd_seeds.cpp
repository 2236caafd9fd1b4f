// SPDX-License-Identifier: Apache-2.0
// crbrt-mrd-seeds FOLDER: conversations that a fuzzer of crbrt-mrd starts from.
#include <cstdio>
#include <fstream>
#include <string>

#include "tests/tools/mrd/mrd_messages.h"

namespace {

using namespace crbrt;
using namespace crbrt::tests;
using mrd::MessageId;

const std::string space =
    "<matrixSize><x>1</x><y>1</y><z>1</z></matrixSize><fieldOfView_mm><x>1</x><y>1</y><z>1</z></fieldOfView_mm>";
const std::string xml =
    "<ismrmrdHeader><experimentalConditions><H1resonanceFrequency_Hz>1</H1resonanceFrequency_Hz></"
    "experimentalConditions><encoding>"
    "<encodedSpace>" +
    space + "</encodedSpace><reconSpace>" + space +
    "</reconSpace><encodingLimits/><trajectory>other</trajectory></encoding><userParameters><userParameterString><name>a</name>"
    "<value>b</value></userParameterString></userParameters></ismrmrdHeader>";
const std::string meta = "<ismrmrdMeta><meta><name>basis_sha</name><value>00</value></meta></ismrmrdMeta>";

std::string conversation(const std::string& config, std::uint16_t contrasts) {
  std::string bytes(1, '\0');
  bytes += text_of(MessageId::config_text, config) + text_of(MessageId::header, xml) +
           text_of(MessageId::text, R"({"parameters": {"sigma": "0.1"}})");
  for (std::uint16_t k = 0; k < contrasts; ++k) {
    auto header = image_header(3, 2, 1, 1);
    header.contrast = k;
    bytes += image(header, numbers_of(header), meta);
  }
  return bytes + bytes_of(MessageId::close);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string folder(argv[1]);
  std::ofstream(folder + "/channel", std::ios::binary) << conversation("channel", 1);
  std::ofstream(folder + "/contrast", std::ios::binary) << conversation("contrast", 2).replace(0, 1, "\x07");
  std::ofstream(folder + "/set", std::ios::binary) << conversation("set", 1);
}
