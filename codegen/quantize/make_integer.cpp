// SPDX-License-Identifier: Apache-2.0
#include "codegen/quantize/make_integer.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "base/error.h"
#include "base/model_file.h"
#include "base/number_text.h"
#include "base/progress.h"
#include "codegen/quantize/cost.h"
#include "codegen/quantize/quantize_network.h"
#include "physics/basis.h"

namespace crbrt::codegen {
namespace {

constexpr std::size_t calibration_draws = 4;

std::string number(double value) { return base::number_text(value, "%.4g"); }

/// What integers cost: against bounds where there is a data set, else on the embedded sample.
class Judge {
 public:
  Judge(const std::string& path, const Model& model, const std::optional<physics::Dataset>& dataset,
        const std::string& dataset_path)
      : path_(path) {
    if (!dataset) return;
    fast_ = std::make_unique<CostMeasure>(model, *dataset, dataset_path, true);
    full_ = std::make_unique<CostMeasure>(model, *dataset, dataset_path, false);
  }

  /// For the search, on fewer voxels.
  Verdict quick(const ModelFile& file) const { return judge(fast_.get(), base::lowered(file, path_), nullptr); }

  /// Writes what it found into the file's info.
  Verdict complete(ModelFile& file) const {
    IntegerInfo found;
    const Verdict verdict = judge(full_.get(), base::lowered(file, path_), &found);
    file.info.integers.relative_rms = found.relative_rms;
    file.info.integers.cost = std::move(found.cost);
    return verdict;
  }

 private:
  static Verdict judge(const CostMeasure* measure, const Model& model, IntegerInfo* found) {
    IntegerInfo ignored;
    IntegerInfo& info = found != nullptr ? *found : ignored;
    if (measure == nullptr) {
      info.relative_rms = relative_rms(model);
      return {info.relative_rms * info.relative_rms, 0};
    }
    info.cost = measure->of(estimator_of(*model.integer_program()));
    return {loss_rise(info.cost), bias_rise(info.cost)};
  }

  const std::string& path_;
  std::unique_ptr<CostMeasure> fast_, full_;
};

std::string calibration_text(const IntegerRequest& request, const std::optional<physics::Dataset>& dataset,
                             const Model& model) {
  std::string text =
      dataset ? std::to_string(dataset->size()) + " fingerprints of " + dataset->sequence_name +
                    ", three quarters for calibration, the others for the cost"
              : "the embedded sample of " +
                    std::to_string(model.info().test_coefficients.size() / (2 * std::size_t{model.info().n_coeff})) + " voxels";
  if (!dataset)
    text += model.program().uncertainty != nullptr ? "; cost in standard deviations that the model predicts at its least noise"
                                                   : "; cost relative to the spread of each output";
  return text + (request.weights_path.empty() ? "" : "; integers of a fine-tuned model");
}

bool same_shape(const Operation& a, const Operation& b) {
  return a.kind == b.kind && a.in == b.in && a.add == b.add && a.n_out == b.n_out;
}

/// A fine-tuned model must be of the same shape, see the same inputs, and mean the same outputs.
void expect_same_shape(const ModelFile& model, const ModelFile& tuned, const std::string& path) {
  const Network &a = model.network, &b = tuned.network;
  bool same = a.operations.size() == b.operations.size() && a.phase_reference == b.phase_reference &&
              a.conjugate_reference == b.conjugate_reference && a.l2_normalize == b.l2_normalize &&
              a.feature_mean == b.feature_mean && a.feature_std == b.feature_std &&
              model.info.basis_sha256 == tuned.info.basis_sha256 && a.outputs.size() == b.outputs.size();
  for (std::size_t i = 0; same && i < a.operations.size(); ++i) same = same_shape(a.operations[i], b.operations[i]);
  for (std::size_t j = 0; same && j < a.outputs.size(); ++j)
    same = a.outputs[j].name == b.outputs[j].name && a.outputs[j].scale == b.outputs[j].scale &&
           a.outputs[j].offset == b.outputs[j].offset;
  if (!same) throw base::DisagreementError(path, "layers, preprocessing, basis and outputs of the model", "others");
}

base::DisagreementError over_budget(const std::string& path, const Budget& budget, const Verdict& v, const std::string& best) {
  return {path,
          "a CRB loss that rises by at most " + number(budget.loss_rise) + " and bias^2/CRB at SNR 100 by at most " +
              number(budget.bias_rise),
          number(v.loss_rise) + " and " + number(v.bias_rise) + " with " + best};
}

class Maker {
 public:
  explicit Maker(const IntegerRequest& request) : request_(request), file_(base::load_network(request.model_path)) {
    model_ = base::lowered(file_, request.model_path);
    if (!request.dataset_path.empty()) dataset_ = physics::read_dataset({request.dataset_path});
    if (dataset_ && !is_same(physics::identity_of_model(model_.info()), physics::identity_of(dataset_->basis)))
      throw base::DisagreementError(request.dataset_path, "the basis " + model_.info().basis_sha256 + " of the model",
                                    dataset_->basis_sha256);
    about_.precision = request.precision;
    about_.budget = request.budget;
    about_.calibration = calibration_text(request, dataset_, model_);
    judge_ = std::make_unique<Judge>(request_.model_path, model_, dataset_, request.dataset_path);
  }

