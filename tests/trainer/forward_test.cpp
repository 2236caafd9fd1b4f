// Forward models from configuration to file on a made-up signal whose derivatives are known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <Eigen/QR>

#include <cmath>
#include <fstream>
#include <numbers>

#include "base/error.h"
#include "physics/basis.h"
#include "physics/counter_random.h"
#include "tests/support/temporary_folder.h"
#include "tests/trainer/training_fixture.h"
#include "trainer/forward/forward_train.h"
#include "trainer/forward/phase_basis.h"
#include "trainer/forward/phase_head.h"
#include "trainer/forward/soap.h"
#include "trainer/forward/tangent_pass.h"

namespace crbrt::trainer {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr Eigen::Index n_coeff = 5;
constexpr double tr_s = 3.5e-3;

/// Coefficient k is a smooth function of pool size, R1 and R2 times exp(i (k + 1/2) phi) and one more harmonic: antiperiodic,
/// and conjugate at -phi.
std::complex<double> coefficient(const physics::Tissue& t, Eigen::Index k) {
  const double x = static_cast<double>(k), phi = t.omega0_rad_s * tr_s;
  const double a = std::exp(-0.3 * (x + 1) * t.r1_free_hz) + 0.4 * t.m0_semi_frac * x,
               b = 1 / (1 + 0.1 * t.r2_free_hz * (1 + 0.3 * x));
  return a * std::polar(1.0, (x + 0.5) * phi) + b * std::polar(1.0, -0.5 * phi) +
         0.2 * t.m0_semi_frac * std::polar(1.0, 1.5 * phi);
}

physics::Dataset made_up_set(std::size_t n, std::uint64_t seed) {
  using physics::Parameter;
  physics::Dataset set;
  set.unknowns =
      physics::Unknowns(physics::T1Model::apparent, {Parameter::exchange_hz, Parameter::t2_semi_s, Parameter::b1_rel});
  const std::vector<Parameter> unknowns = set.unknowns.parameters();
  const auto columns = static_cast<Eigen::Index>(n), n_unknown = static_cast<Eigen::Index>(unknowns.size());
  set.coefficients.resize(n_coeff, columns);
  set.jacobian.emplace(n_coeff * n_unknown, columns);
  set.crb.resize(n_unknown, columns);
  for (Eigen::Index i = 0; i < columns; ++i) {
    physics::CounterRandom random(seed, physics::Stream::tissue, static_cast<std::uint64_t>(i));
    physics::Tissue tissue{0.05 + 0.2 * random.uniform(), 0.4 + random.uniform(), 8 + 10 * random.uniform(), 20, 0, 1e-5, 0, 1};
    tissue.omega0_rad_s = (2 * random.uniform() - 1) * std::numbers::pi / tr_s;
    tissue.r1_semi_hz = tissue.r1_free_hz;
    Eigen::MatrixXcd derivatives(n_coeff, n_unknown);
    for (Eigen::Index k = 0; k < n_coeff; ++k) {
      set.coefficients(k, i) = coefficient(tissue, k);
      for (Eigen::Index p = 0; p < n_unknown; ++p) {
        auto values = tissue.values();
        double& value = values[static_cast<std::size_t>(unknowns[static_cast<std::size_t>(p)])];
        const double step = 1e-6 * std::max(1.0, std::abs(value)), middle = value;
        value = middle + step;
        const auto above = coefficient(physics::Tissue::from_values(values), k);
        value = middle - step;
        derivatives(k, p) = (above - coefficient(physics::Tissue::from_values(values), k)) / (2 * step);
      }
    }
    set.jacobian->col(i) = derivatives.reshaped().cast<std::complex<float>>();
    set.crb.col(i) = physics::cramer_rao_bound(set.coefficients.col(i), derivatives).crb;
    set.tissues.push_back(tissue);
  }
  set.basis = Eigen::MatrixXd::Identity(n_coeff + 3, n_coeff);
  set.sequence_name = "made up";
  set.sequence_sha256 = std::string(64, 'a');
  set.basis_sha256 = physics::sha256_of(set.basis);
  set.tr_s = tr_s;
  set.provenance = "{}";
  return set;
}

/// 16 off-resonances of each of n tissues.
physics::Dataset phase_set(std::size_t n) {
  constexpr std::size_t n_phase = 16;
  const physics::Dataset draws = made_up_set(n, 9);
  physics::Dataset set = draws;
  set.jacobian.reset();
  set.tissues.clear();
  set.coefficients.resize(n_coeff, static_cast<Eigen::Index>(n * n_phase));
  set.crb = Eigen::MatrixXd::Ones(draws.crb.rows(), set.coefficients.cols());
  for (std::size_t i = 0; i < n * n_phase; ++i) {
    physics::Tissue tissue = draws.tissues[i / n_phase];
    tissue.omega0_rad_s = (static_cast<double>(i % n_phase) + 0.5) / n_phase * std::numbers::pi / tr_s;
    set.tissues.push_back(tissue);
    for (Eigen::Index k = 0; k < n_coeff; ++k) set.coefficients(k, static_cast<Eigen::Index>(i)) = coefficient(tissue, k);
  }
  return set;
}

std::string config_text(const std::string& epochs = "12") {
  return R"({
  "task": "forward", "name": "made_up",
  "network": {"hidden": [24, 24], "activation": "root_silu"},
  "features": [{"inputs": ["m0_semi_frac"]}, {"inputs": ["r1_apparent_hz"]},
               {"inputs": ["r2_free_hz"], "function": "saturation", "offset": 10}],
  "table": {"rank": 8, "intervals": 24},
  "outputs": ["m0_semi_frac", "r2_free_hz"],
  "residual_weight": 0.3, "derivative_weight": 0.5,
  "optimizer": {"kind": "soap", "learning_rate": 0.003},
  "schedule": {"kind": "linear", "warmup_epochs": 0.5},
  "training": {"batch": 64, "epochs": )" +
         epochs + R"(, "seed": 4},
  "validation": {"count": 100, "every": 3}
})";
}

