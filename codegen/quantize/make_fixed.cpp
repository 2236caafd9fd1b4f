#include "codegen/quantize/make_fixed.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "base/error.h"
#include "base/number_text.h"
#include "codegen/quantize/cost.h"
#include "codegen/quantize/sample_cost.h"
#include "codegen/quantize/search.h"

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
  Verdict quick(const fbs::ModelT& object) const { return judge(fast_.get(), load_object(object, path_), nullptr); }

  /// Writes what it found into the object.
  Verdict complete(fbs::ModelT& object) const {
    FixedInfo found;
    const Verdict verdict = judge(full_.get(), load_object(object, path_), &found);
    set_cost(object, found);
    return verdict;
  }

 private:
  static Verdict judge(const CostMeasure* measure, const Model& model, FixedInfo* found) {
    FixedInfo ignored;
    FixedInfo& info = found != nullptr ? *found : ignored;
    if (measure == nullptr) {
      info.relative_rms = relative_rms(model);
      return {info.relative_rms * info.relative_rms, 0};
    }
    info.cost = measure->of(estimator_of(*model.fixed_program()));
    return {loss_rise(info.cost), bias_rise(info.cost)};
  }

  const std::string& path_;
  std::unique_ptr<CostMeasure> fast_, full_;
};

std::string calibration_text(const FixedRequest& request, const std::optional<physics::Dataset>& dataset, const Model& model) {
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

/// A fine-tuned model must be of the same shape, see the same inputs, and mean the same outputs.
void expect_same_shape(const fbs::ModelT& model, const fbs::ModelT& tuned, const std::string& path) {
  const fbs::PreprocessingT &a = *model.preprocessing, &b = *tuned.preprocessing;
  bool same = model.layers.size() == tuned.layers.size() && a.phase_reference == b.phase_reference &&
              a.l2_normalize == b.l2_normalize && a.mean == b.mean && a.std == b.std &&
              model.protocol->basis_sha256 == tuned.protocol->basis_sha256 && model.outputs.size() == tuned.outputs.size();
  for (std::size_t i = 0; same && i < model.layers.size(); ++i)
    same = model.layers[i]->n_out == tuned.layers[i]->n_out && model.layers[i]->skip_from == tuned.layers[i]->skip_from;
  for (std::size_t j = 0; same && j < model.outputs.size(); ++j)
    same = model.outputs[j]->name == tuned.outputs[j]->name && model.outputs[j]->scale == tuned.outputs[j]->scale &&
           model.outputs[j]->offset == tuned.outputs[j]->offset;
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
  explicit Maker(const FixedRequest& request) : request_(request), object_(read_model_object(request.model_path)) {
    model_ = load_object(object_, request.model_path);
    if (!request.dataset_path.empty()) dataset_ = physics::read_dataset({request.dataset_path});
    if (dataset_ && dataset_->basis_sha256 != model_.info().basis_sha256)
      throw base::DisagreementError(request.dataset_path, "the basis " + model_.info().basis_sha256 + " of the model",
                                    dataset_->basis_sha256);
    about_.precision = request.precision;
    about_.budget = request.budget;
    about_.calibration = calibration_text(request, dataset_, model_);
    judge_ = std::make_unique<Judge>(request_.model_path, model_, dataset_, request.dataset_path);
  }

  fbs::ModelT make() {
    std::optional<fbs::ModelT> tuned;
    if (!request_.weights_path.empty()) {
      tuned = read_model_object(request_.weights_path);
      expect_same_shape(object_, *tuned, request_.weights_path);
    }
    if (tuned && tuned->fixed != nullptr)
      take_integers(*tuned);
    else
      quantize(tuned ? load_object(*tuned, request_.weights_path) : load_object(object_, request_.model_path));
    return std::move(object_);
  }

 private:
  bool has_budget() const { return request_.budget > 0; }
  void take_integers(const fbs::ModelT& tuned);
  void quantize(const Model& source);
  Widths choose(const Program& program, const Quantizer& quantizer);

  const FixedRequest& request_;
  fbs::ModelT object_;
  Model model_;
  std::optional<physics::Dataset> dataset_;
  FixedInfo about_;
  std::unique_ptr<Judge> judge_;
};

/// Integers that the trainer made: as they are.
void Maker::take_integers(const fbs::ModelT& tuned) {
  object_.fixed = std::make_unique<fbs::FixedT>(*tuned.fixed);
  object_.fixed->budget = about_.budget;
  object_.fixed->calibration = about_.calibration;
  const Verdict verdict = judge_->complete(object_);
  const Budget budget{.loss_rise = request_.budget};
  if (has_budget() && !budget.holds(verdict)) throw over_budget(request_.weights_path, budget, verdict, "its integers");
}

Widths Maker::choose(const Program& program, const Quantizer& quantizer) {
  if (request_.precision == "i8") return all_widths(program, Number::u8);
  if (request_.precision == "i16") return all_widths(program, Number::s16);
  const Budget budget{.loss_rise = request_.budget};
  const Choice choice = cheapest_within(program, budget, [&](const Widths& widths) {
    set_fixed(object_, quantizer.quantize(widths), about_);
    return judge_->quick(object_);
  });
  if (!budget.holds(choice.verdict)) throw over_budget(request_.model_path, budget, choice.verdict, "16 bits everywhere");
  return choice.widths;
}

void Maker::quantize(const Model& source) {
  const Program& program = source.program();
  if (const std::string why = why_no_integers(program); !why.empty())
    throw base::InputError(request_.model_path, "a network with an integer form", why);
  const Calibration calibration = dataset_ ? calibration_from(program, *dataset_, calibration_draws, request_.dataset_path)
                                           : calibration_from_sample(source);
  const Quantizer quantizer(program, calibration);
  Widths widths = choose(program, quantizer);
  const Budget budget{.loss_rise = request_.budget};
  for (;;) {
    set_fixed(object_, quantizer.quantize(widths), about_);
    const Verdict verdict = judge_->complete(object_);
    if (!has_budget() || budget.holds(verdict)) return;
    // More voxels than the search saw: give back the operations that were made u8, from the last one on.
    const auto narrow = std::find(widths.rbegin(), widths.rend(), Number::u8);
    if (request_.precision != "mixed" || narrow == widths.rend())
      throw over_budget(request_.model_path, budget, verdict, "this choice");
    *narrow = Number::s16;
  }
}

}  // namespace

fbs::ModelT make_fixed(const FixedRequest& request) { return Maker(request).make(); }

}  // namespace crbrt::codegen
