/// A loop over independent indices on several threads; the first exception stops it and is rethrown.
#pragma once

#include <cstddef>
#include <functional>

namespace crbrt::evaluation {

/// Calls body(thread, index) once for every index < count, in blocks handed out in order. thread < threads.
void for_each_index(std::size_t count, unsigned threads, const std::function<void(unsigned thread, std::size_t index)>& body);

}  // namespace crbrt::evaluation
