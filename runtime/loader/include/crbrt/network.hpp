// SPDX-License-Identifier: Apache-2.0
/// The network of a model as a graph that a program can read, change and write: what quantiser, code generators, rounding
/// bound, benchmarks and trainer work on. A Network holds plain numbers, weights in rows, and says by index who reads what;
/// only lowering (load_model) turns it into the packed tables and slots of a Program.
///
/// Values are counted in the order in which they are written. Value 0 is the standardised input, [2 * n_coeff]; value i + 1 is
/// what operation i writes. So the writer of a value is known without a search, and an operation reads earlier values only.
///
///     ModelFile file;
///     if (LoadResult r = load_network_file("m.crbm", file); r.status != Status::ok) std::puts(r.detail.c_str());
///     for (const Operation& op : folded(file.network).operations)
///       std::printf("%s reads value %zu\n", op.layer.c_str(), op.in);
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "crbrt/format/program.h"
#include "crbrt/format/requant.h"
#include "crbrt/loader.hpp"

namespace crbrt {

/// What an operation computes. A file holds all but `affine`; that is what folded() makes of a batch
/// normalisation that stays.
enum class OperationKind {
  dense,       ///< out[j] = bias[j] + sum_k weights[j, k] * in[k] (+ add[j])
  batch_norm,  ///< out = weights * (in - mean) / sqrt(variance + epsilon) + bias, with stored mean and variance
  group_norm,  ///< the same with mean and variance of each of n_group groups of neighbouring features
  affine,      ///< out = weights * in + bias
  relu,        ///< out = max(in, 0)
  leaky_relu,  ///< out = in > 0 ? in : weights * in
  root_silu,   ///< out = in / 2 * (1 + in / sqrt(in^2 + 1))
};

/// Operations that make one number of one number. Quantiser, freestanding generator and rounding bound treat all alike, by the
/// three functions below.
constexpr bool is_activation(OperationKind kind) noexcept {
  switch (kind) {  // like every switch over kinds without a default, so that the compiler names what a new one needs
    case OperationKind::relu:
    case OperationKind::leaky_relu:
    case OperationKind::root_silu: return true;
    case OperationKind::dense:
    case OperationKind::batch_norm:
    case OperationKind::group_norm:
    case OperationKind::affine: break;
  }
  return false;
}

/// One step of the network. Vectors that its kind does not use are empty.
struct Operation {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);  ///< no value

  OperationKind kind = OperationKind::dense;  ///< what it computes
  std::string layer;            ///< name of the layer: of its dense operation and of what follows up to the next one
  std::size_t in = 0;           ///< value that is read
  std::size_t add = none;       ///< dense only: value of the same width that is added to the sums (a skip), or none
  std::uint32_t n_in = 0;       ///< features read
  std::uint32_t n_out = 0;      ///< n_in except for dense
  std::vector<float> weights;   ///< dense: [n_out, n_in] row-major; normalisations: gamma [n_out]; affine: factors [n_out];
                                ///< leaky_relu: slopes [n_out]
  std::vector<float> bias;      ///< [n_out]; normalisations: beta
  std::vector<float> mean;      ///< batch_norm only, [n_out]
  std::vector<float> variance;  ///< batch_norm only, [n_out]
  std::uint32_t n_group = 0;    ///< group_norm only: divides n_out
  float epsilon = 0;            ///< normalisations only
  bool relu = false;            ///< folded() only: out = max(out, 0) at the end
};

/// What an activation makes of x, feature j. Other kinds leave x, here and below.
template <class Real>
Real activated(const Operation& op, std::size_t j, Real x) noexcept {
  switch (op.kind) {
    case OperationKind::relu: return x > 0 ? x : 0;
    case OperationKind::leaky_relu: return x > 0 ? x : static_cast<Real>(op.weights[j]) * x;
    case OperationKind::root_silu: return x / 2 * (1 + x / std::sqrt(x * x + 1));
    case OperationKind::dense:
    case OperationKind::batch_norm:
    case OperationKind::group_norm:
    case OperationKind::affine: break;
  }
  return x;
}

/// Its derivative there; at 0 that from below.
template <class Real>
Real activation_slope(const Operation& op, std::size_t j, Real x) noexcept {
  switch (op.kind) {
    case OperationKind::relu: return x > 0 ? 1 : 0;
    case OperationKind::leaky_relu: return x > 0 ? 1 : static_cast<Real>(op.weights[j]);
    case OperationKind::root_silu: {
      const Real s = x / std::sqrt(x * x + 1);
      return (1 + s * (2 - s * s)) / 2;
    }
    case OperationKind::dense:
    case OperationKind::batch_norm:
    case OperationKind::group_norm:
    case OperationKind::affine: break;
  }
  return 1;
}

