// SPDX-License-Identifier: Apache-2.0
// ISMRMRD's own files: images that its library wrote go through the server by the messages that its structures make, and give the
// maps that crbrt-map makes of the file.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <ismrmrd/dataset.h>
#include <ismrmrd/xml.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <sstream>

#include "tests/support/model_builder.h"
#include "tests/support/run_program.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/mrd/mrd_messages.h"

namespace crbrt::tests {
namespace {

using mrd::MessageId;

constexpr int n_slice = 3;
constexpr std::uint16_t nx = 7, ny = 6, n_coeff = 5;

/// The server behind a pipe that its first line comes through.
class ServerProcess {
 public:
  explicit ServerProcess(const std::string& options)
      : pipe_(::popen(("exec '" CRBRT_BIN_DIR "/crbrt-mrd' --port 0 " + options).c_str(), "r")) {
    char line[512] = "";
    if (std::fgets(line, sizeof line, pipe_) == nullptr) return;
    const std::string text(line);
    if (const auto at = text.find("port "); at != std::string::npos) port_ = std::stoi(text.substr(at + 5));
    if (const auto at = text.find("process "); at != std::string::npos) process_ = std::stoi(text.substr(at + 8));
  }
  ~ServerProcess() {
    if (process_ > 0) ::kill(process_, SIGTERM);
    ::pclose(pipe_);
  }
  int port() const { return port_; }

 private:
  std::FILE* pipe_;
  int port_ = 0, process_ = 0;
};

/// Sends all, then reads until the server closes.
std::string answer_to(int port, const std::string& bytes) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t n = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) break;
    sent += static_cast<std::size_t>(n);
  }
  std::string answer;
  char buffer[65536];
  for (ssize_t n; (n = ::recv(socket, buffer, sizeof buffer, 0)) > 0;) answer.append(buffer, static_cast<std::size_t>(n));
  ::close(socket);
  return answer;
}

/// The images of an answer, as ISMRMRD's library keeps them: floats alone.
std::vector<ISMRMRD::Image<float>> float_images(const std::string& answer) {
  std::vector<ISMRMRD::Image<float>> images;
  for (std::size_t at = 0; at + 2 <= answer.size();) {
    std::uint16_t id;
    std::memcpy(&id, answer.data() + at, 2);
    at += 2;
    if (id == 4) break;
    if (id == 5) {
      std::uint32_t length;
      std::memcpy(&length, answer.data() + at, 4);
      at += 4 + length;
      continue;
    }
    ISMRMRD::ImageHeader header;
    std::memcpy(static_cast<ISMRMRD::ISMRMRD_ImageHeader*>(&header), answer.data() + at, 198);
    const std::size_t numbers = std::size_t{header.matrix_size[0]} * header.matrix_size[1] * header.matrix_size[2] *
                                header.channels * mrd::bytes_of_type(header.data_type);
    const std::string attributes = answer.substr(at + 206, header.attribute_string_len);
    at += 206 + header.attribute_string_len;
    if (header.data_type == ISMRMRD::ISMRMRD_FLOAT) {
      ISMRMRD::Image<float> image(header.matrix_size[0], header.matrix_size[1], header.matrix_size[2], header.channels);
      image.setHead(header);
      image.setAttributeString(attributes);
      std::memcpy(image.getDataPtr(), answer.data() + at, numbers);
      images.push_back(image);
    }
    at += numbers;
  }
  return images;
}

std::string header_xml() {
  ISMRMRD::IsmrmrdHeader header;
  header.experimentalConditions.H1resonanceFrequency_Hz = 123200000;
  ISMRMRD::Encoding encoding;
  encoding.encodedSpace.matrixSize = encoding.reconSpace.matrixSize = ISMRMRD::MatrixSize(nx, ny, 1);
  encoding.encodedSpace.fieldOfView_mm = encoding.reconSpace.fieldOfView_mm = {200, 200, 3};
  encoding.trajectory = ISMRMRD::TrajectoryType::RADIAL;
  header.encoding.push_back(encoding);
  std::ostringstream text;
  ISMRMRD::serialize(header, text);
  return text.str();
}

