// SPDX-License-Identifier: Apache-2.0
// One thread talks to all clients; a pool maps. A thousand silent connections cost a thousand sockets and nothing else.
#include "tools/mrd/server.h"

#include <sys/resource.h>
#include <unistd.h>

#include <asio.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <list>
#include <memory>

#include "base/error.h"
#include "base/escaped.h"

namespace crbrt::mrd {
namespace {

constexpr auto tick = std::chrono::milliseconds(100);
constexpr unsigned files_beside_connections = 64;

/// Each connection is a file; systems allow 1,024 at first and more to who asks.
void allow_files(unsigned n) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= n) return;
  limit.rlim_cur = std::min<rlim_t>(n, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class Server {
 public:
  Server(const Service& service, const Listening& listening)
      : service_(service),
        listening_(listening),
        budget_(listening.most_bytes),
        pool_(mapping_threads),
        acceptor_(io_),
        ticks_(io_),
        signals_(io_, SIGINT, SIGTERM) {
    allow_files(listening.most_connections + files_beside_connections);
    listen();
  }

  void run() {
    accept();
    wait_for_tick();
    signals_.async_wait([this](const asio::error_code&, int) { stop(); });
    io_.run();
    pool_.join();
  }

 private:
  static constexpr std::size_t mapping_threads = 2;  ///< groups of different clients at a time

  void listen() {
    asio::error_code error;
    const auto address = asio::ip::make_address(listening_.address, error);
    if (error) throw base::UsageError("--address: expected an address as 127.0.0.1 or ::, found " + listening_.address);
    const asio::ip::tcp::endpoint end(address, listening_.port);
    const auto expect = [&] {
      if (error)
        throw base::OutputError("--port " + std::to_string(listening_.port) + " of " + listening_.address, error.message());
    };
    acceptor_.open(end.protocol(), error), expect();
    acceptor_.set_option(asio::socket_base::reuse_address(true), error), expect();
    acceptor_.bind(end, error), expect();
    acceptor_.listen(asio::socket_base::max_listen_connections, error), expect();
    base::print_lines("crbrt-mrd: listening at " + listening_.address + " port " +
                      std::to_string(acceptor_.local_endpoint().port()) + ", process " + std::to_string(::getpid()) +
                      ", configs: " + names_of(service_.configs) + "\n");
    std::fflush(stdout);
  }

  void accept() {
    acceptor_.async_accept([this](const asio::error_code& error, asio::ip::tcp::socket socket) {
      if (is_stopped_) return;
      if (error) {  // no more files: others have to end first
        is_accepting_ = false;
        return;
      }
      if (connections_.size() >= listening_.most_connections) {
        turn_away(std::move(socket));
      } else {
        connections_.push_back(std::make_shared<Connection>(std::move(socket), pool_, service_, budget_, listening_.timeouts));
        connections_.back()->start();
      }
      accept();
    });
  }

  /// A new socket takes a few bytes at once, or never.
  void turn_away(asio::ip::tcp::socket socket) {
    asio::error_code ignored;
    socket.non_blocking(true, ignored);
    const std::string text = text_message("error: expected at most " + std::to_string(listening_.most_connections) +
                                          " connections (--connections), found them open; try again later") +
                             close_message();
    socket.write_some(asio::buffer(text), ignored);
  }

  void wait_for_tick() {
    ticks_.expires_after(tick);
    ticks_.async_wait([this](const asio::error_code&) {
      if (is_stopped_) return;
      const auto now = Clock::now();
      connections_.remove_if([&](const std::shared_ptr<Connection>& connection) { return !connection->check(now); });
      if (!is_accepting_) {
        is_accepting_ = true;
        accept();
      }
      wait_for_tick();
    });
  }

  void stop() {
    is_stopped_ = true;
    acceptor_.close();
    ticks_.cancel();
    for (const auto& connection : connections_) connection->stop();
    connections_.clear();
  }

  const Service& service_;
  const Listening& listening_;
  MemoryBudget budget_;
  asio::io_context io_{1};
  asio::thread_pool pool_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer ticks_;
  asio::signal_set signals_;
  std::list<std::shared_ptr<Connection>> connections_;
  bool is_accepting_ = true, is_stopped_ = false;
};

}  // namespace

void serve(const Service& service, const Listening& listening) { Server(service, listening).run(); }

}  // namespace crbrt::mrd
