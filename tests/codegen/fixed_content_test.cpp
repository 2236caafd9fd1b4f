// The integer form of a model file: what is accepted becomes a program that binds, and everything else is refused with the
// field.
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "tests/codegen/fixed_models.h"

namespace crbrt::tests {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Operations of tiny_integer: 0 dense a, 1 affine a, 2 dense b, 3 group norm b, 4 dense c, 5 group norm c, 6 dense d, 7
/// output.
const fbs::ModelT& sound() {
  static const fbs::ModelT model = make_fixed_model(tiny_integer_spec(), Number::u8);
  return model;
}

struct Mutation {
  const char* field;  ///< the refusal starts with it
  std::function<void(fbs::FixedT&)> spoil;
};

TEST(FixedContent, ASoundFormBecomesAProgramOfEveryKindOfOperation) {
  const Model model = load(sound());
  ASSERT_NE(model.fixed_program(), nullptr);
  const Program& program = *model.fixed_program();
  const OpKind kinds[] = {OpKind::quantize,       OpKind::dense_s16, OpKind::affine_s16,     OpKind::dense_u8,
                          OpKind::group_norm_s16, OpKind::dense_u8,  OpKind::group_norm_s16, OpKind::dense_u8,
                          OpKind::dense_u8,       OpKind::dequantize};
  ASSERT_EQ(program.n_op, std::size(kinds));
  for (std::size_t i = 0; i < program.n_op; ++i) EXPECT_EQ(program.ops[i].kind, kinds[i]) << i;
  EXPECT_GE(program.ops[5].add_slot, 0);
  EXPECT_EQ(model.info().fixed.precision, "i8");
  EXPECT_EQ(model.info().fixed.layer_text.at(1), "a: affine s16 -> u8");
  EXPECT_EQ(estimates_of(program, model.info().test_coefficients, Isa::scalar).size(), model.info().test_estimates.size());
}

TEST(FixedContent, WithoutAnIntegerFormThereIsNone) {
  const Model model = load(tiny_integer_spec());
  EXPECT_EQ(model.fixed_program(), nullptr);
  EXPECT_TRUE(model.info().fixed.precision.empty());
}

TEST(FixedContent, TheFloatFormDoesNotChange) {
  const Model with = load(sound()), without = load(tiny_integer_spec());
  EXPECT_EQ(estimates_of(with.program(), with.info().test_coefficients, Isa::scalar),
            estimates_of(without.program(), without.info().test_coefficients, Isa::scalar));
}

const Mutation mutations[] = {
    {"fixed.precision", [](fbs::FixedT& f) { f.precision = std::string("i4"); }},
    {"fixed.budget", [](fbs::FixedT& f) { f.budget = -1; }},
    {"fixed.relative_rms", [](fbs::FixedT& f) { f.relative_rms = not_a_number; }},
    {"fixed.calibration", [](fbs::FixedT& f) { f.calibration = std::string(1, char(1)); }},
    {"fixed.input_scale[1]", [](fbs::FixedT& f) { f.input_scale[1] = 0; }},
    {"fixed.input_scale", [](fbs::FixedT& f) { f.input_scale.pop_back(); }},
    {"fixed.output_scale[0]", [](fbs::FixedT& f) { f.output_scale[0] = std::numeric_limits<float>::infinity(); }},
    {"fixed.output_scale", [](fbs::FixedT& f) { f.output_scale.push_back(1); }},
    {"fixed.ops", [](fbs::FixedT& f) { f.ops.pop_back(); }},
    {"fixed.ops[0].out", [](fbs::FixedT& f) { f.ops[0]->out = fbs::FixedNumber::none; }},
    {"fixed.ops[0].out", [](fbs::FixedT& f) { f.ops[0]->out = static_cast<fbs::FixedNumber>(9); }},
    {"fixed.ops[0].out", [](fbs::FixedT& f) { f.ops[0]->out = fbs::FixedNumber::s32; }},
    {"fixed.ops[1]", [](fbs::FixedT& f) { f.ops[0]->out = fbs::FixedNumber::u8; }},      // an affine cannot read u8
    {"fixed.ops[4].out", [](fbs::FixedT& f) { f.ops[4]->out = fbs::FixedNumber::u8; }},  // a skip is added
    {"fixed.ops[7].out", [](fbs::FixedT& f) { f.ops[7]->out = fbs::FixedNumber::s16; }},
    {"fixed.ops[0].weights_s16", [](fbs::FixedT& f) { f.ops[0]->weights_s16.pop_back(); }},
    {"fixed.ops[0].weights_s8", [](fbs::FixedT& f) { f.ops[0]->weights_s8.push_back(1); }},
    {"fixed.ops[2].weights_s8", [](fbs::FixedT& f) { f.ops[2]->weights_s8.pop_back(); }},
    {"fixed.ops[2].weights_s16", [](fbs::FixedT& f) { f.ops[2]->weights_s16.push_back(1); }},
    {"fixed.ops[2].bias", [](fbs::FixedT& f) { f.ops[2]->bias.pop_back(); }},
    {"fixed.ops[2].shift", [](fbs::FixedT& f) { f.ops[2]->shift.pop_back(); }},
    {"fixed.ops[2].shift[3]", [](fbs::FixedT& f) { f.ops[2]->shift[3] = 32; }},
    {"fixed.ops[2].multiplier", [](fbs::FixedT& f) { f.ops[2]->multiplier.clear(); }},
    {"fixed.ops[2].multiplier[0]", [](fbs::FixedT& f) { f.ops[2]->multiplier[0] = -1; }},
    {"fixed.ops[7].shift", [](fbs::FixedT& f) { f.ops[7]->shift.resize(2); }},
    {"fixed.ops[3].group_norm", [](fbs::FixedT& f) { f.ops[3]->group_norm.reset(); }},
    {"fixed.ops[1].group_norm",
     [](fbs::FixedT& f) { f.ops[1]->group_norm = std::make_unique<fbs::FixedGroupNormT>(*f.ops[3]->group_norm); }},
    {"fixed.ops[3].group_norm.mean_shift", [](fbs::FixedT& f) { f.ops[3]->group_norm->mean_shift = 32; }},
    {"fixed.ops[3].group_norm.mean_shift", [](fbs::FixedT& f) { f.ops[3]->group_norm->mean_shift = 1; }},  // groups of 4
    {"fixed.ops[3].group_norm.mean_shift", [](fbs::FixedT& f) { f.ops[3]->group_norm->mean_multiplier = 16385; }},
    {"fixed.ops[3].group_norm.mean_multiplier", [](fbs::FixedT& f) { f.ops[3]->group_norm->mean_multiplier = 0; }},
    {"fixed.ops[3].group_norm.square_shift", [](fbs::FixedT& f) { f.ops[3]->group_norm->square_shift = 3; }},
    {"fixed.ops[3].group_norm.square_shift", [](fbs::FixedT& f) { f.ops[3]->group_norm->square_shift = 30; }},
    {"fixed.ops[3].group_norm.epsilon", [](fbs::FixedT& f) { f.ops[3]->group_norm->epsilon = 0; }},
    {"fixed.ops[3].group_norm.square_shift", [](fbs::FixedT& f) { f.ops[3]->group_norm->epsilon = INT32_MAX; }},
    // Proofs: 32-bit sums of s16 and u8, the bias of one weight an output, and the four products of 16 bits.
    {"fixed.ops[0].weights", [](fbs::FixedT& f) { f.ops[0]->weights_s16.assign(32, 32767); }},
    {"fixed.ops[0].weights", [](fbs::FixedT& f) { f.ops[0]->bias[7] = INT32_MIN; }},
    {"fixed.ops[2].weights", [](fbs::FixedT& f) { f.ops[2]->bias[0] = INT32_MAX; }},
    {"fixed.ops[1].bias[2]", [](fbs::FixedT& f) { f.ops[1]->bias[2] = (1 << 30) + 1, f.ops[1]->weights_s16[2] = 1; }},
    {"fixed.ops[2].weights_s8", [](fbs::FixedT& f) { std::fill_n(f.ops[2]->weights_s8.begin() + 8, 2, std::int8_t{127}); }},
    {"fixed.ops[2].weights_s8", [](fbs::FixedT& f) { f.ops[2]->weights_s8[2] = f.ops[2]->weights_s8[7] = -128; }},
};

TEST(FixedContent, EverythingElseIsRefusedWithItsField) {
  for (const Mutation& mutation : mutations) {
    fbs::ModelT model = sound();
    mutation.spoil(*model.fixed);
    const std::vector<std::uint8_t> bytes = to_flatbuffer(model);
    Model loaded;
    const LoadResult result = load_flatbuffer({bytes.data(), bytes.size()}, loaded);
    EXPECT_EQ(result.status, Status::bad_model) << mutation.field;
    EXPECT_EQ(result.detail.rfind(std::string(mutation.field) + ": expected ", 0), 0u)
        << mutation.field << " | " << result.detail;
  }
}

TEST(FixedContent, CostsBelongToOutputsAndAreNumbers) {
  const auto refusal = [](double snr, const char* output, double loss, double bias2) {
    fbs::ModelT model = sound();
    auto cost = std::make_unique<fbs::FixedCostT>();
    cost->snr = snr;
    cost->output = output;
    cost->loss_float = cost->loss_fixed = loss;
    cost->bias2_float = cost->bias2_fixed = bias2;
    model.fixed->cost.push_back(std::move(cost));
    const std::vector<std::uint8_t> bytes = to_flatbuffer(model);
    Model loaded;
    return load_flatbuffer({bytes.data(), bytes.size()}, loaded).detail;
  };
  EXPECT_EQ(refusal(100, "t2_free_s", 1, -0.01), "");
  EXPECT_EQ(refusal(100, "t1_free_s", 1, 0).rfind("fixed.cost[0].output: ", 0), 0u);
  EXPECT_EQ(refusal(-1, "t2_free_s", 1, 0).rfind("fixed.cost[0].snr: ", 0), 0u);
  EXPECT_EQ(refusal(100, "t2_free_s", -1, 0).rfind("fixed.cost[0].loss_float: ", 0), 0u);
  EXPECT_EQ(refusal(100, "t2_free_s", 1, not_a_number).rfind("fixed.cost[0].bias2_float: ", 0), 0u);
}

TEST(FixedContent, WidthsWithoutAnIntegerFormAreRefused) {
  fbs::ModelT model = sound();
  model.layers[1]->normalization->n_group = 4;  // groups of two
  const std::vector<std::uint8_t> bytes = to_flatbuffer(model);
  Model loaded;
  const LoadResult result = load_flatbuffer({bytes.data(), bytes.size()}, loaded);
  EXPECT_EQ(result.detail, "fixed.ops[3]: expected groups of a multiple of 4 or one even group, found 4 of 2");
}

}  // namespace
}  // namespace crbrt::tests
