// Hashes are compared, not numbers: a model need not carry the basis it was trained for.
#include "tools/volume/basis_check.h"

#include <Eigen/Core>
#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "base/json_reader.h"
#include "base/model_file.h"
#include "crbrt/loader.hpp"
#include "physics/basis.h"
#include "physics/io/sequence_io.h"

namespace crbrt::volume {
namespace {

/// Tools of other systems write hexadecimal digits in capitals.
std::string in_small_letters(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

void expect_same(const BasisIdentity& expected, const std::string& file, const std::string& found) {
  if (in_small_letters(found) == expected.sha256) return;
  throw base::DisagreementError(file, "the basis of " + expected.owner + " (SHA-256 " + expected.sha256 + ")",
                                found.empty() ? "no hash" : found);
}

std::string sha256_of_basis(const BasisIdentity& expected, const std::string& spec) {
  if (spec.ends_with(".crbm")) return base::load_model(spec).info().basis_sha256;
  const Eigen::MatrixXd basis = physics::read_basis(spec);
  const auto n_coeff = static_cast<Eigen::Index>(expected.n_coeff);
  if (basis.cols() < n_coeff) {
    throw base::DisagreementError(spec, "at least " + std::to_string(n_coeff) + " columns (" + expected.owner + ")",
                                  std::to_string(basis.cols()));
  }
  return physics::sha256_of(basis.leftCols(n_coeff));
}

}  // namespace

BasisCheck check_basis(const BasisIdentity& expected, const std::string& basis, const FileSpec& input) {
  BasisCheck check = BasisCheck::unknown;
  if (!basis.empty()) {
    expect_same(expected, basis, sha256_of_basis(expected, basis));
    check = BasisCheck::verified;
  }
  const std::string sidecar = input.sidecar_path();
  std::error_code unreadable;
  if (std::filesystem::exists(sidecar, unreadable)) {
    const base::JsonReader json = base::JsonReader::from_file(sidecar);
    for (const char* key : {"basis_sha256", "BasisSHA256"}) {  // as people write it, and as our own sidecars do
      if (!json.has(key)) continue;
      expect_same(expected, sidecar, json.at(key).text());
      check = BasisCheck::verified;
    }
  }
  return check;
}

base::Json to_json(BasisCheck check) { return check == BasisCheck::verified ? base::Json(true) : base::Json("unknown"); }

}  // namespace crbrt::volume