ForwardConfig config_of(const std::string& text) {
  const std::string path = tests::temporary_path("forward.json");
  std::ofstream(path) << text;
  return read_forward_config(path);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::vector<float> table_of(const physics::Dataset& phases, const physics::Dataset& training, const ForwardConfig& config) {
  PhaseBasis basis(training, config);
  basis.add(phases, "phase.h5");
  return basis.table("phase.h5");
}

struct Training {
  physics::Dataset set = made_up_set(2100, 1);
  ForwardConfig config;
  ForwardData data;
  ForwardOptions options;

  explicit Training(const std::string& text = config_text())
      : config(config_of(text)), data(prepare_forward_data(set, config, "set.h5")) {
    if (config.table) options.table = table_of(phase_set(40), set, config);
  }
  TrainedForward run() const { return train_forward(config, data, options); }
};

TEST(TrainedForward, LearnsAndTheRuntimeIsAsFarOffAsTheTraining) {
  const Training training;
  const TrainedForward trained = training.run();
  ASSERT_TRUE(trained.finished);
  ASSERT_EQ(trained.errors.size(), 2u);
  EXPECT_EQ(trained.errors[1].name, "r2_free_hz");
  EXPECT_LT(trained.history.back().validation_loss, 0.2 * trained.history.front().validation_loss);
  EXPECT_LT(trained.errors[0].median, trained.errors[0].rms);
  EXPECT_LT(trained.errors[0].rms, trained.errors[0].q99);
  const ModelFile file = export_forward(training.config, training.set, training.data, trained);  // compares both
  EXPECT_EQ(file.forward->n_interval, 24u);
  EXPECT_TRUE(file.forward->is_mirrored);
  EXPECT_EQ(file.info.forward.test_tissues.size(), 16u * 4);
  EXPECT_NEAR(file.forward->inputs[3].maximum, std::numbers::pi / tr_s, 1e-5);
}

TEST(TrainedForward, WithoutATableHarmonicsAreFeatures) {
  std::string text = replaced(config_text(), R"("table": {"rank": 8, "intervals": 24},)", "");
  text = replaced(text, R"(, {"inputs": ["r1_apparent_hz"]})", R"(, {"inputs": ["r1_apparent_hz"]},
    {"inputs": ["omega0_rad_s"], "function": "cosine", "factor": 0.00175}, {"inputs": ["omega0_rad_s"], "function": "sine", "factor": 0.00175},
    {"inputs": ["omega0_rad_s"], "function": "cosine", "factor": 0.00525}, {"inputs": ["omega0_rad_s"], "function": "sine", "factor": 0.00525})");
  const Training training(text);
  const TrainedForward trained = training.run();
  // Coefficients are some sixty standard deviations of the noise; a network that learns nothing leaves as many.
  EXPECT_LT(trained.residual.rms, 20);
  EXPECT_EQ(export_forward(training.config, training.set, training.data, trained).forward->n_interval, 0u);
}

TEST(TrainedForward, AnInterruptedRunEndsInTheSameBits) {
  Training training(config_text("6"));
  const TrainedForward straight = training.run();
  training.options.checkpoint_path = tests::temporary_path("checkpoint.pt");
  std::size_t n_epoch = 0;
  training.options.stop_requested = [&] { return ++n_epoch == 3; };
  EXPECT_FALSE(training.run().finished);
  training.options.stop_requested = nullptr;
  training.options.resume = true;
  const TrainedForward resumed = training.run();
  EXPECT_TRUE(resumed.finished);
  EXPECT_EQ(resumed.part.table, straight.part.table);
  for (std::size_t i = 0; i < straight.part.network.operations.size(); ++i)
    EXPECT_EQ(resumed.part.network.operations[i].weights, straight.part.network.operations[i].weights) << i;
  ASSERT_EQ(resumed.history.size(), straight.history.size());
  EXPECT_EQ(resumed.history.back().validation_loss, straight.history.back().validation_loss);
}

TEST(TrainedForward, ACheckpointOfAnotherRunIsRefused) {
  Training training(config_text("2"));
  training.options.checkpoint_path = tests::temporary_path("checkpoint.pt");
  training.run();
  Training other(replaced(config_text("2"), "\"seed\": 4", "\"seed\": 5"));
  other.options = training.options;
  other.options.resume = true;
  EXPECT_THROW(other.run(), base::DisagreementError);
}

TEST(TrainedForward, TheWeightsOfAnotherRunMayBeTheFirst) {
  Training first(config_text("6"));
  first.options.checkpoint_path = tests::temporary_path("checkpoint.pt");
  const TrainedForward before = first.run();
  Training second(config_text("1"));
  second.options.table = first.options.table;
  second.options.start_path = first.options.checkpoint_path;
  EXPECT_LT(second.run().history.front().validation_loss, 4 * before.history.back().validation_loss);
  Training other(replaced(config_text("1"), "[24, 24]", "[24, 25]"));
  other.options.start_path = first.options.checkpoint_path;
  EXPECT_THROW(other.run(), base::DisagreementError);
  Training another(replaced(config_text("1"), "\"offset\": 10", "\"offset\": 11"));
  another.options.start_path = first.options.checkpoint_path;
  EXPECT_THROW(another.run(), base::DisagreementError);
}

TEST(TrainedForward, ARateThatThrowsTheWeightsAwayIsToldApart) {
  Training training(replaced(config_text("2"), "\"learning_rate\": 0.003", "\"learning_rate\": 1e6"));
  try {
    training.run();
    ADD_FAILURE() << "no error";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::exit_diverged);
    EXPECT_THAT(error.what(), HasSubstr("the training diverged"));
  }
}