/// Slope j of a leaky_relu in integers: the nearest whole number of 2^-15 that an s16 holds.
inline std::int32_t slope_s16(const Operation& op, std::size_t j) noexcept {
  return saturate(static_cast<std::int32_t>(op.weights[j] * 32768.0f + 0.5f), 0, s16_max);
}

/// What its integer form makes of an s16 before factor, shift and requantization. ReLU leaves it: it clears what is negative at
/// the end.
inline std::int32_t activated_s16(const Operation& op, std::size_t j, std::int32_t x) noexcept {
  switch (op.kind) {
    case OperationKind::leaky_relu: return x > 0 ? x : (x * slope_s16(op, j) + (1 << 14)) >> 15;
    case OperationKind::root_silu:  // has none: why_no_integers() of the quantiser
    case OperationKind::relu:
    case OperationKind::dense:
    case OperationKind::batch_norm:
    case OperationKind::group_norm:
    case OperationKind::affine: break;
  }
  return x;
}

/// An estimate: offset + scale * feature of the last value, in `unit`. Outside [minimum, maximum] a voxel is flagged.
struct NetworkOutput {
  std::string name;                                            ///< e.g. "t1_apparent_s"
  std::string unit;                                            ///< e.g. "s"; "1" for a fraction
  float offset = 0;                                            ///< in `unit`
  float scale = 1;                                             ///< in `unit`, not 0
  float minimum = 0;                                           ///< the least estimate that is not flagged
  float maximum = 0;                                           ///< the largest estimate that is not flagged
  float std_minimum = 0;                                       ///< no standard deviation is smaller
  float std_maximum = std::numeric_limits<float>::infinity();  ///< nor larger; infinite: no bound, which a file has as 0
};

/// One operation of the integer form (docs/numerics.md): what operation i of the folded network becomes.
/// value = requantize(bias[j] + sum_k weights[j, k] * in[k], shift[j], multiplier[j]).
struct IntegerOperation {
  Number out = Number::s16;                    ///< what it writes: s16 or u8, s32 in the last operation
  std::vector<std::int8_t> weights_s8;         ///< [n_out, n_in] row-major of a dense operation that reads u8, else empty
  std::vector<std::int16_t> weights_s16;       ///< [n_out, n_in] row-major of one that reads s16; [n_out] of the other kinds
  std::vector<std::int32_t> bias;              ///< [n_out], holds what makes the first shift round
  std::vector<std::uint8_t> shift;             ///< [n_out], empty in the last operation
  std::vector<std::int16_t> multiplier;        ///< [n_out], empty in the last operation
  std::optional<IntegerGroupNorm> group_norm;  ///< constants of group_norm_s16

  /// The numbers of its input.
  Number reads() const noexcept { return weights_s8.empty() ? Number::s16 : Number::u8; }
  /// Weight i of whichever vector holds them.
  std::int32_t weight(std::size_t i) const noexcept { return weights_s8.empty() ? weights_s16[i] : weights_s8[i]; }
};

/// The network in integers, between a quantised input (s16) and sums (s32).
struct IntegerForm {
  std::vector<float> input_scale;            ///< [2 * n_coeff]: quantised input = round(value 0 * input_scale)
  std::vector<float> output_scale;           ///< [features of the last value]: feature = sum * output_scale
  std::vector<IntegerOperation> operations;  ///< in the order of folded(network).operations
};

/// The network in floats, as a file has it or as folded() makes it, and in integers where it has them.
struct Network {
  std::string name;                        ///< of the model
  std::uint32_t n_coeff = 0;               ///< complex coefficients of a voxel
  std::int32_t phase_reference = -1;       ///< Preprocessing of crbrt/format/program.h
  std::int32_t conjugate_reference = -1;   ///< likewise
  bool l2_normalize = false;               ///< likewise
  std::vector<float> feature_mean;         ///< [2 * n_coeff] of the standardisation; of a forward part [n_feature]
  std::vector<float> feature_std;          ///< as feature_mean, positive: value 0 = (x - feature_mean) / feature_std
  std::vector<Operation> operations;       ///< the last one writes outputs, then what uncertainty and atypicality take
  std::vector<NetworkOutput> outputs;      ///< of the first features of the last value
  std::optional<Uncertainty> uncertainty;  ///< three more features an output
  std::optional<Atypicality> atypicality;  ///< one more feature, the last
  std::optional<IntegerForm> integers;     ///< absent: no integer form

