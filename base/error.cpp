// SPDX-License-Identifier: Apache-2.0
// The one place where exceptions become a line on stderr and an exit code.
#include "base/error.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>

#include "base/escaped.h"
#include "base/interruption.h"

namespace crbrt::base {

namespace {

int run_guarded(const char* program, int (*body)(int argc, char** argv), int argc, char** argv) {
  // A file-size limit then fails the write (EFBIG), like a full disk, instead of killing us with temporary files left behind.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return body(argc, argv);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s: %s\n", program, for_terminal(error.what()).c_str());
    return error.code();
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "%s: out of memory\n", program);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: internal error: %s\n", program, for_terminal(error.what()).c_str());
  } catch (...) {
    std::fprintf(stderr, "%s: internal error\n", program);
  }
  return exit_internal;
}

}  // namespace

int run_main(const char* program, int (*body)(int argc, char** argv), int argc, char** argv) {
  int code = run_guarded(program, body, argc, argv);
  // A table that went to a full disk is lost, and a script that reads exit code 0 would go on with half of it.
  const bool is_flushed = std::fflush(stdout) == 0;
  if ((!is_flushed || std::ferror(stdout) != 0) && code == exit_ok) {
    std::fprintf(stderr, "%s: standard output: cannot be written: %s\n", program,
                 is_flushed ? "an earlier write failed" : std::strerror(errno));
    code = exit_output;
  }
  let_interruption_end();
  return code;
}

}  // namespace crbrt::base
