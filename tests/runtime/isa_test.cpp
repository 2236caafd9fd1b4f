// Instruction sets: names, the decision from CPU words, and that decision against what the operating system reports.
#include "crbrt/isa.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "crbrt/status.h"
#include "runtime/src/isa_detect.h"
#include "runtime/src/kernel_table.h"

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
  EXPECT_EQ(names, (std::set<std::string>{"scalar", "sse4.2", "avx2"}));
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

constexpr CpuWords haswell{0x7ffafbffu, 0x000027abu, 7};

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

TEST(Isa, DetectionAgreesWithTheOperatingSystem) {
  std::ifstream cpuinfo("/proc/cpuinfo");
  std::string line;
  while (std::getline(cpuinfo, line) && line.rfind("flags", 0) != 0) {
  }
  if (line.rfind("flags", 0) != 0 || !is_built(Isa::avx2)) GTEST_SKIP() << "no x86 flags in /proc/cpuinfo";
  std::istringstream words(line.substr(line.find(':') + 1));
  const std::set<std::string> flags{std::istream_iterator<std::string>(words), {}};
  const auto has = [&](const char* flag) { return flags.contains(flag); };
  EXPECT_EQ(is_runnable(Isa::sse42), has("sse4_2") && has("popcnt"));
  EXPECT_EQ(is_runnable(Isa::avx2), has("avx2") && has("fma"));
  EXPECT_EQ(best_isa(), is_runnable(Isa::avx2) ? Isa::avx2 : is_runnable(Isa::sse42) ? Isa::sse42 : Isa::scalar);
}

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
