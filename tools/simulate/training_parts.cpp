// Chunks are small HDF5 files: a kill can lose the one being written, never damage a finished one.
#include "tools/simulate/training_chunk.h"

#include <sstream>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/parts_folder.h"
#include "base/read_file.h"
#include "physics/io/hdf5_writer.h"

namespace crbrt::simulate {
namespace {

namespace fs = std::filesystem;
using physics::Hdf5Reader;
using physics::Hdf5Writer;

constexpr const char* arguments_file = "arguments.json";
constexpr const char* basis_file = "basis.h5";

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

TrainingParts::TrainingParts(const std::string& out, const std::string& arguments) : folder_(out + ".partial") {
  base::expect_parts_folder(folder_, arguments_file);
  std::error_code error;
  fs::create_directory(folder_, error);
  if (error) throw base::OutputError(folder_.string(), error.message());
  const fs::path file = folder_ / arguments_file;
  if (!fs::exists(file) || !has_parts()) {
    base::write_text_file(file, arguments);
  } else if (const std::string found = base::read_file(file.string(), "the arguments of the parts"); found != arguments) {
    const auto [ours, theirs] = first_difference(arguments, found);
    throw base::InputError(folder_.string(), "the parts of the same command (remove them to start anew), " + ours, theirs);
  }
}

TrainingParts::~TrainingParts() {
  if (!has_parts()) remove();
}

bool TrainingParts::has_parts() const { return fs::exists(folder_ / basis_file) || fs::exists(chunk_path(0)); }

fs::path TrainingParts::chunk_path(std::uint64_t index) const { return folder_ / ("chunk-" + std::to_string(index) + ".h5"); }

std::optional<Eigen::MatrixXd> TrainingParts::basis() const {
  const fs::path path = folder_ / basis_file;
  if (!fs::exists(path)) return std::nullopt;
  return columns_of<Eigen::MatrixXd>(Hdf5Reader(path.string()).real("columns"));
}

void TrainingParts::save_basis(const Eigen::MatrixXd& basis) const {
  base::AtomicFile output(folder_ / basis_file);
  Hdf5Writer file(output.temporary().string(), output.target().string());
  write_columns(file, "columns", basis);
  file.close();
  output.commit();
}

std::optional<Fingerprints> TrainingParts::chunk(std::uint64_t index) const {
  const fs::path path = chunk_path(index);
  if (!fs::exists(path)) return std::nullopt;
  const Hdf5Reader file(path.string());
  const auto count = [&](const char* name) { return static_cast<std::uint64_t>(file.number_attribute("/", name)); };
  const physics::Array<double> signal = file.real("signal_per_m0_crb");
  return Fingerprints{columns_of<Eigen::MatrixXcd>(file.complex("coefficients")),
                      columns_of<Eigen::MatrixXd>(file.real("parameters")), columns_of<Eigen::MatrixXd>(file.real("crb")),
                      Eigen::Map<const Eigen::VectorXd>(signal.values.data(), static_cast<Eigen::Index>(signal.values.size())),
                      Dropped{count("no_signal"), count("ill_conditioned"), count("no_bound")}};
}

void TrainingParts::save_chunk(std::uint64_t index, const Fingerprints& chunk) const {
  base::AtomicFile output(chunk_path(index));
  Hdf5Writer file(output.temporary().string(), output.target().string());
  write_columns(file, "coefficients", chunk.coefficients);
  write_columns(file, "parameters", chunk.parameters);
  write_columns(file, "crb", chunk.crb);
  file.write("signal_per_m0_crb", {static_cast<std::size_t>(chunk.signal_per_m0_crb.size())}, chunk.signal_per_m0_crb.data());
  file.attribute("/", "no_signal", static_cast<double>(chunk.dropped.no_signal));
  file.attribute("/", "ill_conditioned", static_cast<double>(chunk.dropped.ill_conditioned));
  file.attribute("/", "no_bound", static_cast<double>(chunk.dropped.no_bound));
  file.close();
  output.commit();
}

void TrainingParts::remove() const {
  base::remove_parts(folder_, arguments_file,
                     [](const std::string& name) { return name == basis_file || base::is_numbered(name, "chunk-", ".h5"); });
}

}  // namespace crbrt::simulate
