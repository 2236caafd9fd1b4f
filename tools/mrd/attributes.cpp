// SPDX-License-Identifier: Apache-2.0
// Numbers go in as texts: ISMRMRD's own writer of numbers keeps six digits of a double
// (findings/ismrmrd_meta_keeps_six_digits.sh).
#include "tools/mrd/attributes.h"

#include <ismrmrd/meta.h>
#include <ismrmrd/xml.h>

#include <algorithm>
#include <exception>
#include <sstream>

namespace crbrt::mrd {
namespace {

/// Empty where it is no such XML; texts of strangers make the library throw.
std::optional<ISMRMRD::MetaContainer> parsed(const std::string& xml) {
  ISMRMRD::MetaContainer container;
  try {
    ISMRMRD::deserialize(xml.c_str(), container);
  } catch (const std::exception&) {
    return std::nullopt;
  }
  return container;
}

void set(ISMRMRD::MetaContainer& container, const Attribute& attribute) {
  container.remove(attribute.name.c_str());
  for (const std::string& value : attribute.values) container.append(attribute.name.c_str(), value.c_str());
}

}  // namespace

std::string merged_attributes(const std::string& carried, const std::vector<Attribute>& own,
                              const std::vector<Attribute>& defaults, bool& is_readable) {
  const auto found = parsed(carried);
  is_readable = carried.empty() || found.has_value();
  ISMRMRD::MetaContainer container = found.value_or(ISMRMRD::MetaContainer{});
  for (const Attribute& attribute : own) set(container, attribute);
  for (const Attribute& attribute : defaults)
    if (container.length(attribute.name.c_str()) == 0) set(container, attribute);
  std::ostringstream text;
  ISMRMRD::serialize(container, text);
  return text.str();
}

std::optional<std::string> attribute_of(const std::string& xml, std::initializer_list<const char*> names) {
  if (xml.empty()) return std::nullopt;
  const auto container = parsed(xml);
  if (!container) return std::nullopt;
  for (const char* const name : names)
    if (container->length(name) > 0) return container->as_str(name);
  return std::nullopt;
}

MeasurementHeader measurement_header(const std::string& xml) {
  MeasurementHeader found;
  ISMRMRD::IsmrmrdHeader header;
  try {
    ISMRMRD::deserialize(xml.c_str(), header);
  } catch (const std::exception&) {
    return found;
  }
  found.is_readable = true;
  if (!header.userParameters) return found;
  const auto is_one_of = [](const std::string& name, std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(), [&](const char* key) { return name == key; });
  };
  for (const ISMRMRD::UserParameterString& parameter : header.userParameters->userParameterString) {
    if (is_one_of(parameter.name, basis_keys)) found.basis_sha256 = parameter.value;
    if (is_one_of(parameter.name, sequence_keys)) found.sequence_sha256 = parameter.value;
  }
  return found;
}

}  // namespace crbrt::mrd
