// Hashes are compared, because a model need not carry the basis it was trained for; numbers only where they are there.
#include "tools/volume/basis_check.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "base/json_reader.h"
#include "base/model_file.h"
#include "crbrt/loader.hpp"
#include "physics/basis.h"
#include "tools/volume/basis_file.h"

namespace crbrt::volume {
namespace {

/// Tools of other systems write hexadecimal digits in capitals, a name of the hash before them, or the end of a line behind.
std::string digits_of(std::string text) {
  constexpr std::string_view blanks = " \t\r\n", prefix = "sha256:";
  text.erase(0, std::min(text.find_first_not_of(blanks), text.size()));
  text.erase(text.find_last_not_of(blanks) + 1);
  if (text.starts_with(prefix)) text.erase(0, prefix.size());
  for (char& c : text)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

void expect_same(const BasisIdentity& expected, const std::string& file, const std::string& found) {
  if (digits_of(found) == expected.sha256) return;
  throw base::DisagreementError(file, "the basis of " + expected.owner + " (SHA-256 " + expected.sha256 + ")",
                                found.empty() ? "no hash" : found);
}

/// Single precision keeps 24 binary digits; entries of orthonormal columns are at most 1.
bool is_rounded(const Eigen::MatrixXd& basis, const BasisIdentity& expected) {
  constexpr double rounding = 0x1p-23;
  if (static_cast<std::size_t>(basis.size()) != expected.values.size()) return false;
  for (Eigen::Index i = 0; i < basis.size(); ++i)
    if (!(std::abs(basis.data()[i] - expected.values[static_cast<std::size_t>(i)]) <= rounding)) return false;
  return true;
}

void check_file(const BasisIdentity& expected, const std::string& spec) {
  if (spec.ends_with(".crbm")) return expect_same(expected, spec, base::load_model(spec).info().basis_sha256);
  const auto n_coeff = static_cast<Eigen::Index>(expected.n_coeff);
  const Eigen::MatrixXd basis = read_basis(spec);
  if (basis.cols() < n_coeff) {
    throw base::DisagreementError(spec, "at least " + std::to_string(n_coeff) + " columns (" + expected.owner + ")",
                                  std::to_string(basis.cols()));
  }
  const Eigen::MatrixXd leading = basis.leftCols(n_coeff);
  if (!is_rounded(leading, expected)) expect_same(expected, spec, physics::sha256_of(leading));
}

/// The sidecar, where it is an object of JSON. Images have sidecars of many programs, which may say nothing of interest.
std::optional<base::JsonReader> read_sidecar(const std::string& path, base::Warnings& warnings) {
  std::error_code unreadable;
  if (!std::filesystem::exists(path, unreadable)) return std::nullopt;
  try {
    const base::JsonReader json = base::JsonReader::from_file(path);
    json.keys();  // throws for what is no object
    return json;
  } catch (const base::InputError& error) {
    warnings.add(std::string(error.what()) + "; the sidecar is not used");
    return std::nullopt;
  }
}

/// The text behind a key, where there is one.
std::optional<std::string> text_at(const base::JsonReader& json, const char* key, base::Warnings& warnings) {
  if (!json.has(key)) return std::nullopt;
  try {
    const std::string text = json.at(key).text();
    if (!text.empty()) return text;
    json.at(key).fail("a SHA-256", "no digits");
  } catch (const base::InputError& error) {
    warnings.add(std::string(error.what()) + "; the key is not used");
    return std::nullopt;
  }
}

}  // namespace

BasisCheck check_basis(const BasisIdentity& expected, const std::string& basis, const std::vector<FileSpec>& input,
                       base::Warnings& warnings) {
  BasisCheck check = BasisCheck::unknown;
  if (!basis.empty()) {
    check_file(expected, basis);
    check = BasisCheck::verified;
  }
  for (const FileSpec& file : input) {
    const std::string sidecar = file.sidecar_path();
    const auto json = read_sidecar(sidecar, warnings);
    if (!json) continue;
    for (const char* key : {"basis_sha256", "BasisSHA256"}) {  // as people write it, and as our own sidecars do
      const std::optional<std::string> hash = text_at(*json, key, warnings);
      if (!hash) continue;
      expect_same(expected, sidecar, *hash);
      check = BasisCheck::verified;
    }
  }
  return check;
}

base::Json to_json(BasisCheck check) { return check == BasisCheck::verified ? base::Json(true) : base::Json("unknown"); }

}  // namespace crbrt::volume
