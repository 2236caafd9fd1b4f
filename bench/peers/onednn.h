// SPDX-License-Identifier: Apache-2.0
/// What the float and the integer peer of oneDNN share.
#pragma once

#include <dnnl.hpp>

#include "bench/peers/peer.h"

namespace crbrt::bench {

inline dnnl::memory::dim onednn_size(std::size_t n) { return static_cast<dnnl::memory::dim>(n); }

/// Row-major; `data` is only read where the memory is an input.
inline dnnl::memory onednn_matrix(const dnnl::engine& engine, std::size_t rows, std::size_t columns,
                                  dnnl::memory::data_type type, const void* data) {
  return {{{onednn_size(rows), onednn_size(columns)}, type, dnnl::memory::format_tag::nc}, engine, const_cast<void*>(data)};
}

PeerLabel onednn_label(const std::string& note);

std::unique_ptr<Peer> make_onednn_i8(const Task& task);

}  // namespace crbrt::bench