/// Slices with coefficients as channels, written and read back by the library.
std::string messages_of(const std::string& file) {
  {
    ISMRMRD::Dataset dataset(file.c_str(), "dataset", true);
    dataset.writeHeader(header_xml());
    for (int slice = 0; slice < n_slice; ++slice) {
      ISMRMRD::Image<std::complex<float>> image(nx, ny, 1, n_coeff);
      image.setSlice(static_cast<std::uint16_t>(slice));
      image.setFieldOfView(200, 200, 3);
      for (std::size_t i = 0; i < image.getNumberOfDataElements(); ++i)
        image.getDataPtr()[i] = {static_cast<float>((i * 7 + static_cast<std::size_t>(slice)) % 13) - 6.5f,
                                 static_cast<float>(i * 5 % 11) - 5.5f};
      dataset.appendImage("images_0", image);
    }
  }
  ISMRMRD::Dataset dataset(file.c_str(), "dataset", false);
  std::string xml;
  dataset.readHeader(xml);
  std::string bytes = config_file("crbrt") + text_of(MessageId::header, xml);
  for (std::uint32_t i = 0; i < dataset.getNumberOfImages("images_0"); ++i) {
    ISMRMRD::Image<std::complex<float>> image;
    dataset.readImage("images_0", i, image);
    bytes += mrd::head_of_image(image.getHead(), "");
    bytes.append(reinterpret_cast<const char*>(image.getDataPtr()), image.getDataSize());
  }
  return bytes + bytes_of(MessageId::close);
}

TEST(MrdFiles, OfIsmrmrdGiveTheMapsOfCrbrtMapBitForBitAndComeBackAsSuch) {
  const TemporaryFolder folder;
  write_crbm(folder / "m.crbm", uncertain_spec());
  const std::string file = folder / "scan.h5";
  const std::string messages = messages_of(file);
  const Outcome mapped = run("crbrt-map --model '" + std::string(folder / "m.crbm") + "' --input '" + file +
                             ":/dataset/images_0/data' --no-std --out '" + std::string(folder / "maps") + "'");
  ASSERT_EQ(mapped.exit_code, 0) << mapped.text;

  const ServerProcess server("--model '" + std::string(folder / "m.crbm") + "' 2>/dev/null");
  ASSERT_GT(server.port(), 0);
  const auto images = float_images(answer_to(server.port(), messages));
  ASSERT_EQ(images.size(), 4u * n_slice) << "three estimates and the atypicality of every slice";
  {
    ISMRMRD::Dataset dataset(file.c_str(), "maps", true);
    for (const auto& image : images) dataset.appendImage("images_" + std::to_string(image.getImageSeriesIndex()), image);
  }
  ISMRMRD::Dataset dataset(file.c_str(), "maps", false);
  int series = 101;
  for (const char* const name : {"m0_semi_frac", "T1map", "T2map", "atypicality"}) {
    const std::string bytes = content_of(folder / ("maps/" + std::string(name) + ".nii"));
    const std::size_t slice_bytes = std::size_t{nx} * ny * sizeof(float), head = bytes.size() - n_slice * slice_bytes;
    for (std::uint32_t slice = 0; slice < n_slice; ++slice) {
      ISMRMRD::Image<float> image;
      dataset.readImage("images_" + std::to_string(series), slice, image);
      ASSERT_EQ(image.getDataSize(), slice_bytes);
      EXPECT_EQ(image.getSlice(), slice);
      EXPECT_EQ(std::memcmp(image.getDataPtr(), bytes.data() + head + slice * slice_bytes, slice_bytes), 0) << name << " " << slice;
    }
    ++series;
  }
}

}  // namespace
}  // namespace crbrt::tests
