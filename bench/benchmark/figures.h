// SPDX-License-Identifier: Apache-2.0
/// Numbers of a document, as they stand in text, tables and drawings of its page.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace crbrt::bench {

/// The value under "a.b.c"; null where it is absent.
const base::Json* find_key(const base::Json& document, const std::string& key);

/// Empty where there is no number under the key.
std::optional<double> number_of(const base::Json& document, const std::string& key);

/// Three digits that count: "0.00123", "45.6", "1,234", "1.2e+09".
std::string digits(double value);

/// The number as HTML that says its key on hovering; "-" where there is none.
std::string figure(const base::Json& document, const std::string& key, double unit = 1);

/// An estimator by its name in the document, and its number on the page.
struct Numbered {
  std::string name, number;
};
/// Those of the comparison, in the order of the document.
std::vector<Numbered> estimators_of(const base::Json& document);
/// Least squares, refinement, dictionaries and networks have one each.
std::string colour_of(const std::string& estimator);
/// The number in a circle.
std::string dot(const Numbered& estimator);

/// A table: head and rows of finished HTML.
std::string html_table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows);

}  // namespace crbrt::bench
