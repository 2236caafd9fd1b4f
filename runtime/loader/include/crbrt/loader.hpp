// SPDX-License-Identifier: Apache-2.0
/// Reads .crbm model files: container check, FlatBuffers Verifier, then meaning; lowers the layers (folds batch
/// normalisation, packs weights, assigns slots) to the Program that the runtime executes and the code generator emits.
/// Throws nothing and prints nothing; allocates only while loading. The optional library `crbrt::loader` is the only one
/// an embedder may link that knows FlatBuffers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "crbrt/format/forward_program.h"
#include "crbrt/format/program.h"
#include "crbrt/status.h"
#include "crbrt/view.h"

namespace crbrt {

/// The loss of one output on held-out fingerprints, in the units of the model's loss.
struct OutputLoss {
  std::string name;  ///< of the output
  double loss = 0;   ///< 1: as good as an efficient unbiased estimator, for CRB losses
};

/// Cost of the integer form at one SNR (0: SNR uniform in the data set's range), the same noise for both forms.
struct IntegerCost {
  double snr = 0;            ///< 0: uniform in the data set's range
  std::string output;        ///< name of the output
  double loss_float = 0;     ///< squared error over the bound, mean over fingerprints, of the float form
  double loss_integer = 0;   ///< the same of the integer form
  double bias2_float = 0;    ///< squared bias over the bound of the float form; 0 where SNR varies
  double bias2_integer = 0;  ///< the same of the integer form
};

/// What a file says about its integer form; numbers are in integer_program().
struct IntegerInfo {
  std::string precision;                ///< "i8", "i16" or "mixed"
  double budget = 0;                    ///< allowed rise of the CRB loss, relative; 0: none was set
  std::string calibration;              ///< where ranges, rounding and cost come from
  std::vector<IntegerCost> cost;        ///< empty: not measured against a bound
  double relative_rms = 0;              ///< without a data set: rms change of the outputs over their spread
  std::vector<std::string> layer_text;  ///< one line per operation, for people
};

/// Error of a forward part on held-out fingerprints (docs/format.md, The forward part).
struct ForwardError {
  std::string name;   ///< of the quantity
  double rms = 0;     ///< in sqrt(CRB) at SNR 100
  double median = 0;  ///< of magnitudes, likewise
  double q99 = 0;     ///< 99 % of the magnitudes are smaller
};

/// What a file says about its forward part; numbers are in forward_program().
struct ForwardInfo {
  std::vector<ForwardError> errors;       ///< of the wanted quantities
  ForwardError residual;                  ///< of all numbers, in standard deviations of the noise of one of them at SNR 100
  std::vector<double> test_tissues;       ///< [n_voxel, n_input]
  std::vector<float> test_coefficients;   ///< [n_voxel, 2 * n_coeff], from the scalar kernels
  std::string crbrt_version;              ///< that trained it
  std::string config_json;                ///< the configuration of the training
  std::string dataset_provenance;         ///< JSON of the data set
  std::string licence;                    ///< of the forward part
  std::uint32_t epochs = 0;               ///< of the training
  std::uint64_t n_train = 0;              ///< fingerprints it was trained on
  std::uint64_t n_validation = 0;         ///< fingerprints held out
  double validation_loss = 0;             ///< of them
  std::vector<std::string> feature_text;  ///< one line per feature, for people
  std::vector<std::string> layer_text;    ///< one line per layer, for people
};

/// Everything in a model file that is not weights. Absent text is empty, absent numbers are zero.
struct ModelInfo {
  std::string name;                  ///< of the model, e.g. "brain_v1"
  std::string content_sha256;        ///< of the FlatBuffer: the model's identity in banners and sidecars
  std::uint32_t format_version = 0;  ///< docs/format.md
  // protocol
  std::string sequence_name;        ///< of the pulse train
  std::string sequence_sha256;      ///< docs/file-formats.md, Hashes
  std::string basis_sha256;         ///< docs/file-formats.md, Hashes
  double tr_s = 0;                  ///< repetition time
  std::uint32_t n_frame = 0;        ///< echoes
  std::uint32_t n_coeff = 0;        ///< complex coefficients: the rank of the basis
  std::vector<double> basis;        ///< [n_frame, n_coeff] column-major, empty where it is not shipped
  std::vector<double> basis_imag;   ///< the same of the imaginary parts, empty where the basis is real
  std::string basis_sha256_single;  ///< of the basis in single precision; empty where the file does not say
  // provenance
  std::string crbrt_version;                           ///< that trained it
  std::string config_json;                             ///< the configuration of the training
  std::string dataset_provenance;                      ///< JSON of the data set
  std::string loss_kind;                               ///< "crb", "mse", "relative", "bias_reduced" or empty
  std::string licence;                                 ///< of the model
  std::uint32_t epochs = 0;                            ///< of the training
  std::uint64_t n_train = 0;                           ///< fingerprints it was trained on
  std::uint64_t n_validation = 0;                      ///< fingerprints held out
  double snr_min = 0;                                  ///< |M0| / sigma of the training, lowest
  double snr_max = 0;                                  ///< |M0| / sigma of the training, highest
  double validation_loss = 0;                          ///< mean over outputs, held-out fingerprints
  std::vector<OutputLoss> validation_loss_per_output;  ///< the same of each output
  // what the model gives beside its estimates
  bool has_uncertainty = false;     ///< standard deviations
  bool has_atypicality = false;     ///< a score
  float atypicality_threshold = 0;  ///< 99 % of the training voxels lie at or below
  // test vector
  std::vector<float> test_coefficients;  ///< [n_voxel, 2 * n_coeff]
  std::vector<float> test_estimates;     ///< [n_voxel, n_output], from the scalar kernels
  std::vector<std::string> layer_text;   ///< one line per layer, for people
  IntegerInfo integers;                  ///< empty precision: no integer form
  ForwardInfo forward;                   ///< no test_tissues: no forward part
};

/// A loaded model. Movable, not copyable; program() stays valid as long as the object lives (moves included).
class CRBRT_API Model {
 public:
  Model();
  ~Model();
  Model(Model&&) noexcept;             ///< the other one is empty
  Model& operator=(Model&&) noexcept;  ///< the other one is empty

