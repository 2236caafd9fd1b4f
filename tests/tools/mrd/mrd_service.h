// SPDX-License-Identifier: Apache-2.0
/// A service of a small model, and a client's bytes through a dialogue.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/model_builder.h"
#include "tools/mrd/dialogue.h"

namespace crbrt::tests {

inline mrd::Config config_of(const ModelSpec& spec, mrd::Dimension dimension = mrd::Dimension::channel) {
  return {.name = "crbrt",
          .model = std::make_shared<const mrd::LoadedModel>(mrd::LoadedModel{spec.name + ".crbm", load(spec)}),
          .coefficients = dimension};
}

inline mrd::Service service_of(const mrd::Config& config) { return {.configs = mrd::configs_by_name({config})}; }

/// What a client got.
struct Answers {
  std::vector<std::string> texts;
  std::vector<mrd::Reply> images;
  std::string refusal;
};

/// Says `bytes` to a dialogue of the service and maps what is whole at once.
inline Answers answers_to(const mrd::Service& service, const std::string& bytes,
                          std::size_t budget_bytes = std::size_t{64} << 20) {
  mrd::MemoryBudget budget(budget_bytes);
  mrd::Dialogue dialogue(service, budget, [](const std::string&) {});
  Answers answers;
  const auto take_texts = [&] {
    for (const mrd::Reply& text : dialogue.texts()) answers.texts.push_back(text.head.substr(6));
  };
  try {
    for (std::size_t at = 0; at < bytes.size();) {
      const std::span<std::byte> wanted = dialogue.wanted();
      const std::size_t n = std::min(wanted.size(), bytes.size() - at);
      std::copy_n(reinterpret_cast<const std::byte*>(bytes.data()) + at, n, wanted.data());
      at += n;
      dialogue.advance(n);
      take_texts();
      while (dialogue.has_group()) {
        mrd::MappedGroup mapped = dialogue.next_group()();
        dialogue.tell(mapped);
        take_texts();
        std::move(mapped.replies.begin(), mapped.replies.end(), std::back_inserter(answers.images));
      }
    }
    if (dialogue.is_closed()) answers.texts.push_back(dialogue.summary());
  } catch (const mrd::Refusal& refusal) {
    answers.refusal = refusal.what();
  }
  return answers;
}

}  // namespace crbrt::tests
