// SPDX-License-Identifier: Apache-2.0
/// One client on a socket: reads what the dialogue wants, has complete slices mapped by the pool, and sends what there is to
/// send. All of it but the mapping runs on the one thread of the io_context, so that nothing here needs a lock.
#pragma once

#include <asio.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tools/mrd/dialogue.h"

namespace crbrt::mrd {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

struct Timeouts {
  Seconds idle{600};    ///< between two messages
  Seconds message{10};  ///< for the first message, and for what a message, in or out, may take beyond the time for its bytes
  double least_rate = double{1 << 20};  ///< bytes in a second below which a peer is slow
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::ip::tcp::socket socket, asio::thread_pool& pool, const Service& service, MemoryBudget& budget,
             const Timeouts& timeouts);

  void start() { read(); }
  /// Ends what is too slow or too long silent. False once the connection has ended.
  bool check(Clock::time_point now);
  /// Ends it now: the server stops.
  void stop() { end(state_ == State::open && !is_finished_ ? "ended by the server, which was told to stop" : ""); }

 private:
  enum class State { open, draining, ended };

  void read();
  void have_read(std::size_t n);
  void start_mapping();
  void have_mapped(MappedGroup mapped, const std::string& failure);
  void send(Reply reply);
  void write();
  void have_written(std::size_t n);
  void finish();
  void refuse(const std::string& why);
  void drain();
  void end(const std::string& why);
  void log(const std::string& text) const;
  bool is_held() const noexcept { return waiting_bytes_ > service_.most_volume_bytes; }

  asio::ip::tcp::socket socket_;
  asio::thread_pool& pool_;
  const Service& service_;
  const Timeouts timeouts_;
  const std::string peer_;
  std::unique_ptr<Dialogue> dialogue_;

  State state_ = State::open;
  std::optional<std::string> refusal_;  ///< why no more is read; told once all that was complete has been sent
  bool is_reading_ = false, is_mapping_ = false, is_writing_ = false, is_finished_ = false, has_peer_closed_ = false;
  std::deque<Reply> replies_;
  std::size_t waiting_bytes_ = 0;               ///< of the replies
  std::size_t sent_ = 0, read_ = 0;             ///< bytes of the reply at the front, of the message that comes
  Clock::time_point read_since_, write_since_;  ///< when the message, in or out, or the silence began
};

}  // namespace crbrt::mrd