  const Program& program() const noexcept;          ///< float form
  const Program* integer_program() const noexcept;  ///< integer form; null where the file has none
  /// The forward part; null where the file has none.
  const ForwardProgram* forward_program() const noexcept;
  const ModelInfo& info() const noexcept;  ///< what the file says beside its weights

  struct Storage;  ///< private to the loader

 private:
  friend struct ModelAccess;
  std::unique_ptr<Storage> storage_;
};

/// Status plus one line that names the field, what was expected and what was found (empty when ok).
struct LoadResult {
  Status status = Status::ok;  ///< of the call
  std::string detail;          ///< "FIELD: expected X, found Y"; empty when ok
};

/// Loads a whole .crbm image. `model` is untouched unless the status is ok.
CRBRT_API LoadResult load_model(View1<const std::uint8_t> bytes, Model& model) noexcept;

/// Reads the file, then load_model. io_error when it cannot be read.
CRBRT_API LoadResult load_model_file(const char* path, Model& model) noexcept;

/// As load_model(), and it also takes a file that holds a forward part alone: such a model has an empty program().
/// bad_model where the file holds no forward part.
CRBRT_API LoadResult load_forward(View1<const std::uint8_t> bytes, Model& model) noexcept;

/// Reads the file, then load_forward. io_error when it cannot be read.
CRBRT_API LoadResult load_forward_file(const char* path, Model& model) noexcept;

/// Puts the container header (magic, version, length, SHA-256) in front of a finished FlatBuffer.
CRBRT_API std::vector<std::uint8_t> wrap_model(View1<const std::uint8_t> flatbuffer);

/// The FlatBuffer inside a whole .crbm image, after the checks of the container. `flatbuffer` views `bytes`.
CRBRT_API LoadResult unwrap_model(View1<const std::uint8_t> bytes, View1<const std::uint8_t>& flatbuffer) noexcept;

/// Lowering and checking without the container: what the fuzzer and the trainer call.
CRBRT_API LoadResult load_flatbuffer(View1<const std::uint8_t> flatbuffer, Model& model) noexcept;

}  // namespace crbrt