  /// Features of a value.
  std::uint32_t width(std::size_t value) const {
    return value == 0 ? static_cast<std::uint32_t>(feature_mean.size()) : operations[value - 1].n_out;
  }
};

/// The operations as they are executed. A batch normalisation goes into the weights and bias of its dense operation where
/// nothing else reads or changes the sums between them, and is an `affine` elsewhere; a ReLU becomes the `relu` of the
/// operation before it where nothing else reads that value. Weights are folded in double and rounded once to float; numbers
/// that leave the range of a float become infinite (load_model refuses such a file). A network without either is unchanged,
/// and so is a folded one. `integers` already belong to the folded operations.
CRBRT_API Network folded(Network network);

/// What the standardisation multiplies by: 1 / feature_std, rounded to float.
CRBRT_API std::vector<float> inverse_std(const Network& network);

/// A learned forward model: from tissue parameters to coefficients (crbrt/format/forward_program.h says how). The network is
/// `network`, of which only standardisation and operations are used: dense ones, and root_silu.
struct ForwardPart {
  /// A tissue parameter.
  struct Input {
    std::string name;    ///< e.g. "r2_free_hz"
    double minimum = 0;  ///< of the training data
    double maximum = 0;  ///< of the training data
  };
  /// What the network reads, before its standardisation.
  struct Feature {
    ForwardFunction function = ForwardFunction::identity;  ///< of factor times the product
    std::vector<std::uint8_t> inputs;                      ///< of the product, 1 to 4
    double factor = 1;                                     ///< not 0
    double offset = 0;                                     ///< saturation only, positive
  };

  std::vector<Input> inputs;      ///< in the order of the data set's unknowns
  std::vector<Feature> features;  ///< of value 0 of the network
  Network network;                ///< the last operation writes 2 n_coeff numbers
  bool is_mirrored = false;       ///< coefficients at -omega0_rad_s are the conjugates of those at omega0_rad_s
  bool is_antiperiodic = false;   ///< a period of omega0_rad_s further they have the other sign
  std::uint32_t n_interval = 0;   ///< of the table; 0: none
  std::vector<float> table;       ///< [n_interval + 3, n_latent, 2 n_coeff]; n_latent is what the last operation writes then
};

/// A model file in plain structs: the network, and what is said of it.
struct ModelFile {
  Network network;                     ///< weights, outputs, integer form; without operations in a file of a forward part alone
  ModelInfo info;                      ///< everything else
  std::optional<ForwardPart> forward;  ///< absent: none
};

/// Loads the bytes of a .crbm file with every check of load_model(), so that a network that was loaded has a Program. Statuses
/// and detail are those of load_model(); `file` is untouched unless the status is ok. It throws nothing and allocates.
CRBRT_API LoadResult load_network(View1<const std::uint8_t> bytes, ModelFile& file) noexcept;

/// Reads the file, then calls load_network(). io_error when the file cannot be read.
CRBRT_API LoadResult load_network_file(const char* path, ModelFile& file) noexcept;

/// As load_network(), and it also takes a file that holds a forward part alone. bad_model where the file holds none.
CRBRT_API LoadResult load_forward_network(View1<const std::uint8_t> bytes, ModelFile& file) noexcept;

/// Reads the file, then calls load_forward_network(). io_error when the file cannot be read.
CRBRT_API LoadResult load_forward_network_file(const char* path, ModelFile& file) noexcept;

/// Puts the forward part of `from` into `to`, in place of its own, if any. bad_model, and `to` untouched, where sequence, basis
/// or rank are others. It allocates and may throw std::bad_alloc.
CRBRT_API LoadResult add_forward(const ModelFile& from, ModelFile& to);

/// The bytes of a whole .crbm file, of a forward part alone where the network has no operations; the same model always gives
/// the same bytes. The network is as a file has it, not folded: each layer is a dense operation, at most one normalisation and
/// at most one ReLU, in this order, each of which reads what the last one wrote. Name, number of coefficients and heads are
/// those of `network`; protocol, provenance, test vector and the texts of the integer form are those of `info`. What the loader
/// derives (hashes, one line a layer) is not stored. Nothing is checked: load_network() of the bytes says whether they are a
/// model.
CRBRT_API std::vector<std::uint8_t> crbm_image(const ModelFile& file);

}  // namespace crbrt
