// SPDX-License-Identifier: Apache-2.0
/// Unique identifiers that follow from what they name: the same maps of the same series have the same ones, so that a PACS
/// knows files that are sent twice, and other numbers have others.
#pragma once

#include <string>

#include "base/sha256.h"

namespace crbrt::dicom {

/// "2.25." and the decimal number of a UUID (PS3.5 B.2) of version 8 [RFC 9562] made of the first 16 bytes.
std::string uid_of(base::Sha256Digest digest);

}  // namespace crbrt::dicom