// The projection is that of the bound: noise of 1 / SNR 100 in every part makes p a standard normal number.
TEST(ForwardData, DirectionsAreOfUnitLengthAndKeepTheBound) {
  const Training training;
  const ForwardSamples& s = training.data.training;
  const std::size_t n_part = 2 * n_coeff;
  for (std::size_t i = 0; i < 20; ++i)
    for (std::size_t w = 0; w < 2; ++w) {
      const float* const u = &s.directions[(i * 2 + w) * n_part];
      double squares = 0, with_signal = 0, with_turned = 0;
      for (std::size_t j = 0; j < n_part; ++j) {
        const std::size_t other = (j + n_coeff) % n_part;
        squares += u[j] * u[j];
        with_signal += u[j] * s.targets[i * n_part + j];
        with_turned += (j < n_coeff ? -1 : 1) * u[j] * s.targets[i * n_part + other];
      }
      // M0 is another unknown: an error along the signal, or along i times it, is none of the wanted ones. Rounding of ten
      // products of numbers up to 300, and of bounds with condition numbers up to 1e3.
      EXPECT_NEAR(squares, 1, 1e-5);
      EXPECT_NEAR(with_signal, 0, 0.02);
      EXPECT_NEAR(with_turned, 0, 0.02);
    }
}

