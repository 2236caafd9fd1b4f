// SPDX-License-Identifier: Apache-2.0
/// The basis of a data set that is made of somebody else's dictionary.
#pragma once

#include <string>

#include "base/warnings.h"
#include "physics/basis.h"
#include "tools/simulate/commands.h"
#include "tools/simulate/foreign_file.h"

namespace crbrt::simulate {

/// The file's own attribute, else SHA-256 of the words that describe the dictionary: training, validation and unseen sets of
/// one simulator have one hash, so its rows are not in it. Throws base::InputError for an attribute that is no hash.
std::string dictionary_sha256(const ForeignHead& head);

struct NamedBasis {
  physics::Basis columns;
  std::string origin, warning;  ///< for provenance; mostly there is nothing to warn of
};

/// Of --basis, else of the file, else made of the signals, with a rank that --rank auto chooses and says. Throws
/// base::UsageError, base::InputError and base::DisagreementError.
NamedBasis basis_of(const Options& o, const ForeignFile& file, const std::string& sequence_sha256, base::Warnings& warnings);

}  // namespace crbrt::simulate
