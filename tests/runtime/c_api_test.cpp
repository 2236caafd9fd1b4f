// SPDX-License-Identifier: Apache-2.0
// The C interface, driven by a client compiled as C99: same numbers as the C++ interface.
#include "crbrt/crbrt.h"

#include <gtest/gtest.h>

#include "tests/runtime/bound_session.h"
#include "tests/support/synthetic_program.h"
#include "tests/support/tile.h"

extern "C" {
using Client = int(const crbrt_program*, const float*, size_t, void*, size_t, float*, uint8_t*);
Client crbrt_c_client, crbrt_c_client_interleaved;
using DetailsClient = int(const crbrt_program*, const float*, size_t, void*, size_t, float*, float*, float*);
DetailsClient crbrt_c_client_details, crbrt_c_client_details_interleaved;
int crbrt_c_client_planes(const crbrt_program*, const float*, size_t, void*, size_t, float*, float*, float*, uint8_t*);
}

namespace crbrt::tests {
namespace {

class CApi : public testing::Test {
 protected:
  CApi() : mixed_(8), coefficients_(random_coefficients(n_voxel, 8)) {
    build_mixed_network(mixed_);
    coefficients_[3 * 16] = std::numeric_limits<float>::infinity();
  }

  /// Runs the client and returns the line where it failed.
  int run(Client* client, GuardedBuffer<float>& estimates, GuardedBuffer<std::uint8_t>& status) {
    GuardedBuffer<std::byte> arena(Session::arena_bytes(mixed_.program()));
    return client(reinterpret_cast<const crbrt_program*>(&mixed_.program()), coefficients_.data(), n_voxel, arena.data(),
                  arena.size(), estimates.data(), status.data());
  }

  static constexpr std::size_t n_voxel = 30, n_output = 5;
  SyntheticProgram mixed_;
  std::vector<float> coefficients_;
};

TEST_F(CApi, GivesTheNumbersOfTheCppInterface) {
  GuardedBuffer<float> expected(n_voxel * n_output), found(n_voxel * n_output);
  GuardedBuffer<VoxelStatus> expected_status(n_voxel);
  GuardedBuffer<std::uint8_t> status(n_voxel);
  BoundSession session(mixed_.program(), Isa::automatic);
  ASSERT_EQ(session->run(Coefficients::rows(coefficients_.data(), n_voxel, 8),
                         {.estimates = {expected.data(), n_voxel, n_output}, .status = {expected_status.data(), n_voxel}}),
            Status::ok);
  EXPECT_EQ(run(crbrt_c_client, found, status), 0) << "line of c_api_client.c";
  EXPECT_EQ(bits_of(found), bits_of(expected));
  for (std::size_t v = 0; v < n_voxel; ++v) EXPECT_EQ(status.data()[v], static_cast<std::uint8_t>(expected_status.data()[v]));
  EXPECT_EQ(status.data()[3], CRBRT_VOXEL_NON_FINITE);
}

TEST_F(CApi, RunsInterleavedOnAForcedIsaFromAMovedSession) {
  GuardedBuffer<float> expected(n_voxel * n_output), found(n_voxel * n_output);
  GuardedBuffer<std::uint8_t> status(n_voxel);
  BoundSession session(mixed_.program(), Isa::scalar);
  ASSERT_EQ(session->run(Coefficients::interleaved_rows(coefficients_.data(), n_voxel, 8),
                         {.estimates = {expected.data(), n_voxel, n_output}}),
            Status::ok);
  EXPECT_EQ(run(crbrt_c_client_interleaved, found, status), 0) << "line of c_api_client.c";
  EXPECT_EQ(bits_of(found), bits_of(expected));
}

TEST_F(CApi, GivesTheDetailsOfTheCppInterface) {
  SyntheticProgram network(8);
  build_uncertain_mixed_network(network);
  const Program& program = network.program();
  BoundSession session(program, Isa::automatic);
  for (const bool interleaved : {false, true}) {
    GuardedBuffer<float> a(n_voxel * n_output), b(n_voxel * n_output), std(n_voxel * n_output),
        expected_std(n_voxel * n_output), score(n_voxel), expected_score(n_voxel);
    const Results results{.estimates = {a.data(), n_voxel, n_output},
                          .standard_deviations = {expected_std.data(), n_voxel, n_output},
                          .atypicality = {expected_score.data(), n_voxel},
                          .sigma = 0.125f};
    const float* const in = coefficients_.data();
    ASSERT_EQ(session->run(interleaved ? Coefficients::interleaved_rows(in, n_voxel, 8) : Coefficients::rows(in, n_voxel, 8),
                           results),
              Status::ok);
    GuardedBuffer<std::byte> arena(Session::arena_bytes(program));
    DetailsClient* const client = interleaved ? crbrt_c_client_details_interleaved : crbrt_c_client_details;
    EXPECT_EQ(client(reinterpret_cast<const crbrt_program*>(&program), coefficients_.data(), n_voxel, arena.data(),
                     arena.size(), b.data(), std.data(), score.data()),
              0)
        << "line of c_api_client.c";
    EXPECT_EQ(bits_of(b), bits_of(a));
    EXPECT_EQ(bits_of(std), bits_of(expected_std));
    EXPECT_EQ(bits_of(score), bits_of(expected_score));
  }
}

TEST_F(CApi, ReadsAndWritesPlanesWithTheStridesOfEachArray) {
  SyntheticProgram network(8);
  build_uncertain_mixed_network(network);
  const Program& program = network.program();
  BoundSession session(program, Isa::automatic);
  GuardedBuffer<float> estimates(n_voxel * n_output), sd(n_voxel * n_output), score(n_voxel);
  GuardedBuffer<VoxelStatus> status(n_voxel);
  ASSERT_EQ(session->run(Coefficients::planes(coefficients_.data(), n_voxel, 8),
                         {.estimates = {estimates.data(), n_voxel, n_output},
                          .standard_deviations = {sd.data(), n_voxel, n_output},
                          .atypicality = {score.data(), n_voxel},
                          .status = {status.data(), n_voxel},
                          .sigma = 0.125f}),
            Status::ok);
  GuardedBuffer<float> planes(n_voxel * n_output), sd_planes(n_voxel * n_output), scores(3 * n_voxel - 2);
  GuardedBuffer<std::uint8_t> codes(2 * n_voxel - 1);
  GuardedBuffer<std::byte> arena(Session::arena_bytes(program));
  EXPECT_EQ(crbrt_c_client_planes(reinterpret_cast<const crbrt_program*>(&program), coefficients_.data(), n_voxel, arena.data(),
                                  arena.size(), planes.data(), sd_planes.data(), scores.data(), codes.data()),
            0)
      << "line of c_api_client.c";
  for (std::size_t v = 0; v < n_voxel; ++v) {
    for (std::size_t j = 0; j < n_output; ++j) {
      ASSERT_EQ(bits_of(&planes.data()[j * n_voxel + v], 1), bits_of(&estimates.data()[v * n_output + j], 1)) << v << ' ' << j;
      ASSERT_EQ(bits_of(&sd_planes.data()[j * n_voxel + v], 1), bits_of(&sd.data()[v * n_output + j], 1)) << v << ' ' << j;
    }
    ASSERT_EQ(bits_of(&scores.data()[3 * v], 1), bits_of(&score.data()[v], 1)) << v;
    ASSERT_EQ(codes.data()[2 * v], static_cast<std::uint8_t>(status.data()[v])) << v;
  }
}

}  // namespace
}  // namespace crbrt::tests