TEST(ForwardData, WhatTheSetLacksIsNamed) {
  const auto refusal = [](const std::string& text, physics::Dataset set) -> std::string {
    const ForwardConfig config = config_of(text);
    try {
      prepare_forward_data(set, config, "set.h5");
    } catch (const base::DisagreementError& error) {
      return error.what();
    }
    return "";
  };
  const physics::Dataset set = made_up_set(300, 1);
  EXPECT_EQ(refusal(config_text(), set), "");
  EXPECT_THAT(
      refusal(replaced(config_text(), "\"r2_free_hz\"],\n", "\"exchange_hz\"],\n"), set),
      AllOf(HasSubstr("set.h5"), HasSubstr("the unknown exchange_hz"), HasSubstr("found m0_semi_frac, r1_apparent_hz")));
  EXPECT_THAT(refusal(replaced(config_text(), "[\"r1_apparent_hz\"]", "[\"omega0_rad_s\"]"), set),
              HasSubstr("no feature of omega0_rad_s beside a table"));
  physics::Dataset complex = set;
  complex.basis =
      physics::Basis(Eigen::MatrixXcd(Eigen::MatrixXcd::Identity(n_coeff + 3, n_coeff) * std::complex<double>(0, 1)));
  EXPECT_THAT(refusal(config_text(), complex), HasSubstr("a real basis for a table"));
}

