// SPDX-License-Identifier: Apache-2.0
// Hashes are compared, because a model need not carry the basis it was trained for; numbers only where they are there.
#include "tools/volume/basis_check.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/json_reader.h"
#include "base/model_file.h"
#include "crbrt/loader.hpp"
#include "physics/basis.h"
#include "tools/volume/basis_file.h"

namespace crbrt::volume {
namespace {

/// What it looks like beside the expected one, for people: "; columns 2, 5 have the other sign".
std::string difference(const physics::Basis& expected, const physics::Basis& found) {
  if (expected.cols() == 0) return "";
  if (expected.rows() != found.rows())
    return "; it has " + std::to_string(found.rows()) + " frames, not " + std::to_string(expected.rows());
  constexpr double tolerance = 1e-3;
  const Eigen::MatrixXcd products = expected.complex().adjoint() * found.complex();
  const Eigen::VectorXcd own = products.diagonal();
  if ((own.cwiseAbs().array() > 1 - tolerance).all()) {
    std::string flipped;
    for (Eigen::Index i = 0; i < own.size(); ++i)
      if (std::abs(own[i] + 1.0) < tolerance) flipped += (flipped.empty() ? "" : ", ") + std::to_string(i + 1);
    const bool is_turned = ((own.cwiseAbs2() - own.real().cwiseAbs2()).array() > tolerance).any();
    if (is_turned) return "; columns have another phase";
    return flipped.empty() ? "" : "; the sign is the opposite one in column " + flipped;
  }
  const double shared = products.squaredNorm() / static_cast<double>(products.cols());
  return shared > 1 - tolerance ? "; it spans the same subspace with other columns" : "";
}

void expect_same(const ExpectedBasis& expected, const std::string& file, const physics::BasisIdentity& found) {
  if (is_same(expected.identity, found)) return;
  const std::string sha256 = found.sha256.empty() ? found.sha256_single : found.sha256;
  throw base::DisagreementError(file, "the basis of " + expected.owner + " (SHA-256 " + expected.identity.sha256 + ")",
                                (sha256.empty() ? "no hash" : sha256) +
                                    (found.basis.cols() == 0 ? "" : difference(expected.identity.basis, found.basis)));
}

void check_file(const ExpectedBasis& expected, const std::string& spec, base::Warnings& warnings) {
  if (spec.ends_with(".crbm")) return expect_same(expected, spec, physics::identity_of_model(base::load_model(spec).info()));
  const auto n_coeff = static_cast<Eigen::Index>(expected.n_coeff);
  const physics::Basis basis = read_basis(spec, warnings);
  if (basis.cols() < n_coeff) {
    throw base::DisagreementError(spec, "at least " + std::to_string(n_coeff) + " columns (" + expected.owner + ")",
                                  std::to_string(basis.cols()));
  }
  expect_same(expected, spec, physics::identity_of(basis.leading(n_coeff)));
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

BasisCheck check_basis(const ExpectedBasis& expected, const std::string& basis, const std::vector<FileSpec>& input,
                       base::Warnings& warnings) {
  BasisCheck check = BasisCheck::unknown;
  if (!basis.empty()) {
    check_file(expected, basis, warnings);
    check = BasisCheck::verified;
  }
  for (const FileSpec& file : input) {
    const std::string sidecar = file.sidecar_path();
    const auto json = read_sidecar(sidecar, warnings);
    if (!json) continue;
    // As people write it, and as our own sidecars do.
    for (const auto& [key, key_of_single] :
         {std::pair{"basis_sha256", "basis_sha256_single"}, std::pair{"BasisSHA256", "BasisSHA256Single"}}) {
      const std::optional<std::string> sha256 = text_at(*json, key, warnings), single = text_at(*json, key_of_single, warnings);
      if (!sha256 && !single) continue;
      expect_same(expected, sidecar, {hash_digits(sha256.value_or("")), hash_digits(single.value_or(""))});
      check = BasisCheck::verified;
    }
  }
  return check;
}

std::string hash_digits(std::string text) {
  constexpr std::string_view blanks = " \t\r\n", prefix = "sha256:";
  text.erase(0, std::min(text.find_first_not_of(blanks), text.size()));
  text.erase(text.find_last_not_of(blanks) + 1);
  if (text.starts_with(prefix)) text.erase(0, prefix.size());
  for (char& c : text)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

base::Json to_json(BasisCheck check) { return check == BasisCheck::verified ? base::Json(true) : base::Json("unknown"); }

}  // namespace crbrt::volume
