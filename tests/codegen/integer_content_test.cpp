// SPDX-License-Identifier: Apache-2.0
// The integer form of a model file: what is accepted becomes a program that binds, and everything else is refused with the
// field.
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "tests/codegen/integer_models.h"

namespace crbrt::tests {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Operations of tiny_integer: 0 dense a, 1 affine a, 2 dense b, 3 group norm b, 4 dense c, 5 group norm c, 6 dense d, 7
/// output.
const fbs::ModelT& sound() {
  static const fbs::ModelT model = make_integer_model(tiny_integer_spec(), Number::u8);
  return model;
}

struct Mutation {
  const char* field;  ///< the refusal starts with it
  std::function<void(fbs::IntegersT&)> spoil;
};

TEST(IntegerContent, ASoundFormBecomesAProgramOfEveryKindOfOperation) {
  const Model model = load(sound());
  ASSERT_NE(model.integer_program(), nullptr);
  const Program& program = *model.integer_program();
  const OpKind kinds[] = {OpKind::quantize,       OpKind::dense_s16, OpKind::affine_s16,     OpKind::dense_u8,
                          OpKind::group_norm_s16, OpKind::dense_u8,  OpKind::group_norm_s16, OpKind::dense_u8,
                          OpKind::dense_u8,       OpKind::dequantize};
  ASSERT_EQ(program.n_op, std::size(kinds));
  for (std::size_t i = 0; i < program.n_op; ++i) EXPECT_EQ(program.ops[i].kind, kinds[i]) << i;
  EXPECT_GE(program.ops[5].add_slot, 0);
  EXPECT_EQ(model.info().integers.precision, "i8");
  EXPECT_EQ(model.info().integers.layer_text.at(1), "a: affine s16 -> u8");
  EXPECT_EQ(estimates_of(program, model.info().test_coefficients, Isa::scalar).size(), model.info().test_estimates.size());
}

TEST(IntegerContent, WithoutAnIntegerFormThereIsNone) {
  const Model model = load(tiny_integer_spec());
  EXPECT_EQ(model.integer_program(), nullptr);
  EXPECT_TRUE(model.info().integers.precision.empty());
}

TEST(IntegerContent, TheFloatFormDoesNotChange) {
  const Model with = load(sound()), without = load(tiny_integer_spec());
  EXPECT_EQ(estimates_of(with.program(), with.info().test_coefficients, Isa::scalar),
            estimates_of(without.program(), without.info().test_coefficients, Isa::scalar));
}

const Mutation mutations[] = {
    {"integers.precision", [](fbs::IntegersT& f) { f.precision = std::string("i4"); }},
    {"integers.budget", [](fbs::IntegersT& f) { f.budget = -1; }},
    {"integers.relative_rms", [](fbs::IntegersT& f) { f.relative_rms = not_a_number; }},
    {"integers.calibration", [](fbs::IntegersT& f) { f.calibration = std::string(1, char(1)); }},
    {"integers.input_scale[1]", [](fbs::IntegersT& f) { f.input_scale[1] = 0; }},
    {"integers.input_scale", [](fbs::IntegersT& f) { f.input_scale.pop_back(); }},
    {"integers.output_scale[0]", [](fbs::IntegersT& f) { f.output_scale[0] = std::numeric_limits<float>::infinity(); }},
    {"integers.output_scale", [](fbs::IntegersT& f) { f.output_scale.push_back(1); }},
    {"integers.ops", [](fbs::IntegersT& f) { f.ops.pop_back(); }},
    {"integers.ops[0].out", [](fbs::IntegersT& f) { f.ops[0]->out = fbs::IntegerNumber::none; }},
    {"integers.ops[0].out", [](fbs::IntegersT& f) { f.ops[0]->out = static_cast<fbs::IntegerNumber>(9); }},
    {"integers.ops[0].out", [](fbs::IntegersT& f) { f.ops[0]->out = fbs::IntegerNumber::s32; }},
    {"integers.ops[1]", [](fbs::IntegersT& f) { f.ops[0]->out = fbs::IntegerNumber::u8; }},      // an affine cannot read u8
    {"integers.ops[4].out", [](fbs::IntegersT& f) { f.ops[4]->out = fbs::IntegerNumber::u8; }},  // a skip is added
    {"integers.ops[7].out", [](fbs::IntegersT& f) { f.ops[7]->out = fbs::IntegerNumber::s16; }},
    {"integers.ops[0].weights_s16", [](fbs::IntegersT& f) { f.ops[0]->weights_s16.pop_back(); }},
    {"integers.ops[0].weights_s8", [](fbs::IntegersT& f) { f.ops[0]->weights_s8.push_back(1); }},
    {"integers.ops[2].weights_s8", [](fbs::IntegersT& f) { f.ops[2]->weights_s8.pop_back(); }},
    {"integers.ops[2].weights_s16", [](fbs::IntegersT& f) { f.ops[2]->weights_s16.push_back(1); }},
    {"integers.ops[2].bias", [](fbs::IntegersT& f) { f.ops[2]->bias.pop_back(); }},
    {"integers.ops[2].shift", [](fbs::IntegersT& f) { f.ops[2]->shift.pop_back(); }},
    {"integers.ops[2].shift[3]", [](fbs::IntegersT& f) { f.ops[2]->shift[3] = 32; }},
    {"integers.ops[2].multiplier", [](fbs::IntegersT& f) { f.ops[2]->multiplier.clear(); }},
    {"integers.ops[2].multiplier[0]", [](fbs::IntegersT& f) { f.ops[2]->multiplier[0] = -1; }},
    {"integers.ops[7].shift", [](fbs::IntegersT& f) { f.ops[7]->shift.resize(2); }},
    {"integers.ops[3].group_norm", [](fbs::IntegersT& f) { f.ops[3]->group_norm.reset(); }},
    {"integers.ops[1].group_norm",
     [](fbs::IntegersT& f) { f.ops[1]->group_norm = std::make_unique<fbs::IntegerGroupNormT>(*f.ops[3]->group_norm); }},
    {"integers.ops[3].group_norm.mean_shift", [](fbs::IntegersT& f) { f.ops[3]->group_norm->mean_shift = 32; }},
    {"integers.ops[3].group_norm.mean_shift", [](fbs::IntegersT& f) { f.ops[3]->group_norm->mean_shift = 1; }},  // groups of 4
    {"integers.ops[3].group_norm.mean_shift", [](fbs::IntegersT& f) { f.ops[3]->group_norm->mean_multiplier = 16385; }},
    {"integers.ops[3].group_norm.mean_multiplier", [](fbs::IntegersT& f) { f.ops[3]->group_norm->mean_multiplier = 0; }},
    {"integers.ops[3].group_norm.square_shift", [](fbs::IntegersT& f) { f.ops[3]->group_norm->square_shift = 3; }},
    {"integers.ops[3].group_norm.square_shift", [](fbs::IntegersT& f) { f.ops[3]->group_norm->square_shift = 30; }},
    {"integers.ops[3].group_norm.epsilon", [](fbs::IntegersT& f) { f.ops[3]->group_norm->epsilon = 0; }},
    {"integers.ops[3].group_norm.square_shift", [](fbs::IntegersT& f) { f.ops[3]->group_norm->epsilon = INT32_MAX; }},
    // Proofs: 32-bit sums of s16 and u8, the bias of one weight an output, and the four products of 16 bits.
    {"integers.ops[0].weights", [](fbs::IntegersT& f) { f.ops[0]->weights_s16.assign(32, 32767); }},
    {"integers.ops[0].weights", [](fbs::IntegersT& f) { f.ops[0]->bias[7] = INT32_MIN; }},
    {"integers.ops[2].weights", [](fbs::IntegersT& f) { f.ops[2]->bias[0] = INT32_MAX; }},
    {"integers.ops[1].bias[2]", [](fbs::IntegersT& f) { f.ops[1]->bias[2] = (1 << 30) + 1, f.ops[1]->weights_s16[2] = 1; }},
    {"integers.ops[2].weights_s8",
     [](fbs::IntegersT& f) { std::fill_n(f.ops[2]->weights_s8.begin() + 8, 2, std::int8_t{127}); }},
    {"integers.ops[2].weights_s8", [](fbs::IntegersT& f) { f.ops[2]->weights_s8[2] = f.ops[2]->weights_s8[7] = -128; }},
};

TEST(IntegerContent, EverythingElseIsRefusedWithItsField) {
  for (const Mutation& mutation : mutations) {
    fbs::ModelT model = sound();
    mutation.spoil(*model.integers);
    const std::vector<std::uint8_t> bytes = to_flatbuffer(model);
    Model loaded;
    const LoadResult result = load_flatbuffer({bytes.data(), bytes.size()}, loaded);
    EXPECT_EQ(result.status, Status::bad_model) << mutation.field;
    EXPECT_EQ(result.detail.rfind(std::string(mutation.field) + ": expected ", 0), 0u)
        << mutation.field << " | " << result.detail;
  }
}

TEST(IntegerContent, CostsBelongToOutputsAndAreNumbers) {
  const auto refusal = [](double snr, const char* output, double loss, double bias2) {
    fbs::ModelT model = sound();
    auto cost = std::make_unique<fbs::IntegerCostT>();
    cost->snr = snr;
    cost->output = output;
    cost->loss_float = cost->loss_integer = loss;
    cost->bias2_float = cost->bias2_integer = bias2;
    model.integers->cost.push_back(std::move(cost));
    const std::vector<std::uint8_t> bytes = to_flatbuffer(model);
    Model loaded;
    return load_flatbuffer({bytes.data(), bytes.size()}, loaded).detail;
  };
  EXPECT_EQ(refusal(100, "t2_free_s", 1, -0.01), "");
  EXPECT_EQ(refusal(100, "t1_free_s", 1, 0).rfind("integers.cost[0].output: ", 0), 0u);
  EXPECT_EQ(refusal(-1, "t2_free_s", 1, 0).rfind("integers.cost[0].snr: ", 0), 0u);
  EXPECT_EQ(refusal(100, "t2_free_s", -1, 0).rfind("integers.cost[0].loss_float: ", 0), 0u);
  EXPECT_EQ(refusal(100, "t2_free_s", 1, not_a_number).rfind("integers.cost[0].bias2_float: ", 0), 0u);
}

TEST(IntegerContent, WidthsWithoutAnIntegerFormAreRefused) {
  fbs::ModelT model = sound();
  model.layers[1]->normalization->n_group = 4;  // groups of two
  const std::vector<std::uint8_t> bytes = to_flatbuffer(model);
  Model loaded;
  const LoadResult result = load_flatbuffer({bytes.data(), bytes.size()}, loaded);
  EXPECT_EQ(result.detail, "integers.ops[3]: expected groups of a multiple of 4 or one even group, found 4 of 2");
}

}  // namespace
}  // namespace crbrt::tests
