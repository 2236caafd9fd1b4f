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

#include "crbrt/format/program.h"
#include "crbrt/status.h"
#include "crbrt/view.h"

namespace crbrt {

struct OutputLoss {
  std::string name;
  double loss = 0;
};

/// Cost of the integer form at one SNR (0: SNR uniform in the data set's range), the same noise for both forms.
struct FixedCost {
  double snr = 0;
  std::string output;
  double loss_float = 0, loss_fixed = 0;    ///< squared error over the bound, mean over fingerprints
  double bias2_float = 0, bias2_fixed = 0;  ///< squared bias over the bound; 0 where SNR varies
};

/// What a file says about its integer form; numbers are in fixed_program().
struct FixedInfo {
  std::string precision;                ///< "i8", "i16" or "mixed"
  double budget = 0;                    ///< allowed rise of the CRB loss, relative; 0: none was set
  std::string calibration;              ///< where ranges, rounding and cost come from
  std::vector<FixedCost> cost;          ///< empty: not measured against a bound
  double relative_rms = 0;              ///< without a data set: rms change of the outputs over their spread
  std::vector<std::string> layer_text;  ///< one line per operation, for people
};

/// Everything in a model file that is not weights. Absent text is empty, absent numbers are zero.
struct ModelInfo {
  std::string name;
  std::string content_sha256;  ///< of the FlatBuffer: the model's identity in banners and sidecars
  std::uint32_t format_version = 0;
  // protocol
  std::string sequence_name, sequence_sha256, basis_sha256;
  double tr_s = 0;
  std::uint32_t n_frame = 0, n_coeff = 0;
  std::vector<double> basis;  ///< [n_frame, n_coeff] column-major, empty where it is not shipped
  // provenance
  std::string crbrt_version, config_json, dataset_provenance, loss_kind, licence;
  std::uint32_t epochs = 0;
  std::uint64_t n_train = 0, n_validation = 0;
  double snr_min = 0, snr_max = 0, validation_loss = 0;
  std::vector<OutputLoss> validation_loss_per_output;
  // what the model gives beside its estimates
  bool has_uncertainty = false, has_atypicality = false;
  float atypicality_threshold = 0;
  // test vector
  std::vector<float> test_coefficients;  ///< [n_voxel, 2 * n_coeff]
  std::vector<float> test_estimates;     ///< [n_voxel, n_output], from the scalar kernels
  std::vector<std::string> layer_text;   ///< one line per layer, for people
  FixedInfo fixed;                       ///< empty precision: no integer form
};

/// A loaded model. Movable, not copyable; program() stays valid as long as the object lives (moves included).
class CRBRT_API Model {
 public:
  Model();
  ~Model();
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;

  const Program& program() const noexcept;
  const Program* fixed_program() const noexcept;  ///< integer form; null where the file has none
  const ModelInfo& info() const noexcept;

  struct Storage;  ///< private to the loader

 private:
  friend struct ModelAccess;
  std::unique_ptr<Storage> storage_;
};

/// Status plus one line that names the field, what was expected and what was found (empty when ok).
struct LoadResult {
  Status status = Status::ok;
  std::string detail;
};

/// Loads a whole .crbm image. `model` is untouched unless the status is ok.
CRBRT_API LoadResult load_model(View1<const std::uint8_t> bytes, Model& model) noexcept;

/// Reads the file, then load_model. io_error when it cannot be read.
CRBRT_API LoadResult load_model_file(const char* path, Model& model) noexcept;

/// Puts the container header (magic, version, length, SHA-256) in front of a finished FlatBuffer.
CRBRT_API std::vector<std::uint8_t> wrap_model(View1<const std::uint8_t> flatbuffer);

/// The FlatBuffer inside a whole .crbm image, after the checks of the container. `flatbuffer` views `bytes`.
CRBRT_API LoadResult unwrap_model(View1<const std::uint8_t> bytes, View1<const std::uint8_t>& flatbuffer) noexcept;

/// Lowering and checking without the container: what the fuzzer and the trainer call.
CRBRT_API LoadResult load_flatbuffer(View1<const std::uint8_t> flatbuffer, Model& model) noexcept;

}  // namespace crbrt
