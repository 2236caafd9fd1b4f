// Slabs, and what is to be known of a data set before its first number is read.
#include "physics/io/hdf5_elements.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "base/error.h"
#include "physics/io/hdf5_contents.h"

namespace crbrt::physics {
namespace {

struct Slabs {
  hid_t dataset, memory_type;
  std::size_t element_bytes;
  std::vector<hsize_t> shape, chunk;
  const base::GuardedSender& sender;
  const std::string& shown;

  /// Sends the elements of [start, start + count) below dimension d, in the order of the file.
  void send_below(std::size_t d, std::vector<hsize_t>& start, std::vector<hsize_t>& count) const {
    constexpr hsize_t largest = hsize_t{4} << 20;  // bytes
    hsize_t row = element_bytes;                   // bytes of one index of dimension d
    for (std::size_t i = d + 1; i < shape.size(); ++i) row *= shape[i];
    const bool descends = d + 1 < shape.size() && row > largest && chunk[d] == 1;
    const hsize_t step = descends ? 1 : std::max<hsize_t>(largest / std::max<hsize_t>(row, 1) / chunk[d], 1) * chunk[d];
    for (start[d] = 0; start[d] < shape[d]; start[d] += step) {
      count[d] = std::min(step, shape[d] - start[d]);
      descends ? send_below(d + 1, start, count) : send_slab(d, start, count);
    }
  }

  void send_slab(std::size_t d, std::vector<hsize_t>& start, std::vector<hsize_t>& count) const {
    hsize_t n = 1;
    for (std::size_t i = 0; i < shape.size(); ++i) {
      if (i > d) start[i] = 0, count[i] = shape[i];
      n *= count[i];
    }
    const Hdf5Handle in_file(H5Dget_space(dataset), H5Sclose), in_memory(H5Screate_simple(1, &n, nullptr), H5Sclose);
    H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    std::vector<std::byte> bytes(n * element_bytes);
    if (H5Dread(dataset, memory_type, in_memory.get(), in_file.get(), H5P_DEFAULT, bytes.data()) < 0)
      throw base::InputError(shown, "a readable data set", hdf5_reason());
    sender.send(bytes.data(), bytes.size());
  }
};

std::vector<hsize_t> chunk_of(hid_t dataset, std::size_t rank) {
  std::vector<hsize_t> chunk(rank, 1);
  const Hdf5Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  if (H5Pget_layout(properties.get()) == H5D_CHUNKED) H5Pget_chunk(properties.get(), static_cast<int>(rank), chunk.data());
  for (hsize_t& extent : chunk) extent = std::max<hsize_t>(extent, 1);
  return chunk;
}

/// The filter that a data set needs and this machine does not have, by its name and number; empty where all are there.
std::string missing_filter(hid_t dataset) {
  const Hdf5Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  const int n = H5Pget_nfilters(properties.get());
  for (int i = 0; i < n; ++i) {
    unsigned flags = 0, config = 0;
    std::size_t n_value = 0;
    std::array<char, 64> name{};
    const H5Z_filter_t filter = H5Pget_filter2(properties.get(), static_cast<unsigned>(i), &flags, &n_value, nullptr,
                                               name.size() - 1, name.data(), &config);
    if (filter < 0 || H5Zfilter_avail(filter) > 0) continue;
    return (name[0] == '\0' ? std::string("a filter") : std::string(name.data())) + " (HDF5 filter " + std::to_string(filter) +
           ")";
  }
  return {};
}

/// [0, 1]: chunks that nobody ever wrote, which read as the fill value; 1 where the data set holds nothing at all.
double unwritten_share(hid_t dataset) {
  const std::vector<std::size_t> shape = hdf5_shape(dataset);
  if (std::find(shape.begin(), shape.end(), 0u) != shape.end()) return 0;
  const Hdf5Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  if (H5Pget_layout(properties.get()) != H5D_CHUNKED) {
    if (H5Pget_layout(properties.get()) != H5D_CONTIGUOUS || H5Pget_external_count(properties.get()) > 0) return 0;
    return H5Dget_storage_size(dataset) == 0 ? 1 : 0;
  }
  const std::vector<hsize_t> chunk = chunk_of(dataset, shape.size());
  double all = 1;
  for (std::size_t d = 0; d < shape.size(); ++d) all *= static_cast<double>((shape[d] + chunk[d] - 1) / chunk[d]);
  hsize_t written = 0;
  const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
  if (H5Dget_num_chunks(dataset, space.get(), &written) < 0) return 0;
  return std::max(0.0, 1 - static_cast<double>(written) / all);
}

}  // namespace

void send_hdf5_elements(hid_t dataset, hid_t memory_type, const std::string& shown, const base::GuardedSender& sender) {
  const std::vector<std::size_t> shape = hdf5_shape(dataset);
  if (std::find(shape.begin(), shape.end(), 0u) != shape.end()) return;
  const Slabs slabs{
      dataset, memory_type, H5Tget_size(memory_type), {shape.begin(), shape.end()}, chunk_of(dataset, shape.size()),
      sender,  shown};
  std::vector<hsize_t> start(shape.size(), 0), count(shape.size(), 0);
  slabs.send_below(0, start, count);
}

double expect_hdf5_data(hid_t dataset, const std::string& shown) {
  if (const std::string filter = missing_filter(dataset); !filter.empty())
    throw base::InputError(shown, "data that HDF5 can decompress by itself (deflate)", "data compressed by " + filter);
  const double unwritten = unwritten_share(dataset);
  if (unwritten >= 1) throw base::InputError(shown, "a data set with data", "one that nobody has written anything to");
  return unwritten;
}

}  // namespace crbrt::physics
