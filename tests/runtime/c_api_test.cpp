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
  const BoundSession session(mixed_.program(), Isa::automatic);
  ASSERT_EQ(session->run({coefficients_.data(), n_voxel, 16}, {expected.data(), n_voxel, n_output},
                         {expected_status.data(), n_voxel}),
            Status::ok);
  EXPECT_EQ(run(crbrt_c_client, found, status), 0) << "line of c_api_client.c";
  EXPECT_EQ(bits_of(found), bits_of(expected));
  for (std::size_t v = 0; v < n_voxel; ++v) EXPECT_EQ(status.data()[v], static_cast<std::uint8_t>(expected_status.data()[v]));
  EXPECT_EQ(status.data()[3], CRBRT_VOXEL_NON_FINITE);
}

TEST_F(CApi, RunsInterleavedOnAForcedIsaFromACopiedSession) {
  GuardedBuffer<float> expected(n_voxel * n_output), found(n_voxel * n_output);
  GuardedBuffer<std::uint8_t> status(n_voxel);
  const BoundSession session(mixed_.program(), Isa::scalar);
  ASSERT_EQ(session->run_interleaved({coefficients_.data(), n_voxel, 16}, {expected.data(), n_voxel, n_output}), Status::ok);
  EXPECT_EQ(run(crbrt_c_client_interleaved, found, status), 0) << "line of c_api_client.c";
  EXPECT_EQ(bits_of(found), bits_of(expected));
}

TEST_F(CApi, GivesTheDetailsOfTheCppInterface) {
  SyntheticProgram network(8);
  build_uncertain_mixed_network(network);
  const Program& program = network.program();
  const BoundSession session(program, Isa::automatic);
  const View2<const float> in{coefficients_.data(), n_voxel, 16};
  for (const bool interleaved : {false, true}) {
    GuardedBuffer<float> a(n_voxel * n_output), b(n_voxel * n_output), std(n_voxel * n_output),
        expected_std(n_voxel * n_output), score(n_voxel), expected_score(n_voxel);
    const Details details{0.125f, {expected_std.data(), n_voxel, n_output}, {expected_score.data(), n_voxel}};
    const View2<float> rows{a.data(), n_voxel, n_output};
    ASSERT_EQ(interleaved ? session->run_interleaved(in, rows, {}, details) : session->run(in, rows, {}, details), Status::ok);
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

}  // namespace
}  // namespace crbrt::tests
