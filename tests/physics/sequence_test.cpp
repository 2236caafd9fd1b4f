// SPDX-License-Identifier: Apache-2.0
// Checks, RF load and hash of sequences; names of tissues; counter-based random numbers.
#include "physics/sequence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "physics/counter_random.h"
#include "physics/tissue.h"
#include "tests/physics/short_train.h"

namespace crbrt::physics {
namespace {

TEST(Sequence, SaysWhatIsWrong) {
  const auto why = [](auto change) {
    Sequence s = tests::short_train(10);
    change(s);
    return s.why_invalid();
  };
  EXPECT_EQ(why([](Sequence&) {}), "");
  EXPECT_NE(why([](Sequence& s) { s.tr_s = 0; }).find("TR > 0"), std::string::npos);
  EXPECT_NE(why([](Sequence& s) { s.cycles[0].alpha_rad.pop_back(); }).find("found 9 and 10"), std::string::npos);
  EXPECT_NE(why([](Sequence& s) { s.cycles[0].trf_s[3] = 4e-3; }).find("pulse 4"), std::string::npos);
  EXPECT_NE(why([](Sequence& s) { s.cycles[0].alpha_rad[2] = -1; }).find("pulse 3"), std::string::npos);
  EXPECT_NE(why([](Sequence& s) { s.cycles[0].alpha_rad[2] = std::nan(""); }).find("pulse 3"), std::string::npos);
  EXPECT_NE(
      why([](Sequence& s) { s.cycles[0].alpha_rad[2] = 90; }).find("30 rad, found 90 rad (degrees instead of rad?) at pulse 3"),
      std::string::npos);
  EXPECT_NE(why([](Sequence& s) { s.tr_s = 3.5; }).find("found 3.5 s (ms instead of s?)"), std::string::npos);
  EXPECT_NE(why([](Sequence& s) { s.cycles.clear(); }).find("at least one cycle"), std::string::npos);
}

// One column of a file in another unit, and the likely unit by its name; where all numbers are possible one by one, too.
TEST(Sequence, OtherUnitsAreNamed) {
  const auto scaled = [](double tr, double alpha, double trf) {
    Sequence s = tests::short_train(20);
    s.tr_s *= tr;
    for (double& value : s.cycles[0].alpha_rad) value *= alpha;
    for (double& value : s.cycles[0].trf_s) value *= trf;
    return s.why_invalid();
  };
  constexpr double degrees = 180 / M_PI;
  EXPECT_EQ(scaled(1, 1, 1), "");
  EXPECT_NE(scaled(1e3, 1, 1).find("(ms instead of s?)"), std::string::npos) << scaled(1e3, 1, 1);
  EXPECT_NE(scaled(1e6, 1, 1).find("(us instead of s?)"), std::string::npos) << scaled(1e6, 1, 1);
  EXPECT_NE(scaled(1e-3, 1, 1).find("(ks instead of s?)"), std::string::npos) << scaled(1e-3, 1, 1);
  EXPECT_NE(scaled(1, degrees, 1).find("(degrees instead of rad?)"), std::string::npos) << scaled(1, degrees, 1);
  EXPECT_NE(scaled(1, 1, 1e3).find("(ms instead of s?)"), std::string::npos) << scaled(1, 1, 1e3);
  EXPECT_NE(scaled(1, 1, 1e6).find("(us instead of s?)"), std::string::npos) << scaled(1, 1, 1e6);
  Sequence s = tests::short_train(20);  // an inversion in rad, the others in degrees, all below the limit
  for (std::size_t k = 1; k < 20; ++k) s.cycles[0].alpha_rad[k] = 10 + static_cast<double>(k);
  EXPECT_NE(s.why_invalid().find("above 20 rad (degrees instead of rad?)"), std::string::npos) << s.why_invalid();
  s = tests::short_train(20);
  s.tr_s = 0.9;  // 0.9 ms, with pulses of 0.1 ms
  for (double& value : s.cycles[0].trf_s) value = 1e-4;
  EXPECT_NE(s.why_invalid().find("TR = 0.9 s (ms instead of s?)"), std::string::npos) << s.why_invalid();
}

TEST(Sequence, RfLoadOfOnePulsePair) {
  // 1 ms of pi and 1 ms of pi/2 at TR 10 ms: energy = pi^2 (1 + 1/4) / 1e-3.
  const Sequence s{"pair", 10e-3, {Cycle{{M_PI, M_PI / 2}, {1e-3, 1e-3}}}};
  const RfLoad load = rf_load(s);
  EXPECT_NEAR(load.energy_rad2_per_s, M_PI * M_PI * 1250, 1e-9 * 12337);
  EXPECT_NEAR(load.b1_peak_ut, M_PI / 1e-3 / 267.52218744, 1e-9);
  EXPECT_NEAR(load.b1_rms_ut, std::sqrt(M_PI * M_PI * 1250 / 20e-3) / 267.52218744, 1e-9);
}

TEST(Sequence, HashIsSha256OverLittleEndianDoubles) {
  // SHA-256 of the eight bytes of 1.0 (00 00 00 00 00 00 f0 3f), from coreutils' sha256sum.
  const double one = 1.0;
  EXPECT_EQ(sha256_of_doubles({&one, 1}), "6c3c396ed6b5c36dcae172271f462051b1266b851e92df3deea8ac65478fd712");
  Sequence s = tests::short_train(10);
  const std::string hash = sha256_of(s);
  s.cycles[0].trf_s[9] = std::nextafter(s.cycles[0].trf_s[9], 1.0);
  EXPECT_NE(sha256_of(s), hash);
}

TEST(Tissue, NamesRoundTrip) {
  for (std::size_t p = 0; p < n_parameter; ++p)
    EXPECT_EQ(parameter_from_name(name(static_cast<Parameter>(p))), static_cast<Parameter>(p));
  EXPECT_FALSE(parameter_from_name("t1"));
}

TEST(CounterRandom, EqualsThePublishedPhiloxVector) {
  // Philox4x32-10 with counter and key all ones (Random123's known-answer test): 408f276d 41c83b0e a20bc7c6 6d5451fd.
  // Our counter starts at draw 0, so only the key can be all ones; stream and index are free: use the zero vector's answer.
  CounterRandom zero(0, static_cast<Stream>(0), 0);
  EXPECT_EQ(zero.bits(), 0x6627e8d5u);
  EXPECT_EQ(zero.bits(), 0xe169c58du);
  EXPECT_EQ(zero.bits(), 0xbc57ac4cu);
  EXPECT_EQ(zero.bits(), 0x9b00dbd8u);
}

TEST(CounterRandom, NormalsHaveUnitMoments) {
  double sum = 0, squares = 0;
  constexpr int n = 200000;
  for (int i = 0; i < n; ++i) {
    CounterRandom random(3, Stream::tissue, static_cast<std::uint64_t>(i));
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(n));  // five standard errors
  EXPECT_NEAR(squares / n, 1, 5 * std::sqrt(2.0 / n));
}

}  // namespace
}  // namespace crbrt::physics
