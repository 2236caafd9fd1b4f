// SPDX-License-Identifier: Apache-2.0
// crbrt-mrd: maps for a scanner's reconstruction, over the streaming protocol of MRD.
#include "base/error.h"
#include "tools/mrd/options.h"
#include "tools/mrd/server.h"

namespace {

int run(int argc, char** argv) {
  const auto options = crbrt::mrd::parse_options(argc, argv);
  if (options) crbrt::mrd::serve(options->service, options->listening);
  return crbrt::base::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return crbrt::base::run_main("crbrt-mrd", run, argc, argv); }