TEST(ForwardConfig, WrongKeysAndValuesAreRefused) {
  const auto refusal = [](const std::string& from, const std::string& to) -> std::string {
    try {
      config_of(replaced(config_text(), from, to));
    } catch (const base::InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refusal("\"root_silu\"", "\"relu\""), HasSubstr("root_silu"));
  EXPECT_THAT(refusal("\"soap\"", "\"adam\""), HasSubstr("soap"));
  EXPECT_THAT(refusal("\"saturation\", \"offset\": 10", "\"saturation\""), HasSubstr("offset"));
  EXPECT_THAT(refusal("\"rank\": 8", "\"rank\": 0"), HasSubstr("rank"));
  EXPECT_THAT(refusal("\"residual_weight\"", "\"residual_wait\""), HasSubstr("residual_weight"));
  EXPECT_THAT(refusal("[\"m0_semi_frac\", \"r2_free_hz\"]", "[]"), HasSubstr("at least one unknown"));
}

// The set has only eight functions of the off-resonance: splines of its eight leading vectors give every tissue.
TEST(PhaseBasis, SplinesOfTheLeadingFunctionsGiveTheTissues) {
  const physics::Dataset training = made_up_set(10, 1), phases = phase_set(40);
  const ForwardConfig config = config_of(replaced(config_text(), "\"intervals\": 24", "\"intervals\": 200"));
  const std::vector<float> table = table_of(phases, training, config);
  ASSERT_EQ(table.size(), 203u * 2 * n_coeff * 8);
  // Least squares of the factors of a tissue at 16 places, then its residual there.
  const std::size_t n_part = 2 * n_coeff;
  Eigen::MatrixXd functions(16 * static_cast<Eigen::Index>(n_part), 8);
  Eigen::VectorXd values(functions.rows());
  for (std::size_t m = 0; m < 16; ++m) {
    const auto place = static_cast<float>((static_cast<double>(m) + 0.5) / 16 * 200);
    for (std::size_t r = 0; r < 8; ++r) {
      std::vector<float> latent(8, 0.0f), targets(n_part, 0.0f), directions(n_part, 0.0f), space, residual(1);
      latent[r] = 1;
      // The error beside targets of 0 is the function itself; directions pick its parts.
      for (std::size_t j = 0; j < n_part; ++j) {
        std::fill(directions.begin(), directions.end(), 0.0f);
        directions[j] = 1;
        float picked = 0;
        HeadResults results{.projected = &picked};
        run_head({n_part, 8, 1, 200, 0}, {1, table.data(), &place, latent.data(), targets.data(), directions.data()}, results,
                 space);
        functions(static_cast<Eigen::Index>(m * n_part + j), static_cast<Eigen::Index>(r)) = picked;
      }
    }
    for (std::size_t j = 0; j < n_part; ++j) {
      const auto c = phases.coefficients(static_cast<Eigen::Index>(j % n_coeff), static_cast<Eigen::Index>(m));
      values[static_cast<Eigen::Index>(m * n_part + j)] = forward_snr * (j < n_coeff ? c.real() : c.imag());
    }
  }
  const Eigen::VectorXd factors = functions.householderQr().solve(values);
  // Splines of 200 intervals are off by (4.5 pi / 200)^4 / 720 of a harmonic of 4.5, less than single precision leaves of
  // values up to 300.
  EXPECT_LT((functions * factors - values).cwiseAbs().maxCoeff(), 300 * 1e-4);
}

TEST(PhaseBasis, SetsThatAreNoneAreRefused) {
  const physics::Dataset training = made_up_set(10, 1);
  const ForwardConfig config = config_of(config_text());
  const auto refusal = [&](const physics::Dataset& set) -> std::string {
    try {
      table_of(set, training, config);
    } catch (const base::DisagreementError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refusal(phase_set(5)), AllOf(HasSubstr("at least 8 tissues"), HasSubstr("found 5")));
  EXPECT_THAT(refusal(made_up_set(50, 2)), HasSubstr("crbrt-simulate --off-resonances"));
  physics::Dataset other = phase_set(40);
  other.sequence_sha256 = std::string(64, 'b');
  EXPECT_THAT(refusal(other), HasSubstr("the sequence of the training set"));
}

// Central differences of the loss, which is quadratic in the latent factors and their derivatives: exact but for rounding of
// 1e-7 of the loss over twice the step.
TEST(PhaseHead, GradientsAreThoseOfTheLoss) {
  constexpr std::size_t n = 3, n_part = 6, n_wanted = 2, intervals = 4;
  const auto numbers = [](std::size_t size, std::uint64_t seed) {
    std::vector<float> values(size);
    physics::CounterRandom random(seed, physics::Stream::start, 0);
    for (float& x : values) x = static_cast<float>(random.normal());
    return values;
  };
  for (const bool has_table : {true, false}) {
    const std::size_t n_latent = has_table ? 19 : n_part;
    const std::vector<float> table = numbers((intervals + 3) * n_part * n_latent, 1), targets = numbers(n * n_part, 3),
                             directions = numbers(n * n_wanted * n_part, 4), place{0.3f, 3.9f, 4.0f}, weights{1, 0.25f, 3},
                             place_tangents = numbers(n, 5), target_tangents = numbers(n * n_part, 6);
    std::vector<float> latent = numbers(n * n_latent, 2), tangents = numbers(n * n_latent, 7), space;
    const HeadShape shape{n_part, n_latent, n_wanted, has_table ? intervals : 0, 0.4, 0.7, has_table ? 1.0f : 1.5f};
    const HeadBatch batch{n,
                          has_table ? table.data() : nullptr,
                          has_table ? place.data() : nullptr,
                          latent.data(),
                          targets.data(),
                          directions.data(),
                          weights.data(),
                          has_table ? place_tangents.data() : nullptr,
                          tangents.data(),
                          target_tangents.data()};
    const auto loss = [&] {
      HeadResults results;
      run_head(shape, batch, results, space);
      return results.loss;
    };
    std::vector<float> of_latent(latent.size()), of_tangents(tangents.size());
    HeadResults results{.latent_gradient = of_latent.data(), .latent_tangent_gradient = of_tangents.data()};
    run_head(shape, batch, results, space);
    const float step = 0.0625f;
    const double rounding = 20 * 1.2e-7 * results.loss / step + 1e-5;
    const auto expect_gradient = [&](std::vector<float>& values, const std::vector<float>& gradient) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        const float middle = values[i];
        values[i] = middle + step;
        const double above = loss();
        values[i] = middle - step;
        const double below = loss();
        values[i] = middle;
        EXPECT_NEAR(gradient[i], (above - below) / (2 * step), rounding + 1e-3 * std::abs(gradient[i]))
            << i << ' ' << has_table;
      }
    };
    expect_gradient(latent, of_latent);
    expect_gradient(tangents, of_tangents);
  }
}

