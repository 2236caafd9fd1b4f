// SPDX-License-Identifier: Apache-2.0
/// SHA-256 of whole files, and files that carry one of their own: what a run keeps for its successor is sealed, so that a bit
/// that flipped, a file that was cut off and a file that belongs elsewhere are noticed before they are used.
///
/// The seal is a last line, "crbrt-seal" and SHA-256 of the label and of all bytes before that line. The label says what the
/// file is (which run, which part): a file that was exchanged with another one has a seal, and a wrong one. HDF5 and zip
/// archives may be read with the line behind them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace crbrt::base {

/// 64 hex digits. Throws InputError "FILE: expected EXPECTED, found ..." where it cannot be read.
std::string sha256_of_file(const std::filesystem::path& file, const std::string& expected);

/// Appends the seal. Throws OutputError naming `shown`.
void seal(const std::filesystem::path& file, std::string_view label, const std::filesystem::path& shown);

/// Whether the file ends with a line that looks like a seal, right or wrong: one of a version before seals has none.
bool has_seal(const std::filesystem::path& file);

/// Whether the file ends with the seal of this label and of its own bytes. A file that cannot be read has none.
bool is_sealed(const std::filesystem::path& file, std::string_view label);

/// The bytes before the seal; empty where is_sealed() is false.
std::optional<std::string> sealed_bytes(const std::filesystem::path& file, std::string_view label);

}  // namespace crbrt::base
