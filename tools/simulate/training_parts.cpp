// SPDX-License-Identifier: Apache-2.0
// Chunks are small HDF5 files: a kill can lose the one being written, never damage a finished one. What a disk, a person or a
// second program did to them, their seals tell.
#include <sstream>

#include "base/error.h"
#include "physics/io/hdf5_writer.h"
#include "tools/simulate/training_chunk.h"

namespace crbrt::simulate {
namespace {

namespace fs = std::filesystem;
using physics::Hdf5Reader;
using physics::Hdf5Writer;

constexpr const char* basis_file = "basis.h5";

std::string chunk_file(std::uint64_t index) { return "chunk-" + std::to_string(index) + ".h5"; }

/// The first line in which two texts differ, for a message.
std::pair<std::string, std::string> first_difference(const std::string& expected, const std::string& found) {
  std::istringstream a(expected), b(found);
  std::string line_a, line_b;
  while (std::getline(a, line_a) && std::getline(b, line_b) && line_a == line_b) {
  }
  return {line_a, line_b};
}

template <class Matrix, class Values>
Matrix columns_of(const physics::Array<Values>& rows) {
  return Eigen::Map<const Matrix>(rows.values.data(), static_cast<Eigen::Index>(rows.shape[1]),
                                  static_cast<Eigen::Index>(rows.shape[0]));
}

template <class Matrix>
void write_columns(Hdf5Writer& file, const std::string& name, const Matrix& columns) {
  file.write(name, {static_cast<std::size_t>(columns.cols()), static_cast<std::size_t>(columns.rows())}, columns.data());
}

}  // namespace

TrainingParts::TrainingParts(const std::string& out, const std::string& arguments, base::Warnings& warnings)
    : folder_(out + ".partial",
              {"arguments.json",
               [](const std::string& name) { return name == basis_file || base::is_numbered(name, "chunk-", ".h5"); }},
              warnings) {
  const std::optional<std::string> found = folder_.identity();
  if (found && *found != arguments && folder_.has_parts()) {
    const auto [ours, theirs] = first_difference(arguments, *found);
    throw base::InputError(folder_.path().string(), "the parts of the same command (remove them to start anew), " + ours,
                           theirs);
  }
  folder_.set_identity(arguments);
}

std::optional<Eigen::MatrixXd> TrainingParts::basis() const {
  const std::optional<fs::path> path = folder_.part(basis_file, "");
  if (!path) return std::nullopt;
  return columns_of<Eigen::MatrixXd>(Hdf5Reader(path->string()).real("columns"));
}

void TrainingParts::save_basis(const Eigen::MatrixXd& basis) const {
  folder_.keep(basis_file, "", [&](const fs::path& path, const fs::path& shown) {
    Hdf5Writer file(path.string(), shown.string());
    write_columns(file, "columns", basis);
    file.close();
  });
}

std::optional<Fingerprints> TrainingParts::chunk(std::uint64_t index, const std::string& content) const {
  const std::optional<fs::path> path = folder_.part(chunk_file(index), content);
  if (!path) return std::nullopt;
  const Hdf5Reader file(path->string());
  const auto count = [&](const char* name) { return static_cast<std::uint64_t>(file.number_attribute("/", name)); };
  const physics::Array<double> signal = file.real("signal_per_m0_crb");
  const bool has_jacobian = file.has("jacobian");
  return Fingerprints{columns_of<Eigen::MatrixXcd>(file.complex("coefficients")),
                      columns_of<Eigen::MatrixXd>(file.real("parameters")),
                      columns_of<Eigen::MatrixXd>(file.real("crb")),
                      Eigen::Map<const Eigen::VectorXd>(signal.values.data(), static_cast<Eigen::Index>(signal.values.size())),
                      has_jacobian ? columns_of<Eigen::MatrixXcf>(file.complex_single("jacobian"))
                                   : Eigen::MatrixXcf(0, static_cast<Eigen::Index>(signal.values.size())),
                      Dropped{count("no_signal"), count("ill_conditioned"), count("no_bound")}};
}

void TrainingParts::save_chunk(std::uint64_t index, const std::string& content, const Fingerprints& chunk) const {
  folder_.keep(chunk_file(index), content, [&](const fs::path& path, const fs::path& shown) {
    Hdf5Writer file(path.string(), shown.string());
    write_columns(file, "coefficients", chunk.coefficients);
    write_columns(file, "parameters", chunk.parameters);
    write_columns(file, "crb", chunk.crb);
    file.write("signal_per_m0_crb", {static_cast<std::size_t>(chunk.signal_per_m0_crb.size())}, chunk.signal_per_m0_crb.data());
    if (chunk.jacobian.rows() > 0) write_columns(file, "jacobian", chunk.jacobian);
    file.attribute("/", "no_signal", static_cast<double>(chunk.dropped.no_signal));
    file.attribute("/", "ill_conditioned", static_cast<double>(chunk.dropped.ill_conditioned));
    file.attribute("/", "no_bound", static_cast<double>(chunk.dropped.no_bound));
    file.close();
  });
}

}  // namespace crbrt::simulate
