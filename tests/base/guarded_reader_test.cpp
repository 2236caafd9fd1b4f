// SPDX-License-Identifier: Apache-2.0
// What a child process sends arrives, and however it ends, the parent goes on.
#include "base/guarded_reader.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <ctime>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "base/error.h"

namespace crbrt::base {
namespace {

/// The message of the error of this code that reading a number ends with.
std::string message_of(ExitCode code, const std::function<void(const GuardedSender&)>& parse) {
  GuardedReader reader("scan.h5", "HDF5", parse);
  try {
    reader.read_number<int>();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

TEST(GuardedReader, WhatTheChildSendsArrivesInItsOrder) {
  std::vector<int> many(1 << 20);  // more than a pipe holds
  std::iota(many.begin(), many.end(), 0);
  GuardedReader reader("f", "HDF5", [&](const GuardedSender& sender) {
    sender.send(std::string("recon/x"));
    sender.send(3.5);
    sender.send(many.data(), many.size() * sizeof(int));
  });
  EXPECT_EQ(reader.read_text(), "recon/x");
  EXPECT_EQ(reader.read_number<double>(), 3.5);
  std::vector<int> received(many.size());
  reader.read(received.data(), 4);  // frames of the child and pieces of the parent need not agree
  reader.read(received.data() + 1, (many.size() - 1) * sizeof(int));
  EXPECT_EQ(received, many);
}

TEST(GuardedReader, ErrorsOfTheChildKeepTheirCodeAndText) {
  EXPECT_EQ(message_of(exit_disagreement, [](const GuardedSender&) { throw DisagreementError("scan.h5", "a", "b"); }),
            "scan.h5: expected a, found b");
  EXPECT_EQ(message_of(exit_input, [](const GuardedSender&) { throw std::bad_alloc(); }),
            "scan.h5: expected a file that fits into memory, found one that asks for more");
  EXPECT_EQ(message_of(exit_internal, [](const GuardedSender&) { throw std::logic_error("odd"); }), "odd");
}

TEST(GuardedReader, AnErrorAfterTheFirstNumbersIsAnErrorToo) {
  GuardedReader reader("scan.h5", "HDF5", [](const GuardedSender& sender) {
    sender.send(1);
    throw InputError("scan.h5", "a", "b");
  });
  EXPECT_EQ(reader.read_number<int>(), 1);
  EXPECT_THROW(reader.read_number<int>(), Error);
}

TEST(GuardedReader, ASignalThatEndsTheChildIsABadFile) {
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGKILL}) {
    const std::string message = message_of(exit_input, [signal](const GuardedSender&) { ::raise(signal); });
    EXPECT_NE(
        message.find("scan.h5: expected an intact file, found one at which HDF5 ended by signal " + std::to_string(signal)),
        std::string::npos)
        << message;
  }
}

TEST(GuardedReader, AChildThatSendsTooLittleIsABadFile) {
  EXPECT_EQ(message_of(exit_input, [](const GuardedSender&) {}),
            "scan.h5: expected an intact file, found one at which HDF5 ended early");
  EXPECT_EQ(message_of(exit_input, [](const GuardedSender&) { ::_exit(0); }),
            "scan.h5: expected an intact file, found one at which HDF5 ended early");
}

/// Works for this long on a processor.
void work(double seconds) {
  const std::clock_t end = std::clock() + static_cast<std::clock_t>(seconds * CLOCKS_PER_SEC);
  while (std::clock() < end) continue;
}

TEST(GuardedReader, AChildThatWorksWithoutAnAnswerIsABadFile) {
  GuardedReader reader(
      "scan.h5", "HDF5", [](const GuardedSender&) { work(20); }, std::chrono::seconds(1));
  try {
    reader.read_number<int>();
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "scan.h5: expected an intact file, found one at which HDF5 worked for 1 s without an answer");
  }
}

TEST(GuardedReader, AChildThatAnswersMayWorkOn) {
  GuardedReader reader(
      "scan.h5", "HDF5",
      [](const GuardedSender& sender) {
        for (int i = 0; i < 3; ++i) {
          work(0.6);
          sender.send(i);
        }
      },
      std::chrono::seconds(1));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(reader.read_number<int>(), i);
}

TEST(GuardedReader, AChildIsEndedWithItsReader) {
  pid_t child = 0;
  {
    GuardedReader reader("f", "HDF5", [](const GuardedSender& sender) {
      sender.send(::getpid());
      for (;;) ::pause();
    });
    child = reader.read_number<pid_t>();
  }
  EXPECT_NE(::kill(child, 0), 0) << "it still lives";
}

TEST(GuardedReader, ALengthThatCannotBeIsRefused) {
  GuardedReader reader("f", "HDF5", [](const GuardedSender& sender) { sender.send(~std::uint64_t{0}); });
  EXPECT_THROW(reader.read_text(), InputError);
}

}  // namespace
}  // namespace crbrt::base
