// SPDX-License-Identifier: Apache-2.0
// The order is config, header, any texts, images, close. Which config counts is settled by the first image, because a client
// may name another one in a text behind the header.
#include "tools/mrd/dialogue.h"

#include <cstdlib>
#include <utility>

#include "base/error.h"
#include "base/escaped.h"
#include "base/json.h"
#include "physics/basis.h"
#include "tools/map/voxel_estimator.h"
#include "tools/volume/basis_check.h"

namespace crbrt::mrd {
namespace {

constexpr std::size_t most_shown = 80;

/// A text of a stranger inside a sentence.
std::string shown(std::string_view text) {
  std::string quoted(1, '"');
  quoted += base::for_terminal(text.substr(0, most_shown));
  return quoted += text.size() > most_shown ? "...\"" : "\"";
}

/// A parameter of a client as text, be it a text, a number or a truth; empty where there is none.
std::string text_of(const base::Json& parameters, std::string_view key) {
  const base::Json* const value = parameters.find(key);
  if (value == nullptr || value->is_null()) return {};
  return value->is_text() ? value->text() : value->dump();
}

std::optional<double> sigma_from(const std::string& text) {
  if (text.empty()) return std::nullopt;
  char* end = nullptr;
  const double sigma = std::strtod(text.c_str(), &end);
  if (*end != '\0' || !(sigma == 0 || map::is_noise(sigma)))
    throw Refusal("parameter sigma: expected a number above 0, or 0 for none, found " + shown(text));
  return sigma == 0 ? std::nullopt : std::optional(sigma);
}

std::optional<bool> precision_from(const std::string& text) {
  if (text.empty() || text == "default") return std::nullopt;
  if (text != "f32" && text != "integer") throw Refusal("parameter precision: expected f32 or integer, found " + shown(text));
  return text == "integer";
}

}  // namespace

Dialogue::Dialogue(const Service& service, MemoryBudget& budget, std::function<void(const std::string&)> log)
    : service_(service),
      budget_(budget),
      log_(std::move(log)),
      parser_(budget, service.most_volume_bytes, [this](const ImageHeader& header) { begin_images(header); }) {}

bool Dialogue::advance(std::size_t n) {
  if (!parser_.advance(n)) return false;
  take(parser_.take());
  return true;
}

void Dialogue::take(Message message) {
  if (is_closed_) throw Refusal("expected nothing behind the close message, found another message");
  switch (message.id) {
    case MessageId::config_file:
    case MessageId::config_text:
      if (has_config_) throw Refusal("expected one config message, found a second one");
      has_config_ = true;
      if (!message.text.starts_with('{')) {
        config_name_ = message.text;
        return;
      }
      // Parameters that name no config leave no choice where there is one.
      if (service_.configs.size() == 1) config_name_ = service_.configs.begin()->first;
      return take_parameters(message.text);
    case MessageId::header: {
      if (!has_config_ || has_header_) throw Refusal("expected one header behind the config message, found a header elsewhere");
      has_header_ = true;
      const MeasurementHeader header = measurement_header(message.text);
      if (!header.is_readable)
        tell_once(told_of_header_, "warning: the header is no XML of ISMRMRD; nothing in it was looked at");
      check_hashes(header.basis_sha256, header.sequence_sha256, "header");
      return;
    }
    case MessageId::text:
      if (!mapper_ && message.text.starts_with('{')) return take_parameters(message.text);
      log_("text: " + shown(message.text));
      return;
    case MessageId::image: return take_image(std::move(message));
    case MessageId::close: is_closed_ = true; return;
    default:  // waveforms say nothing about coefficients
      return;
  }
}

/// {"parameters": {...}}, as scanners send what was chosen at the console, or the parameters alone.
void Dialogue::take_parameters(const std::string& text) {
  base::Json json;
  try {
    json = base::Json::parse(text, "text message");
  } catch (const base::Error& error) {
    throw Refusal(error.what());
  }
  const base::Json* const inner = json.find("parameters");
  const base::Json& parameters = inner != nullptr && inner->is_object() ? *inner : json;
  if (!parameters.is_object()) return;
  for (const char* const key : {"config", "customconfig"})
    if (const std::string name = text_of(parameters, key); !name.empty()) config_name_ = name;
  if (const auto sigma = text_of(parameters, "sigma"); !sigma.empty()) sigma_ = sigma_from(sigma).value_or(0);
  if (const auto precision = precision_from(text_of(parameters, "precision"))) is_integer_ = precision;
  const auto hash = [&](std::initializer_list<const char*> keys) {
    for (const char* const key : keys)
      if (std::string found = text_of(parameters, key); !found.empty()) return std::optional(found);
    return std::optional<std::string>();
  };
  check_hashes(hash(basis_keys), hash(sequence_keys), "parameters");
}

/// Before the model is known, hashes are kept; the first image settles it.
void Dialogue::check_hashes(const std::optional<std::string>& basis, const std::optional<std::string>& sequence,
                            const char* where) {
  if (!mapper_) {
    if (basis) basis_sha256_ = basis;
    if (sequence) sequence_sha256_ = sequence;
    return;
  }
  const ModelInfo& info = mapper_->config().model->model.info();
  if (basis) {
    const std::string digits = volume::hash_digits(*basis);
    if (!is_same(physics::identity_of_model(info), {digits, digits}))
      throw Refusal(std::string(where) + ": expected coefficients in the basis of the model " + info.name + " (SHA-256 " +
                    info.basis_sha256 + "), found " + shown(*basis));
    basis_is_known_ = true;
  }
  if (sequence && volume::hash_digits(*sequence) != info.sequence_sha256)
    throw Refusal(std::string(where) + ": expected the sequence of the model " + info.name + " (SHA-256 " +
                  info.sequence_sha256 + "), found " + shown(*sequence));
}

void Dialogue::begin_images(const ImageHeader& header) {
  if (!has_config_ || !has_header_) throw Refusal("expected a config message and a header before images, found an image");
  if (!mapper_) {
    const auto config = find_config(service_.configs, config_name_);
    if (!config)
      throw Refusal("expected the name of a config, one of: " + names_of(service_.configs) + "; found " +
                    (config_name_.empty() ? "parameters without \"config\"" : shown(config_name_)));
    Config own = *config;
    if (sigma_) own.sigma = *sigma_ > 0 ? sigma_ : std::nullopt;
    if (is_integer_) own.is_integer = *is_integer_;
    try {
      expect_possible(own, "parameters");
    } catch (const base::Error& error) {
      throw Refusal(error.what());
    }
    mapper_ = std::make_shared<Mapper>(std::make_shared<const Config>(std::move(own)), service_.threads);
    assembly_.emplace(mapper_->config().program().n_coeff, mapper_->config().coefficients, service_.most_volume_bytes);
    check_hashes(basis_sha256_, sequence_sha256_, "header or parameters");
  }
  assembly_->expect(header);
}

void Dialogue::take_image(Message message) {
  if (message.text.find("sha256") != std::string::npos || message.text.find("SHA256") != std::string::npos)
    check_hashes(attribute_of(message.text, basis_keys), attribute_of(message.text, sequence_keys), "image attributes");
  if (!basis_is_known_)
    tell_once(
        told_of_basis_,
        "warning: nothing says in which basis the coefficients were made (basis_sha256 in the attributes of the images, in the "
        "header's userParameterString, or in the parameters)");
  if (auto group = assembly_->add(std::move(message))) groups_.push_back(std::move(*group));
}

std::function<MappedGroup()> Dialogue::next_group() {
  const auto group = std::make_shared<CoefficientGroup>(std::move(groups_.front()));
  groups_.pop_front();
  return [mapper = mapper_, group, is_known = basis_is_known_] { return mapper->map(*group, is_known); };
}

void Dialogue::tell(const MappedGroup& mapped) {
  if (!mapped.attributes_were_readable)
    tell_once(told_of_attributes_,
              "warning: the attributes of an image are no XML of ISMRMRD; its maps do not carry them over");
  ++n_mapped_;
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += mapped.counts[i];
  n_atypical_ += mapped.n_atypical;
}

std::string Dialogue::summary() const {
  if (assembly_)
    if (const std::string missing = assembly_->missing(); !missing.empty())
      throw Refusal("expected all coefficients before the close message; missing: " + missing);
  if (!mapper_) return "no images, no maps";
  std::string text = "mapped " + std::to_string(n_mapped_) + (n_mapped_ == 1 ? " slice or volume" : " slices or volumes") +
                     " with the model " + mapper_->config().model->model.info().name + "; voxels:";
  for (std::size_t i = 0; i < counts_.size(); ++i)
    if (counts_[i] != 0) text += std::string(" ") + volume::status_texts[i].name + " " + std::to_string(counts_[i]);
  if (mapper_->config().program().atypicality != nullptr) text += ", atypical " + std::to_string(n_atypical_);
  return text;
}

void Dialogue::tell_once(bool& was_told, const std::string& text) {
  if (std::exchange(was_told, true)) return;
  log_(text);
  texts_.push_back({.head = text_message(text)});
}

}  // namespace crbrt::mrd
