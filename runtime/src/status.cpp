// SPDX-License-Identifier: Apache-2.0
// The one table of messages.
#include "crbrt/status.h"

namespace crbrt {

const char* message(Status status) noexcept {
  switch (status) {
    case Status::ok: return "ok";
    case Status::bad_shape: return "an extent of a view disagrees with the program";
    case Status::arena_too_small: return "the arena is smaller than the program needs";
    case Status::arena_misaligned: return "the arena does not start at a multiple of its alignment";
    case Status::isa_unavailable: return "the instruction set is not built in, or this CPU lacks it";
    case Status::bad_program: return "the program contradicts itself";
    case Status::not_bound: return "the session has not been bound to a program";
    case Status::bad_container: return "not a model file, or cut off, or damaged";
    case Status::bad_format_version: return "the model file was written by a newer, incompatible version";
    case Status::bad_model: return "the model file is well-formed, but its content makes no sense";
    case Status::out_of_memory: return "out of memory";
    case Status::io_error: return "the file cannot be read";
  }
  return "unknown status";
}

}  // namespace crbrt
