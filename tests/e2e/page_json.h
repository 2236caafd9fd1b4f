// SPDX-License-Identifier: Apache-2.0
/// What a page of --report says, for tests without a browser.
#pragma once

#include <stdexcept>
#include <string>

#include "base/json.h"

namespace crbrt::tests {

/// The JSON inside a page. Throws where there is none.
inline base::Json report_in(const std::string& page) {
  const std::string begin = "<script type=\"application/json\" id=\"report\">";
  const std::size_t at = page.find(begin);
  if (at == std::string::npos) throw std::runtime_error("the page has no JSON");
  const std::size_t from = at + begin.size();
  return base::Json::parse(page.substr(from, page.find("</script>", from) - from), "page");
}

}  // namespace crbrt::tests
