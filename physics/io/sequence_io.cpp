// Reading of sequences and bases.
#include "physics/io/sequence_io.h"

#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/json_reader.h"
#include "physics/io/hdf5_reader.h"

namespace crbrt::physics {
namespace {

// TR given twice: agreement up to the digits that a person types.
constexpr double tr_tolerance_rel = 1e-9;

// Single-precision bases of thousands of frames are orthonormal to about 1e-6.
constexpr double orthonormality_tolerance = 1e-4;

using Trains = std::vector<std::vector<double>>;

Trains trains_of(const base::JsonReader& json) {
  const std::vector<base::JsonReader> items = json.items();
  if (!items.empty() && items.front().is_number()) return {json.numbers()};
  Trains trains;
  for (const base::JsonReader& item : items) trains.push_back(item.numbers());
  return trains;
}

Trains trains_of(const Hdf5Reader& file, const std::string& name) {
  const Array<double> array = file.real(name);
  if (array.shape.empty() || array.shape.size() > 2)
    throw base::InputError(file.path(), name + " of shape [cycles, pulses]", "shape " + shape_text(array.shape));
  const std::size_t n_pulse = array.shape.back(), n_cycle = array.shape.size() == 2 ? array.shape.front() : 1;
  Trains trains;
  for (std::size_t c = 0; c < n_cycle; ++c) {
    const auto from = array.values.begin() + static_cast<std::ptrdiff_t>(c * n_pulse);
    trains.emplace_back(from, from + static_cast<std::ptrdiff_t>(n_pulse));
  }
  return trains;
}

Sequence sequence_of(const std::string& path, double tr_s, const std::string& alpha_name, Trains alpha,
                     const std::string& trf_name, Trains trf) {
  if (alpha.size() != trf.size())
    throw base::InputError(path, "as many cycles in " + trf_name + " as in " + alpha_name + ", " + std::to_string(alpha.size()),
                           std::to_string(trf.size()));
  Sequence sequence{std::filesystem::path(path).stem().string(), tr_s, {}};
  for (std::size_t c = 0; c < alpha.size(); ++c) sequence.cycles.push_back({std::move(alpha[c]), std::move(trf[c])});
  if (const std::string why = sequence.why_invalid(); !why.empty()) throw base::Error(base::exit_input, path + ": " + why);
  return sequence;
}

Sequence read_json_sequence(const std::string& path, std::optional<double> tr_s) {
  const base::JsonReader json = base::JsonReader::from_file(path);
  const double file_tr_s = json.at("tr_s").number();
  if (tr_s && !(std::abs(*tr_s - file_tr_s) <= tr_tolerance_rel * std::abs(file_tr_s)))
    throw base::InputError(path, "tr_s as given, " + std::to_string(*tr_s) + " s", std::to_string(file_tr_s) + " s");
  Sequence sequence =
      sequence_of(path, file_tr_s, "alpha_rad", trains_of(json.at("alpha_rad")), "trf_s", trains_of(json.at("trf_s")));
  sequence.name = json.text_or("name", sequence.name);
  return sequence;
}

Sequence read_hdf5_sequence(const std::string& path, std::optional<double> tr_s) {
  const Hdf5Reader file(path);
  if (!tr_s) throw base::InputError(path, "a repetition time beside the file (--tr), which carries none", "none");
  return sequence_of(path, *tr_s, "alpha", trains_of(file, "alpha"), "TRF", trains_of(file, "TRF"));
}

struct BasisSpec {
  std::string path, dataset;
  bool reversed;  ///< MATLAB's dimensions appear reversed in HDF5
};

BasisSpec parse_basis_spec(const std::string& spec) {
  BasisSpec result{spec, "", false};
  const std::size_t colon = spec.rfind(':');
  if (colon != std::string::npos && !std::filesystem::exists(spec)) {
    result.path = spec.substr(0, colon);
    result.dataset = spec.substr(colon + 1);
  }
  result.reversed = std::filesystem::path(result.path).extension() == ".mat";
  if (result.dataset.empty()) result.dataset = result.reversed ? "U" : "basis";
  return result;
}

}  // namespace

Sequence read_sequence(const std::string& path, std::optional<double> tr_s) {
  if (std::filesystem::path(path).extension() == ".json") return read_json_sequence(path, tr_s);
  return read_hdf5_sequence(path, tr_s);
}

Eigen::MatrixXd read_basis(const std::string& spec, Eigen::Index rank) {
  const BasisSpec source = parse_basis_spec(spec);
  const Hdf5Reader file(source.path);
  const Array<double> array = file.real(source.dataset);
  file.expect_shape(source.dataset, array.shape, {Hdf5Reader::any, Hdf5Reader::any});
  const auto outer = static_cast<Eigen::Index>(array.shape[0]), inner = static_cast<Eigen::Index>(array.shape[1]);
  const Eigen::Map<const Eigen::MatrixXd> stored(array.values.data(), inner, outer);
  Eigen::MatrixXd basis = source.reversed ? Eigen::MatrixXd(stored) : Eigen::MatrixXd(stored.transpose());
  if (basis.cols() > basis.rows())
    throw base::InputError(source.path, source.dataset + " of at least as many frames as coefficients",
                           std::to_string(basis.rows()) + " frames and " + std::to_string(basis.cols()) + " coefficients");
  if (rank > basis.cols())
    throw base::InputError(source.path, "at least " + std::to_string(rank) + " columns in " + source.dataset,
                           std::to_string(basis.cols()));
  if (rank > 0) basis.conservativeResize(Eigen::NoChange, rank);
  const Eigen::MatrixXd gram = basis.transpose() * basis;
  const double error = (gram - Eigen::MatrixXd::Identity(gram.rows(), gram.cols())).cwiseAbs().maxCoeff();
  if (!(error <= orthonormality_tolerance))
    throw base::InputError(source.path, "orthonormal columns in " + source.dataset, "an error of " + std::to_string(error));
  return basis;
}

}  // namespace crbrt::physics