  ModelFile make() {
    if (request_.weights_path.empty()) {
      quantize(file_, request_.model_path);
    } else {
      const ModelFile tuned = base::load_network(request_.weights_path);
      expect_same_shape(file_, tuned, request_.weights_path);
      tuned.network.integers ? take_integers(tuned) : quantize(tuned, request_.weights_path);
    }
    return std::move(file_);
  }

 private:
  bool has_budget() const { return request_.budget > 0; }
  void set(IntegerForm integers) {
    file_.network.integers = std::move(integers);
    file_.info.integers = about_;
  }
  void take_integers(const ModelFile& tuned);
  void quantize(const ModelFile& source, const std::string& path);
  Widths choose(const Network& network, const Quantizer& quantizer);

  const IntegerRequest& request_;
  ModelFile file_;
  Model model_;
  std::optional<physics::Dataset> dataset_;
  IntegerInfo about_;
  std::unique_ptr<Judge> judge_;
};

/// Integers that the trainer made: as they are.
void Maker::take_integers(const ModelFile& tuned) {
  const std::string precision = tuned.info.integers.precision;
  set(*tuned.network.integers);
  file_.info.integers.precision = precision;
  const Verdict verdict = judge_->complete(file_);
  const Budget budget{.loss_rise = request_.budget};
  if (has_budget() && !budget.holds(verdict)) throw over_budget(request_.weights_path, budget, verdict, "its integers");
}

Widths Maker::choose(const Network& network, const Quantizer& quantizer) {
  if (request_.precision == "i8") return all_widths(network, Number::u8);
  if (request_.precision == "i16") return all_widths(network, Number::s16);
  const Budget budget{.loss_rise = request_.budget};
  // At most: all in 8 bits, all in 16, each free operation alone, and each with those kept before.
  const auto free = free_widths(network);
  base::Progress progress("trying widths", 2 + 2 * static_cast<std::uint64_t>(std::count(free.begin(), free.end(), true)));
  const Choice choice = cheapest_within(network, budget, [&](const Widths& widths) {
    set(quantizer.quantize(widths));
    const Verdict verdict = judge_->quick(file_);
    progress.advance(1);
    return verdict;
  });
  if (!budget.holds(choice.verdict)) throw over_budget(request_.model_path, budget, choice.verdict, "16 bits everywhere");
  return choice.widths;
}

void Maker::quantize(const ModelFile& source, const std::string& path) {
  const Network network = folded(source.network);
  if (const std::string why = why_no_integers(network); !why.empty())
    throw base::InputError(request_.model_path, "a network with an integer form", why);
  const Model model = base::lowered(source, path);
  const Quantizer quantizer(network,
                            dataset_ ? calibration_from(model.program(), *dataset_, calibration_draws, request_.dataset_path)
                                     : calibration_from_sample(model));
  Widths widths = choose(network, quantizer);
  const Budget budget{.loss_rise = request_.budget};
  for (;;) {
    set(quantizer.quantize(widths));
    const Verdict verdict = judge_->complete(file_);
    if (!has_budget() || budget.holds(verdict)) return;
    // More voxels than the search saw: give back the operations that were made u8, from the last one on.
    const auto narrow = std::find(widths.rbegin(), widths.rend(), Number::u8);
    if (request_.precision != "mixed" || narrow == widths.rend())
      throw over_budget(request_.model_path, budget, verdict, "this choice");
    *narrow = Number::s16;
  }
}

}  // namespace

ModelFile make_integer(const IntegerRequest& request) { return Maker(request).make(); }

}  // namespace crbrt::codegen
