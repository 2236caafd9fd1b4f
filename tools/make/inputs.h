// SPDX-License-Identifier: Apache-2.0
/// What a chain is asked for: options, with what the user's files say.
#pragma once

#include "tools/make/plan.h"

namespace crbrt::make {

/// Reads sequence and prior, or the dictionary, so that what is wrong with them is said before anything is done. Throws
/// base::Error.
Request request_of(const Options& options);

/// Copies the user's files but the dictionary into the folder of the chain, so that it holds what its models were made of, and
/// writes the settings of the trainings. A file that is there with the same bytes is not touched. Throws base::Error.
void take_inputs(const Request& request);
void write_configs(const Request& request, const Plan& plan);
/// Which files both of them would write.
std::vector<std::filesystem::path> files_to_change(const Request& request, const Plan& plan);

/// Of the basis in the folder; 0 where there is none yet.
std::size_t rank_of_basis(const Request& request);
/// Of the basis that is there. Throws base::InputError.
std::size_t n_frame_of_basis(const Request& request);
/// What crbrt-simulate has to say against that basis: that it loses more than asked for. Mostly empty.
std::string warning_of_basis(const Request& request);

}  // namespace crbrt::make