// The slope of the splines by the place is that of central differences of their value, which are off by h^2 / 6 of the third
// derivative: at most eight times the largest control point.
TEST(PhaseHead, DerivativesByThePlaceAreThoseOfTheSplines) {
  const std::vector<float> table{1, -2, 3, 0.5f, -1, 2};  // of three intervals
  const float one = 1, none = 0, h = 0x1p-5f;
  const HeadShape shape{1, 1, 1, 3, 0, 1};
  std::vector<float> space;
  const auto value = [&](float place) {
    float picked = 0;
    HeadResults results{.projected = &picked};
    run_head(shape, {1, table.data(), &place, &one, &none, &one}, results, space);
    return picked;
  };
  for (const float place : {0.5f, 1.25f, 2.75f}) {
    const float expected = (value(place + h) - value(place - h)) / (2 * h);
    float squares = 0;
    HeadResults results{.derivative = &squares};
    run_head(shape, {1, table.data(), &place, &one, &none, &one, nullptr, &one, &none, &expected}, results, space);
    EXPECT_LT(std::sqrt(squares), h * h / 6 * 8 * 3 + 1e-4) << place;
  }
}

TEST(TangentPass, GradientsAreThoseOfLibTorch) {
  NetworkConfig config;
  config.hidden = {7, 9};
  config.activation.kind = OperationKind::root_silu;
  const LayerTensors tensors(config, {4, 3, 0}, 5, at::kCPU);
  torch::manual_seed(3);
  for (const Layer& layer : tensors.layers) {
    const at::NoGradGuard no_gradient;
    layer.bias.normal_();
  }
  for (const bool has_tangents : {false, true}) {
    const at::Tensor x = at::randn({20, 4}), t = at::randn({20, 4}), weights = at::randn({has_tangents ? 40 : 20, 3});
    at::Tensor value = x, tangent = t;
    for (const Layer& layer : tensors.layers) {
      value = at::linear(value, layer.weight, layer.bias);
      tangent = at::mm(tangent, layer.weight.t());
      if (!layer.is_hidden) break;
      const at::Tensor s = value / (value.square() + 1).sqrt();
      tangent = tangent * (1 + s * (2 - s.square())) / 2;
      value = value / 2 * (1 + s);
    }
    const at::Tensor expected = has_tangents ? at::cat({value, tangent}) : value;
    tensors.parameters.grad().zero_();
    (expected * weights).sum().backward();
    TangentPass pass(tensors);
    const at::Tensor found = pass.forward(x, has_tangents ? t : at::Tensor());
    // Sums of at most nine products of numbers up to ten; gradients of forty of them.
    EXPECT_LT((found - expected).abs().max().item<double>(), 2e-5);
    const std::vector<at::Tensor> gradients = pass.backward(weights);
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      const Layer& layer = tensors.layers[i];
      const at::Tensor of_layer = at::cat({layer.weight.grad(), layer.bias.grad().unsqueeze(1)}, 1);
      EXPECT_LT((gradients[i] - of_layer).abs().max().item<double>(), 2e-5 * (1 + of_layer.abs().max().item<double>())) << i;
    }
  }
}

// A quadratic whose axes are turned and of very different curvature: Adam along them gets down in tens of steps.
TEST(Soap, GetsDownAQuadraticWithTurnedAxes) {
  torch::manual_seed(4);
  const at::Tensor left = std::get<0>(at::linalg_qr(at::randn({6, 6}))), right = std::get<0>(at::linalg_qr(at::randn({5, 5})));
  const at::Tensor curvature = at::logspace(-3, 0, 30).view({6, 5});
  at::Tensor x = at::randn({6, 5});
  const auto turned = [&] { return at::mm(at::mm(left.t(), x), right); };
  const auto loss = [&] { return (curvature * turned().square()).sum().item<double>(); };
  Soap soap({x});
  const double before = loss();
  for (int step = 0; step < 400; ++step)
    x.sub_(soap.step({at::mm(at::mm(left, 2 * curvature * turned()), right.t())})[0], 0.02 * (1 - step / 400.0));
  EXPECT_LT(loss(), 1e-4 * before);
}

}  // namespace
}  // namespace crbrt::trainer
