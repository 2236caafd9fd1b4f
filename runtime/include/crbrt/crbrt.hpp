/// The C++ interface of the runtime: status, views, ISAs and sessions.
///
///     alignas(64) static std::byte arena[65536];             // >= Session::arena_bytes(program)
///     crbrt::Session session;
///     if (Status s = session.bind(program, arena, sizeof arena); s != Status::ok) std::puts(message(s));
///     if (Status s = session.run(coefficients, estimates, status); s != Status::ok) std::puts(message(s));
#pragma once

#include "crbrt/format/program.h"
#include "crbrt/isa.h"
#include "crbrt/session.h"
#include "crbrt/status.h"
#include "crbrt/view.h"
