// The C interface, driven by a client compiled as C99: same numbers as the C++ interface.
#include "crbrt/crbrt.h"

#include <gtest/gtest.h>

#include "tests/runtime/bound_session.h"
#include "tests/runtime/tile.h"
#include "tests/support/synthetic_program.h"

extern "C" {
using Client = int(const crbrt_program*, const float*, size_t, void*, size_t, float*, uint8_t*);
Client crbrt_c_client, crbrt_c_client_interleaved;
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

}  // namespace
}  // namespace crbrt::tests
