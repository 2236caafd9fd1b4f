// SPDX-License-Identifier: Apache-2.0
/// A loop over independent indices on several threads; the first exception stops it and is rethrown.
#pragma once

#include <cstddef>
#include <functional>

namespace crbrt::base {

/// Calls body(thread, index) once for every index < count, in blocks of `block` indices handed out in order. thread < threads;
/// the calling thread is one of them. Small work wants large blocks, long work blocks of one.
void for_each_index(std::size_t count, unsigned threads, const std::function<void(unsigned thread, std::size_t index)>& body,
                    std::size_t block = 16);

}  // namespace crbrt::base
