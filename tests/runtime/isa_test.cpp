// SPDX-License-Identifier: Apache-2.0
// Instruction sets: names, the decision from CPU words, and that decision against what the operating system reports.
#include "crbrt/isa.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

#include "crbrt/status.h"
#include "runtime/src/isa_detect.h"
#include "runtime/src/kernel_table.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace crbrt::tests {
namespace {

TEST(Isa, NamesRoundTrip) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < isa_count(); ++i) {
    Isa found = Isa::automatic;
    EXPECT_TRUE(isa_from_name(name(isa_at(i)), found));
    EXPECT_EQ(found, isa_at(i));
    names.insert(name(isa_at(i)));
  }
  EXPECT_EQ(names, (std::set<std::string>{"scalar", "sse4.2", "avx2", "avx512", "avx512vnni", "neon", "neondot", "wasm128"}));
  Isa found = Isa::scalar;
  EXPECT_TRUE(isa_from_name("auto", found));
  EXPECT_EQ(found, Isa::automatic);
}

TEST(Isa, UnknownNamesAndNumbersAreRefused) {
  Isa untouched = Isa::sse42;
  for (const char* text : {"", "avx", "avx22", "AVX2", "sse4.2 ", static_cast<const char*>(nullptr)})
    EXPECT_FALSE(isa_from_name(text, untouched));
  EXPECT_EQ(untouched, Isa::sse42);
  const Isa unknown = static_cast<Isa>(isa_count());
  EXPECT_STREQ(name(unknown), "unknown");
  EXPECT_FALSE(is_built(unknown) || is_runnable(unknown));
  EXPECT_FALSE(is_built(Isa::automatic) || is_runnable(Isa::automatic));
}

TEST(Isa, ScalarAlwaysRunsAndTablesDiffer) {
  EXPECT_TRUE(is_runnable(Isa::scalar));
  std::set<decltype(KernelTable::dense)> kernels;
  std::size_t built = 0;
  for (std::size_t i = 0; i < isa_count(); ++i) {
    EXPECT_TRUE(!is_runnable(isa_at(i)) || is_built(isa_at(i)));
    if (!is_built(isa_at(i))) continue;
    ++built;
    kernels.insert(kernel_table(isa_at(i))->dense);
  }
  EXPECT_EQ(kernels.size(), built);
}

/// The other tests run over what this machine has. This one tells what they left out.
TEST(Isa, EveryBuiltOneRunsHere) {
  std::string missing;
  for (std::size_t i = 0; i < isa_count(); ++i)
    if (is_built(isa_at(i)) && !is_runnable(isa_at(i))) missing += std::string(" ") + name(isa_at(i));
  if (!missing.empty()) GTEST_SKIP() << "built, but this CPU cannot run:" << missing;
}

constexpr CpuWords haswell{.leaf1_ecx = 0x7ffafbffu, .leaf7_ebx = 0x000027abu, .xcr0 = 7};

TEST(Isa, Avx2NeedsEveryFeatureAndTheOperatingSystem) {
  EXPECT_TRUE(supports(haswell, Isa::avx2) && supports(haswell, Isa::sse42) && supports(haswell, Isa::scalar));
  EXPECT_FALSE(supports(haswell, Isa::automatic));
  for (const int missing :
       {0 /*sse3*/, 9 /*ssse3*/, 12 /*fma*/, 19 /*sse4.1*/, 20 /*sse4.2*/, 23 /*popcnt*/, 27 /*osxsave*/, 28 /*avx*/}) {
    CpuWords words = haswell;
    words.leaf1_ecx &= ~(1u << missing);
    EXPECT_FALSE(supports(words, Isa::avx2)) << "without leaf 1 ecx bit " << missing;
    const bool sse42_needs_it = missing != 12 && missing != 27 && missing != 28;
    EXPECT_EQ(supports(words, Isa::sse42), !sse42_needs_it) << "without leaf 1 ecx bit " << missing;
  }
  CpuWords words = haswell;
  words.leaf7_ebx &= ~(1u << 5);
  EXPECT_FALSE(supports(words, Isa::avx2)) << "AVX without AVX2";
  for (const std::uint32_t xcr0 : {0u, 1u, 3u, 5u}) {
    words = haswell;
    words.xcr0 = xcr0;
    EXPECT_FALSE(supports(words, Isa::avx2)) << "the operating system does not save ymm: xcr0 " << xcr0;
    EXPECT_TRUE(supports(words, Isa::sse42));
  }
  EXPECT_TRUE(supports(CpuWords{}, Isa::scalar));
  EXPECT_FALSE(supports(CpuWords{}, Isa::sse42) || supports(CpuWords{}, Isa::avx2));
}

/// Cascade Lake, the first with VNNI.
constexpr CpuWords cascade_lake{.leaf1_ecx = 0x7ffefbffu, .leaf7_ebx = 0xd39ffffbu, .leaf7_ecx = 0x00000808u, .xcr0 = 0xe7};

