// SPDX-License-Identifier: Apache-2.0
// Reading goes on while maps are computed and sent: a client may send all it has before it reads anything. What it does not
// take waits here up to the size of a volume; then it is read no further, until it takes something or its time is over.
#include "tools/mrd/connection.h"

#include <array>
#include <exception>
#include <utility>

#include "base/number_text.h"
#include "tools/mrd/log.h"

namespace crbrt::mrd {
namespace {

std::string name_of(const asio::ip::tcp::socket& socket) {
  asio::error_code unknown;
  const auto end = socket.remote_endpoint(unknown);
  return unknown ? "a client that has gone" : end.address().to_string() + ":" + std::to_string(end.port());
}

/// What nobody looks at, of any connection: all of them read on one thread.
std::array<std::byte, 65536> discarded;

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, asio::thread_pool& pool, const Service& service, MemoryBudget& budget,
                       const Timeouts& timeouts)
    : socket_(std::move(socket)),
      pool_(pool),
      service_(service),
      timeouts_(timeouts),
      peer_(name_of(socket_)),
      dialogue_(std::make_unique<Dialogue>(service, budget, [this](const std::string& text) { log(text); })),
      read_since_(Clock::now()),
      write_since_(read_since_) {
  asio::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void Connection::read() {
  if (state_ != State::open || is_reading_ || is_finished_ || refusal_ || dialogue_->is_closed() || is_held()) return;
  is_reading_ = true;
  const std::span<std::byte> wanted = dialogue_->wanted();
  socket_.async_read_some(asio::buffer(wanted.data(), wanted.size()),
                          [self = shared_from_this()](const asio::error_code& error, std::size_t n) {
                            self->is_reading_ = false;
                            self->has_peer_closed_ = static_cast<bool>(error);
                            if (self->state_ != State::open || self->is_finished_) return self->drain();
                            if (self->refusal_) return;  // nothing that comes counts any more
                            if (error == asio::error::eof)
                              return self->refuse("expected a close message, found the end of the connection");
                            if (error) return self->end(error.message());
                            self->have_read(n);
                          });
}

void Connection::have_read(std::size_t n) {
  read_ += n;
  try {
    if (dialogue_->is_between_messages()) read_since_ = Clock::now();  // a message begins with these bytes
    if (dialogue_->advance(n)) {
      read_since_ = Clock::now();
      read_ = 0;
    }
  } catch (const Refusal& refusal) {
    return refuse(refusal.what());
  } catch (const std::exception& error) {
    return refuse(std::string("the server failed: ") + error.what());
  }
  for (Reply& text : dialogue_->texts()) send(std::move(text));
  start_mapping();
  finish();
  read();
}

void Connection::start_mapping() {
  if (state_ != State::open || is_mapping_ || !dialogue_->has_group() || is_held()) return;
  is_mapping_ = true;
  asio::post(pool_, [self = shared_from_this(), map = dialogue_->next_group()]() mutable {
    auto mapped = std::make_shared<MappedGroup>();
    std::string failure;
    try {
      *mapped = map();
    } catch (const std::exception& error) {
      failure = error.what();
    }
    map = nullptr;  // gives the coefficients back here, not on the thread that others wait for
    asio::post(self->socket_.get_executor(), [self, mapped, failure] { self->have_mapped(std::move(*mapped), failure); });
  });
}

void Connection::have_mapped(MappedGroup mapped, const std::string& failure) {
  is_mapping_ = false;
  read_since_ = Clock::now();
  if (state_ != State::open) return;
  if (!failure.empty()) return refuse("the server failed: " + failure);
  dialogue_->tell(mapped);
  for (Reply& reply : mapped.replies) send(std::move(reply));
  for (Reply& text : dialogue_->texts()) send(std::move(text));
  start_mapping();
  finish();
  read();
}

void Connection::send(Reply reply) {
  waiting_bytes_ += reply.size();
  replies_.push_back(std::move(reply));
  write();
}

void Connection::write() {
  if (is_writing_ || replies_.empty() || state_ == State::ended) return;
  is_writing_ = true;
  if (sent_ == 0) write_since_ = Clock::now();
  const Reply& reply = replies_.front();
  const std::span<const std::byte> numbers = reply.numbers();
  const std::size_t of_head = std::min(sent_, reply.head.size()), of_numbers = sent_ - of_head;
  const std::array<asio::const_buffer, 2> rest{asio::buffer(reply.head) + of_head,
                                               asio::buffer(numbers.data(), numbers.size()) + of_numbers};
  socket_.async_write_some(rest, [self = shared_from_this()](const asio::error_code& error, std::size_t n) {
    self->is_writing_ = false;
    if (self->state_ == State::ended) return;
    if (error) return self->end("takes no replies: " + error.message());
    self->have_written(n);
  });
}

void Connection::have_written(std::size_t n) {
  sent_ += n;
  if (sent_ == replies_.front().size()) {
    waiting_bytes_ -= sent_;
    replies_.pop_front();
    sent_ = 0;
    read_since_ = Clock::now();
  }
  if (!replies_.empty()) return write();
  if (is_finished_) return drain();
  start_mapping();
  finish();
  read();
}

/// When all that came complete is mapped, and the client has said all or was refused: the last text, and the close message,
/// behind which nothing is sent.
void Connection::finish() {
  if (is_finished_ || state_ != State::open || is_mapping_ || dialogue_->has_group()) return;
  if (!refusal_ && !dialogue_->is_closed()) return;
  std::string last;
  if (!refusal_) {
    try {
      last = dialogue_->summary();
    } catch (const Refusal& refusal) {
      return refuse(refusal.what());
    }
    log(last);
  }
  is_finished_ = true;
  send({.head = text_message(refusal_ ? "error: " + *refusal_ : last)});
  send({.head = close_message()});
}

/// No more is read. Slices that were complete before are mapped and sent; then the reason, and the close message.
void Connection::refuse(const std::string& why) {
  if (refusal_ || is_finished_) return;
  log("refused: " + why);
  refusal_ = why;
  start_mapping();
  finish();
}

/// Nothing more is sent; what still comes is read and thrown away until the client closes, or its system would throw away what
/// it has not read.
void Connection::drain() {
  if (state_ == State::ended || !replies_.empty()) return;
  if (state_ == State::open) {
    state_ = State::draining;
    asio::error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    write_since_ = Clock::now();
  }
  if (has_peer_closed_) return end("");
  if (is_reading_) return;  // into memory of the dialogue
  dialogue_.reset();
  is_reading_ = true;
  socket_.async_read_some(asio::buffer(discarded), [self = shared_from_this()](const asio::error_code& error, std::size_t) {
    self->is_reading_ = false;
    if (error) return self->end("");
    self->drain();
  });
}

bool Connection::check(Clock::time_point now) {
  if (state_ == State::ended) return false;
  const auto is_late = [&](Clock::time_point since, std::size_t bytes) {
    return Seconds(now - since) > timeouts_.message + Seconds(static_cast<double>(bytes) / timeouts_.least_rate);
  };
  if (state_ == State::draining) {
    if (is_late(write_since_, 0)) end("");
  } else if (!replies_.empty()) {
    if (is_late(write_since_, sent_)) end("took its replies too slowly");
  } else if (!is_mapping_ && !is_finished_ && !refusal_) {
    const bool is_inside = !dialogue_->is_between_messages() || !dialogue_->is_configured();
    if (is_inside && is_late(read_since_, read_))
      refuse("expected a whole message within " + base::number_text(timeouts_.message.count(), "%g") +
             " s and the time for its bytes (--message-timeout), found a part of one");
    else if (!is_inside && now - read_since_ > timeouts_.idle)
      refuse("expected a message within " + base::number_text(timeouts_.idle.count(), "%g") +
             " s (--idle-timeout), found none");
  }
  return state_ != State::ended;
}

void Connection::end(const std::string& why) {
  if (state_ == State::ended) return;
  state_ = State::ended;
  if (!why.empty()) log(why);
  asio::error_code ignored;
  socket_.close(ignored);
}

void Connection::log(const std::string& text) const { log_line(peer_, text); }

}  // namespace crbrt::mrd
