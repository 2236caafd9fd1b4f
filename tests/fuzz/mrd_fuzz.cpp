// SPDX-License-Identifier: Apache-2.0
// Any bytes at all as what a client says to crbrt-mrd. The first byte chooses how large the pieces are in which they come. They
// are taken, or refused in one line; what goes back is messages of MRD, and all memory of the budget comes back.
//     build/fuzz/bin/crbrt_mrd_fuzz -max_total_time=60 FOLDER tests/fuzz/corpus/mrd
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "tests/fuzz/reader_fuzz.h"
#include "tests/tools/mrd/mrd_service.h"

namespace {

using namespace crbrt;
using fuzz::require;

constexpr std::size_t most_volume_bytes = std::size_t{1} << 16, budget_bytes = std::size_t{8} << 20;

/// One config of each kind of dimension: "channel", "contrast", "set".
const mrd::Service& service() {
  static const mrd::Service all = [] {
    std::vector<mrd::Config> configs;
    for (const auto dimension : {mrd::Dimension::channel, mrd::Dimension::contrast, mrd::Dimension::set}) {
      configs.push_back(tests::config_of(tests::tiny_uncertain_spec(), dimension));
      configs.back().name = mrd::name_of(dimension);
    }
    configs[1] = tests::config_of(tests::tiny_spec(), mrd::Dimension::contrast);
    configs[1].name = "contrast";
    return mrd::Service{.configs = mrd::configs_by_name(configs), .most_volume_bytes = most_volume_bytes};
  }();
  return all;
}

/// What goes back is read as it was written.
void read_back(const mrd::Reply& reply) {
  mrd::MemoryBudget budget(budget_bytes);
  mrd::MessageParser parser(budget, most_volume_bytes, nullptr);
  std::string bytes = reply.head;
  bytes.append(reinterpret_cast<const char*>(reply.numbers().data()), reply.numbers().size());
  for (std::size_t at = 0; at < bytes.size();) {
    const std::span<std::byte> wanted = parser.wanted();
    const std::size_t n = std::min(wanted.size(), bytes.size() - at);
    std::copy_n(reinterpret_cast<const std::byte*>(bytes.data()) + at, n, wanted.data());
    at += n;
    const bool is_whole = parser.advance(n);
    require(is_whole == (at == bytes.size()));
    if (is_whole) parser.take();
  }
}

void converse(mrd::MemoryBudget& budget, std::span<const std::uint8_t> bytes, std::size_t piece) {
  mrd::Dialogue dialogue(service(), budget, [](const std::string& line) { require(line.find('\n') == std::string::npos); });
  try {
    while (!bytes.empty()) {
      const std::span<std::byte> wanted = dialogue.wanted();
      require(!wanted.empty());
      const std::size_t n = std::min({wanted.size(), piece, bytes.size()});
      std::copy_n(reinterpret_cast<const std::byte*>(bytes.data()), n, wanted.data());
      bytes = bytes.subspan(n);
      dialogue.advance(n);
      while (dialogue.has_group()) {
        const mrd::MappedGroup mapped = dialogue.next_group()();
        dialogue.tell(mapped);
        for (const mrd::Reply& reply : mapped.replies) read_back(reply);
      }
      for (const mrd::Reply& text : dialogue.texts()) read_back(text);
    }
    dialogue.summary();
  } catch (const mrd::Refusal& refusal) {
    require(std::string(refusal.what()).find('\n') == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  mrd::MemoryBudget budget(budget_bytes);
  converse(budget, {data + 1, size - 1}, data[0] == 0 ? size : data[0]);
  require(budget.used() == 0);
  return 0;
}