TEST(Isa, Avx512NeedsEveryFeatureAndTheOperatingSystem) {
  EXPECT_TRUE(supports(cascade_lake, Isa::avx512) && supports(cascade_lake, Isa::avx512vnni));
  EXPECT_FALSE(supports(haswell, Isa::avx512) || supports(haswell, Isa::avx512vnni));
  const auto expect_without = [](CpuWords words, bool avx512, const char* what, int bit) {
    EXPECT_EQ(supports(words, Isa::avx512), avx512) << "without " << what << " bit " << bit;
    EXPECT_FALSE(supports(words, Isa::avx512vnni)) << "without " << what << " bit " << bit;
  };
  for (const int missing : {0, 9, 12 /*fma*/, 19, 20, 23, 27 /*osxsave*/, 28 /*avx*/, 29 /*f16c*/}) {
    CpuWords words = cascade_lake;
    words.leaf1_ecx &= ~(1u << missing);
    expect_without(words, false, "leaf 1 ecx", missing);
  }
  for (const int missing : {5 /*avx2*/, 16 /*f*/, 17 /*dq*/, 28 /*cd*/, 30 /*bw*/, 31 /*vl*/}) {
    CpuWords words = cascade_lake;
    words.leaf7_ebx &= ~(1u << missing);
    expect_without(words, false, "leaf 7 ebx", missing);
  }
  for (const int missing : {1 /*xmm*/, 2 /*ymm*/, 5 /*opmask*/, 6 /*zmm, upper halves*/, 7 /*zmm16 and up*/}) {
    CpuWords words = cascade_lake;
    words.xcr0 &= ~(1u << missing);
    expect_without(words, false, "xcr0", missing);
  }
  CpuWords words = cascade_lake;
  words.leaf7_ecx &= ~(1u << 11);
  expect_without(words, true, "leaf 7 ecx", 11);
}

TEST(Isa, NeondotNeedsTheDotProductOfAnAArch64) {
  constexpr CpuWords cortex_a72{.isar0 = 0x0000000000011120u, .is_aarch64 = true};
  constexpr CpuWords cortex_a76{.isar0 = 0x0000100010211120u, .is_aarch64 = true};
  EXPECT_TRUE(supports(cortex_a72, Isa::neon) && !supports(cortex_a72, Isa::neondot));
  EXPECT_TRUE(supports(cortex_a76, Isa::neon) && supports(cortex_a76, Isa::neondot));
  CpuWords words = cortex_a76;
  words.is_aarch64 = false;
  EXPECT_FALSE(supports(words, Isa::neon) || supports(words, Isa::neondot));
  for (const int missing : {16 /*crc32*/, 20 /*atomics*/, 28 /*rdm*/, 44 /*dot product*/}) {
    words = cortex_a76;
    words.isar0 &= ~(std::uint64_t{0xf} << missing);
    EXPECT_FALSE(supports(words, Isa::neondot)) << "without four bits from " << missing;
    EXPECT_TRUE(supports(words, Isa::neon));
  }
  EXPECT_FALSE(supports(cascade_lake, Isa::neon) || supports(cascade_lake, Isa::wasm128));
  EXPECT_TRUE(supports(CpuWords{.is_wasm = true}, Isa::wasm128) && !supports(CpuWords{}, Isa::wasm128));
}

TEST(Isa, BestIsTheLastThatRuns) {
  Isa last = Isa::scalar;
  for (std::size_t i = 0; i < isa_count(); ++i)
    if (is_runnable(isa_at(i))) last = isa_at(i);
  EXPECT_EQ(best_isa(), last);
}

#if defined(__x86_64__)
TEST(Isa, DetectionAgreesWithTheOperatingSystem) {
  std::ifstream cpuinfo("/proc/cpuinfo");
  std::string line;
  while (std::getline(cpuinfo, line) && line.rfind("flags", 0) != 0) {
  }
  if (line.rfind("flags", 0) != 0) GTEST_SKIP() << "no flags in /proc/cpuinfo";
  std::istringstream words(line.substr(line.find(':') + 1));
  const std::set<std::string> flags{std::istream_iterator<std::string>(words), {}};
  const auto has = [&](std::initializer_list<const char*> names) {
    return std::all_of(names.begin(), names.end(), [&](const char* flag) { return flags.contains(flag); });
  };
  const bool avx512 = has({"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl", "avx2", "fma", "f16c"});
  EXPECT_EQ(is_runnable(Isa::sse42), has({"sse4_2", "popcnt"}));
  EXPECT_EQ(is_runnable(Isa::avx2), has({"avx2", "fma"}));
  EXPECT_EQ(is_runnable(Isa::avx512), avx512);
  EXPECT_EQ(is_runnable(Isa::avx512vnni), avx512 && has({"avx512_vnni"}));
}
#elif defined(__aarch64__) && defined(__linux__)
/// tests/runtime/CMakeLists.txt runs this on the CPUs of qemu that are named here.
TEST(Isa, DetectionAgreesWithTheOperatingSystem) {
  EXPECT_TRUE(is_runnable(Isa::neon));
  EXPECT_EQ(is_runnable(Isa::neondot), (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0);
  const char* const found = std::getenv("QEMU_CPU");
  const std::string cpu = found != nullptr ? found : "";
  EXPECT_TRUE(cpu != "max" || is_runnable(Isa::neondot));
  EXPECT_TRUE(cpu != "cortex-a72" || !is_runnable(Isa::neondot));
}
#endif

TEST(Status, EveryStatusHasAMessageOfItsOwn) {
  std::set<std::string> messages;
  for (int s = 0; s <= static_cast<int>(Status::io_error) + 1; ++s) {
    const std::string text = message(static_cast<Status>(s));
    EXPECT_FALSE(text.empty() || text.back() == '.');
    messages.insert(text);
  }
  EXPECT_EQ(messages.size(), static_cast<std::size_t>(Status::io_error) + 2);
  EXPECT_EQ(message(static_cast<Status>(-1)), std::string("unknown status"));
}

}  // namespace
}  // namespace crbrt::tests
