// Names, values and bounds of the quantities that estimators report.
#include "physics/estimand.h"

#include <algorithm>
#include <stdexcept>

namespace crbrt::physics {
namespace {

struct Time {
  std::string_view name;
  Parameter rate;
};

// t1_apparent_s reads r1_free_hz: an apparent T1 means r1_free = r1_semi = 1 / T1.
constexpr std::array<Time, 3> times{
    {{"t1_apparent_s", Parameter::r1_free_hz}, {"t1_free_s", Parameter::r1_free_hz}, {"t2_free_s", Parameter::r2_free_hz}}};

constexpr std::string_view signal_name = "signal_per_m0";

/// The unknown of bound_names() that carries this estimand.
std::string_view unknown_name(std::string_view estimand, Parameter parameter) {
  return estimand == "t1_apparent_s" ? "r1_apparent_hz" : name(parameter);
}

}  // namespace

std::optional<Estimand> Estimand::from_name(std::string_view text) {
  Estimand estimand;
  estimand.name_ = text;
  for (const Time& time : times)
    if (time.name == text) {
      estimand.parameter_ = time.rate;
      estimand.kind_ = Kind::time;
      return estimand;
    }
  if (text == signal_name) {
    estimand.kind_ = Kind::signal_norm;
    return estimand;
  }
  const std::optional<Parameter> parameter = parameter_from_name(text);
  if (!parameter) return std::nullopt;
  estimand.parameter_ = *parameter;
  return estimand;
}

std::vector<std::string> Estimand::all_names() {
  std::vector<std::string> names;
  for (const Time& time : times) names.emplace_back(time.name);
  for (std::size_t p = 0; p < n_parameter; ++p) names.emplace_back(physics::name(static_cast<Parameter>(p)));
  names.emplace_back(signal_name);
  return names;
}

std::string Estimand::unit() const {
  switch (kind_) {
    case Kind::time: return "s";
    case Kind::signal_norm: return "1";
    case Kind::parameter: break;
  }
  return std::string(physics::unit(parameter_));
}

double Estimand::value(const Tissue& tissue, double signal_norm) const noexcept {
  if (is_of_signal()) return signal_norm;
  const double parameter = tissue.values()[static_cast<std::size_t>(parameter_)];
  return is_time() ? 1 / parameter : parameter;
}

bool Estimand::has_bound(T1Model model) const {
  const std::vector<std::string> names = bound_names(model);
  return is_of_signal() || std::find(names.begin(), names.end(), unknown_name(name_, parameter_)) != names.end();
}

double Estimand::bound(const Tissue& tissue, const TissueBounds& bounds, T1Model model) const {
  if (is_of_signal()) return bounds.signal_per_m0_crb;
  const std::vector<std::string> names = bound_names(model);
  const auto it = std::find(names.begin(), names.end(), unknown_name(name_, parameter_));
  if (it == names.end())
    throw std::invalid_argument("no bound of " + name_ + " with the T1 model " + std::string(physics::name(model)));
  const double rate_bound = bounds.crb[it - names.begin()];
  const double time = value(tissue, no_signal_norm);
  return is_time() ? rate_bound * time * time * time * time : rate_bound;
}

}  // namespace crbrt::physics
