// SPDX-License-Identifier: Apache-2.0
/// The C++ interface of the runtime: status, views, ISAs and sessions.
///
///     alignas(64) static std::byte arena[65536];             // >= Session::arena_bytes(program)
///     crbrt::Session session;
///     if (Status s = session.bind(program, arena, sizeof arena); s != Status::ok) std::puts(message(s));
///     const auto in = Coefficients::rows(coefficients, n_voxel, program.n_coeff);
///     const Results out{.estimates = {estimates, n_voxel, program.n_output}, .status = {status, n_voxel}};
///     if (Status s = session.run(in, out); s != Status::ok) std::puts(message(s));
#pragma once

#include "crbrt/format/program.h"
#include "crbrt/forward_session.h"
#include "crbrt/isa.h"
#include "crbrt/session.h"
#include "crbrt/status.h"
#include "crbrt/view.h"
