// SPDX-License-Identifier: Apache-2.0
/// From plain structs to the bytes of a file: the one place that writes the schema, as read_*.cpp are the one that reads it.
#include <cmath>
#include <iterator>
#include <memory>

#include "crbrt/network.hpp"
#include "model_generated.h"
#include "runtime/loader/src/field_checks.h"
#include "runtime/loader/src/operation_kinds.h"

namespace crbrt {
namespace {

std::unique_ptr<fbs::NormalizationT> written_normalization(const Operation& op) {
  auto to = std::make_unique<fbs::NormalizationT>();
  to->kind = op.kind == OperationKind::batch_norm ? fbs::NormalizationKind::batch : fbs::NormalizationKind::group;
  to->n_group = op.n_group;
  to->epsilon = op.epsilon;
  to->gamma = op.weights;
  to->beta = op.bias;
  to->mean = op.mean;
  to->variance = op.variance;
  return to;
}

std::unique_ptr<fbs::DenseT> written_dense(const Operation& op, const Network& network) {
  auto to = std::make_unique<fbs::DenseT>();
  to->name = op.layer;
  to->n_in = op.n_in;
  to->n_out = op.n_out;
  to->weights = op.weights;
  to->bias = op.bias;
  if (op.add != Operation::none) to->skip_from = network.operations[op.add - 1].layer;
  return to;
}

/// A dense operation opens a layer; the others belong to the last one.
void write_layers(const Network& network, std::vector<std::unique_ptr<fbs::DenseT>>& to) {
  for (const Operation& op : network.operations) switch (op.kind) {
      case OperationKind::dense: to.push_back(written_dense(op, network)); break;
      case OperationKind::batch_norm:
      case OperationKind::group_norm: to.back()->normalization = written_normalization(op); break;
      case OperationKind::affine: break;  // folded networks only
      case OperationKind::relu:
      case OperationKind::root_silu:
      case OperationKind::leaky_relu: loader::write_activation(op, *to.back());
    }
}

void write_network(const Network& network, fbs::ModelT& to) {
  to.name = network.name;
  to.preprocessing = std::make_unique<fbs::PreprocessingT>();
  to.preprocessing->phase_reference = network.phase_reference;
  to.preprocessing->conjugate_reference = network.conjugate_reference;
  to.preprocessing->l2_normalize = network.l2_normalize;
  to.preprocessing->mean = network.feature_mean;
  to.preprocessing->std = network.feature_std;
  write_layers(network, to.layers);
  for (const NetworkOutput& output : network.outputs) {
    auto made = std::make_unique<fbs::OutputT>();
    made->name = output.name;
    made->unit = output.unit;
    made->offset = output.offset;
    made->scale = output.scale;
    made->minimum = output.minimum;
    made->maximum = output.maximum;
    made->std_minimum = output.std_minimum;
    made->std_maximum = std::isinf(output.std_maximum) ? 0 : output.std_maximum;
    to.outputs.push_back(std::move(made));
  }
  if (network.uncertainty) {
    to.uncertainty = std::make_unique<fbs::UncertaintyT>();
    to.uncertainty->log_noise_center = network.uncertainty->log_noise_center;
    to.uncertainty->log_noise_min = network.uncertainty->log_noise_min;
    to.uncertainty->log_noise_max = network.uncertainty->log_noise_max;
  }
  if (network.atypicality) {
    to.atypicality = std::make_unique<fbs::AtypicalityT>();
    to.atypicality->threshold = network.atypicality->threshold;
    if (const Atypicality& a = *network.atypicality; a.depends_on_noise != 0)
      to.atypicality->at_noise.assign(std::begin(a.at_noise), std::end(a.at_noise));
  }
}

std::unique_ptr<fbs::ForwardErrorT> written_error(const ForwardError& error) {
  auto to = std::make_unique<fbs::ForwardErrorT>();
  to->name = error.name;
  to->rms = error.rms;
  to->median = error.median;
  to->q99 = error.q99;
  return to;
}

std::unique_ptr<fbs::ProvenanceT> written_provenance(const ForwardInfo& info) {
  auto to = std::make_unique<fbs::ProvenanceT>();
  to->crbrt_version = info.crbrt_version;
  to->config_json = info.config_json;
  to->dataset_provenance = info.dataset_provenance;
  to->epochs = info.epochs;
  to->n_train = info.n_train;
  to->n_validation = info.n_validation;
  to->validation_loss = info.validation_loss;
  to->licence = info.licence;
  return to;
}

std::unique_ptr<fbs::ForwardT> written_forward(const ForwardPart& part, const ForwardInfo& info) {
  auto to = std::make_unique<fbs::ForwardT>();
  for (const ForwardPart::Input& input : part.inputs) {
    to->inputs.push_back(std::make_unique<fbs::ForwardInputT>());
    to->inputs.back()->name = input.name;
    to->inputs.back()->minimum = input.minimum;
    to->inputs.back()->maximum = input.maximum;
  }
  for (std::size_t i = 0; i < part.features.size(); ++i) {
    to->features.push_back(std::make_unique<fbs::ForwardFeatureT>());
    fbs::ForwardFeatureT& feature = *to->features.back();
    feature.function = static_cast<fbs::ForwardFunction>(part.features[i].function);
    feature.inputs = part.features[i].inputs;
    feature.factor = part.features[i].factor;
    feature.offset = part.features[i].offset;
    feature.mean = part.network.feature_mean[i];
    feature.std = part.network.feature_std[i];
  }
  write_layers(part.network, to->layers);
  to->is_mirrored = part.is_mirrored;
  to->is_antiperiodic = part.is_antiperiodic;
  if (part.n_interval > 0) {
    to->table = std::make_unique<fbs::PhaseTableT>();
    to->table->n_interval = part.n_interval;
    to->table->values = part.table;
  }
  for (const ForwardError& error : info.errors) to->errors.push_back(written_error(error));
  to->residual = written_error(info.residual);
  to->test_tissues = info.test_tissues;
  to->test_coefficients = info.test_coefficients;
  to->provenance = written_provenance(info);
  return to;
}

std::unique_ptr<fbs::ProtocolT> written_protocol(const ModelFile& file) {
  auto to = std::make_unique<fbs::ProtocolT>();
  to->sequence_name = file.info.sequence_name;
  to->sequence_sha256 = file.info.sequence_sha256;
  to->basis_sha256 = file.info.basis_sha256;
  to->tr_s = file.info.tr_s;
  to->n_frame = file.info.n_frame;
  to->n_coeff = file.network.n_coeff;
  to->basis = file.info.basis;
  to->basis_imag = file.info.basis_imag;
  to->basis_sha256_single = file.info.basis_sha256_single;
  return to;
}

std::unique_ptr<fbs::ProvenanceT> written_provenance(const ModelInfo& info) {
  auto to = std::make_unique<fbs::ProvenanceT>();
  to->crbrt_version = info.crbrt_version;
  to->config_json = info.config_json;
  to->dataset_provenance = info.dataset_provenance;
  to->loss_kind = info.loss_kind;
  to->epochs = info.epochs;
  to->n_train = info.n_train;
  to->n_validation = info.n_validation;
  to->snr_min = info.snr_min;
  to->snr_max = info.snr_max;
  to->validation_loss = info.validation_loss;
  for (const OutputLoss& loss : info.validation_loss_per_output) {
    auto made = std::make_unique<fbs::OutputLossT>();
    made->name = loss.name;
    made->loss = loss.loss;
    to->validation_loss_per_output.push_back(std::move(made));
  }
  to->licence = info.licence;
  return to;
}

fbs::IntegerNumber stored(Number number) noexcept {
  switch (number) {
    case Number::s32: return fbs::IntegerNumber::s32;
    case Number::s16: return fbs::IntegerNumber::s16;
    case Number::u8: return fbs::IntegerNumber::u8;
    case Number::f32: break;
  }
  return fbs::IntegerNumber::none;
}

std::unique_ptr<fbs::IntegerOpT> written_operation(const IntegerOperation& op) {
  auto to = std::make_unique<fbs::IntegerOpT>();
  to->out = stored(op.out);
  to->weights_s8 = op.weights_s8;
  to->weights_s16 = op.weights_s16;
  to->bias = op.bias;
  to->shift = op.shift;
  to->multiplier = op.multiplier;
  if (!op.group_norm) return to;
  to->group_norm = std::make_unique<fbs::IntegerGroupNormT>();
  to->group_norm->mean_shift = op.group_norm->mean_shift;
  to->group_norm->mean_multiplier = op.group_norm->mean_multiplier;
  to->group_norm->square_shift = op.group_norm->square_shift;
  to->group_norm->epsilon = op.group_norm->epsilon;
  return to;
}

std::unique_ptr<fbs::IntegersT> written_integer(const IntegerForm& form, const IntegerInfo& info) {
  auto to = std::make_unique<fbs::IntegersT>();
  to->precision = info.precision;
  to->input_scale = form.input_scale;
  for (const IntegerOperation& op : form.operations) to->ops.push_back(written_operation(op));
  to->output_scale = form.output_scale;
  to->budget = info.budget;
  to->calibration = info.calibration;
  for (const IntegerCost& cost : info.cost) {
    auto made = std::make_unique<fbs::IntegerCostT>();
    made->snr = cost.snr;
    made->output = cost.output;
    made->loss_float = cost.loss_float;
    made->loss_integer = cost.loss_integer;
    made->bias2_float = cost.bias2_float;
    made->bias2_integer = cost.bias2_integer;
    to->cost.push_back(std::move(made));
  }
  to->relative_rms = info.relative_rms;
  return to;
}

}  // namespace

namespace {

std::vector<std::uint8_t> forward_image(const ModelFile& file) {
  fbs::ForwardFileT forward;
  forward.format_version = loader::limits::format_version_of(-1);
  forward.name = file.network.name;
  forward.protocol = written_protocol(file);
  forward.forward = written_forward(*file.forward, file.info.forward);
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(fbs::CreateForwardFile(builder, &forward), loader::forward_identifier);
  return wrap_model({builder.GetBufferPointer(), builder.GetSize()});
}

}  // namespace

std::vector<std::uint8_t> crbm_image(const ModelFile& file) {
  if (file.network.operations.empty() && file.forward) return forward_image(file);
  fbs::ModelT model;
  model.format_version = loader::limits::format_version_of(file.network.conjugate_reference);
  write_network(file.network, model);
  model.protocol = written_protocol(file);
  model.provenance = written_provenance(file.info);
  model.test_vector = std::make_unique<fbs::TestVectorT>();
  model.test_vector->coefficients = file.info.test_coefficients;
  model.test_vector->estimates = file.info.test_estimates;
  if (file.network.integers) model.integers = written_integer(*file.network.integers, file.info.integers);
  if (file.forward) model.forward = written_forward(*file.forward, file.info.forward);
  flatbuffers::FlatBufferBuilder builder;
  fbs::FinishModelBuffer(builder, fbs::CreateModel(builder, &model));
  return wrap_model({builder.GetBufferPointer(), builder.GetSize()});
}

}  // namespace crbrt
