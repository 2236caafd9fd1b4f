// SPDX-License-Identifier: Apache-2.0
/// What is said on one connection, without a socket: bytes in, complete slices and volumes out, texts for the client. Errors of
/// the client are Refusals.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "tools/mrd/config.h"
#include "tools/mrd/mapper.h"
#include "tools/mrd/message_parser.h"

namespace crbrt::mrd {

/// What all connections share.
struct Service {
  Configs configs;
  unsigned threads = 1;                                     ///< of one group of coefficients
  std::size_t most_volume_bytes = std::size_t{2048} << 20;  ///< of coefficients that wait for others
};

class Dialogue {
 public:
  /// `log` takes a line for the log of the server. Service and budget outlive this.
  Dialogue(const Service& service, MemoryBudget& budget, std::function<void(const std::string&)> log);

  std::span<std::byte> wanted() { return parser_.wanted(); }
  /// n bytes of wanted() have come; true when they ended a message. Throws Refusal; then nothing more may come.
  bool advance(std::size_t n);
  bool is_between_messages() const noexcept { return parser_.is_between(); }
  bool is_closed() const noexcept { return is_closed_; }       ///< the client has sent all it wants to send
  bool is_configured() const noexcept { return has_config_; }  ///< its first message has come

  bool has_group() const noexcept { return !groups_.empty(); }
  /// The next complete group, as a call that maps it. One call at a time; it may run on another thread while bytes come in.
  std::function<MappedGroup()> next_group();
  /// What the client is told of a group that was mapped, at once or at the end.
  void tell(const MappedGroup& mapped);

  /// Texts for the client, in their order, since the last call.
  std::deque<Reply> texts() { return std::exchange(texts_, {}); }
  /// The last text; throws Refusal where coefficients are missing.
  std::string summary() const;

 private:
  void take(Message message);
  void take_parameters(const std::string& text);
  void begin_images(const ImageHeader& header);
  void take_image(Message message);
  void check_hashes(const std::optional<std::string>& basis, const std::optional<std::string>& sequence, const char* where);
  void tell_once(bool& was_told, const std::string& text);

  const Service& service_;
  MemoryBudget& budget_;
  const std::function<void(const std::string&)> log_;
  MessageParser parser_;

  bool has_config_ = false, has_header_ = false, is_closed_ = false;
  std::string config_name_;
  std::optional<double> sigma_;  ///< of the client
  std::optional<bool> is_integer_;
  std::optional<std::string> basis_sha256_, sequence_sha256_;  ///< of header or parameters

  std::shared_ptr<Mapper> mapper_;  ///< since the first image
  std::optional<Assembly> assembly_;
  bool basis_is_known_ = false, told_of_basis_ = false, told_of_attributes_ = false, told_of_header_ = false;
  std::deque<CoefficientGroup> groups_;
  std::deque<Reply> texts_;

  std::size_t n_mapped_ = 0, n_atypical_ = 0;
  volume::StatusCounts counts_{};
};

}  // namespace crbrt::mrd
