// SPDX-License-Identifier: Apache-2.0
#include "tools/simulate/foreign_share.h"

#include <charconv>
#include <string_view>

#include "base/error.h"
#include "base/number_text.h"
#include "physics/counter_random.h"

namespace crbrt::simulate {
namespace {

bool parse_number(std::string_view text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

bool Share::holds(std::uint64_t row) const {
  const double draw = physics::CounterRandom(0, physics::Stream::share, row).uniform();
  return draw >= from && draw < to;
}

Share parse_share(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string_view view = text;
  Share share;
  if (colon == std::string::npos || !parse_number(view.substr(0, colon), share.from) ||
      !parse_number(view.substr(colon + 1), share.to) || !(share.from >= 0 && share.from < share.to && share.to <= 1))
    throw base::UsageError("--share: expected FROM:TO with 0 <= FROM < TO <= 1, found " + text);
  return share;
}

std::string in_words(const Share& share) {
  return base::number_text(share.from, "%.15g") + ":" + base::number_text(share.to, "%.15g");
}

void keep_share(ForeignFile& file, const Share& share) {
  std::vector<Eigen::Index> kept;
  for (std::size_t i = 0; i < file.rows.size(); ++i)
    if (share.holds(file.rows[i])) kept.push_back(static_cast<Eigen::Index>(i));
  file.keep(kept);
}

}  // namespace crbrt::simulate
