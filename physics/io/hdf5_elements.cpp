// SPDX-License-Identifier: Apache-2.0
// Slabs, and what is to be known of a data set before its first number is read.
#include "physics/io/hdf5_elements.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <set>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "physics/io/hdf5_contents.h"
#include "physics/io/hdf5_other_files.h"
#include "physics/io/hdf5_reader.h"

namespace crbrt::physics {
namespace {

namespace fs = std::filesystem;

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
  if (H5Pget_layout(properties.get()) == H5D_CONTIGUOUS) return H5Dget_storage_size(dataset) == 0 ? 1 : 0;
  if (H5Pget_layout(properties.get()) != H5D_CHUNKED) return 0;
  const std::vector<hsize_t> chunk = chunk_of(dataset, shape.size());
  double all = 1;
  for (std::size_t d = 0; d < shape.size(); ++d) all *= static_cast<double>((shape[d] + chunk[d] - 1) / chunk[d]);
  hsize_t written = 0;
  const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
  if (H5Dget_num_chunks(dataset, space.get(), &written) < 0) return 0;
  return std::max(0.0, 1 - static_cast<double>(written) / all);
}

/// Looks at everything that a data set is made of, once.
class StorageWalk {
 public:
  explicit StorageWalk(const std::string& shown) : shown_(shown) {}

  /// Gives the share of the data set that nobody ever wrote.
  double look_at(hid_t dataset, int depth) {
    if (const std::string filter = missing_filter(dataset); !filter.empty())
      throw base::InputError(shown_, "data that HDF5 can decompress by itself (deflate)", "data compressed by " + filter);
    const Hdf5Handle properties(H5Dget_create_plist(dataset), H5Pclose);
    if (H5Pget_layout(properties.get()) == H5D_VIRTUAL) return look_at_sources(dataset, properties.get(), depth);
    if (H5Pget_external_count(properties.get()) > 0) return look_at_raw_data(dataset, properties.get());
    hsize_t size = 0;
    const Hdf5Handle file(H5Iget_file_id(dataset), H5Fclose);
    if (H5Fget_filesize(file.get(), &size) >= 0) count(hdf5_file_of(dataset), size);
    return unwritten_share(dataset);
  }

  std::uint64_t file_bytes() const noexcept { return file_bytes_; }

 private:
  void count(const fs::path& file, std::uint64_t size) {
    if (files_.insert(file.string()).second) file_bytes_ += size;
  }

  double look_at_raw_data(hid_t dataset, hid_t properties) {
    const Hdf5Handle type(H5Dget_type(dataset), H5Tclose);
    std::uint64_t needed = H5Tget_size(type.get());
    for (const std::size_t extent : hdf5_shape(dataset)) needed *= extent;
    const int n_file = H5Pget_external_count(properties);
    for (int i = 0; i < n_file && needed > 0; ++i) {
      std::array<char, 4096> name{};
      off_t offset = 0;
      hsize_t most = 0;
      H5Pget_external(properties, static_cast<unsigned>(i), name.size() - 1, name.data(), &offset, &most);
      const fs::path file = fs::path(hdf5_prefix_of("HDF5_EXTFILE_PREFIX", dataset)) / name.data();
      const std::uint64_t here = std::min<std::uint64_t>(needed, most), least = static_cast<std::uint64_t>(offset) + here;
      std::error_code missing;
      const std::uint64_t size = fs::file_size(file, missing);
      if (missing || size < least)
        throw base::InputError(shown_, std::to_string(least) + " bytes in the file of raw data " + file.string(),
                               missing ? "none" : std::to_string(size) + " bytes");
      count(file, size);
      needed -= here;
    }
    return 0;
  }

  double look_at_sources(hid_t dataset, hid_t properties, int depth) {
    constexpr int deepest = 8;
    if (depth > deepest)
      throw base::InputError(shown_, "virtual data sets of other data sets", "virtual data sets of each other");
    double all = 1, written = 0;
    for (const std::size_t extent : hdf5_shape(dataset)) all *= static_cast<double>(extent);
    std::size_t n_mapping = 0;
    H5Pget_virtual_count(properties, &n_mapping);
    for (std::size_t i = 0; i < n_mapping; ++i) {
      const Hdf5Handle place(H5Pget_virtual_vspace(properties, i), H5Sclose),
          part(H5Pget_virtual_srcspace(properties, i), H5Sclose);
      const std::string file = hdf5_mapping_text(H5Pget_virtual_filename, properties, i),
                        name = hdf5_mapping_text(H5Pget_virtual_dsetname, properties, i);
      const Blocks blocks = blocks_of(dataset, place.get());
      const bool has_pattern = file.find("%b") != std::string::npos || name.find("%b") != std::string::npos;
      for (hsize_t b = 0; b < (has_pattern ? blocks.n : 1); ++b) {
        const double unwritten = look_at_source(dataset, hdf5_block_name(file, b), hdf5_block_name(name, b), part.get(), depth);
        written += (1 - unwritten) * (has_pattern ? blocks.n_element : static_cast<double>(blocks.n) * blocks.n_element);
      }
    }
    return all > 0 ? std::max(0.0, 1 - written / all) : 0;
  }

  /// What a mapping fills: blocks along a dimension without limit as far as the data set reaches, or one selection.
  struct Blocks {
    hsize_t n;
    double n_element;  ///< of each
  };
  static Blocks blocks_of(hid_t dataset, hid_t place) {
    const std::vector<std::size_t> shape = hdf5_shape(dataset);
    std::vector<hsize_t> start(shape.size()), stride(shape.size()), n_block(shape.size()), block(shape.size());
    const bool is_regular = H5Sis_regular_hyperslab(place) > 0 &&
                            H5Sget_regular_hyperslab(place, start.data(), stride.data(), n_block.data(), block.data()) >= 0;
    Blocks blocks{1, 1};
    bool is_unlimited = false;
    for (std::size_t d = 0; is_regular && d < shape.size(); ++d) {
      const hsize_t left = shape[d] > start[d] ? shape[d] - start[d] : 0;
      const bool is_endless = n_block[d] == H5S_UNLIMITED || block[d] == H5S_UNLIMITED;
      is_unlimited = is_unlimited || is_endless;
      if (n_block[d] == H5S_UNLIMITED) blocks.n = (left + stride[d] - 1) / std::max<hsize_t>(stride[d], 1);
      blocks.n_element *= static_cast<double>(block[d] == H5S_UNLIMITED ? left : block[d]);
      if (!is_endless) blocks.n_element *= static_cast<double>(n_block[d]);
    }
    return is_unlimited ? blocks : Blocks{1, static_cast<double>(H5Sget_select_npoints(place))};
  }

  double look_at_source(hid_t dataset, const std::string& file_name, const std::string& name, hid_t part, int depth) {
    const Hdf5Handle file = hdf5_open_source(dataset, file_name);
    if (!file.ok()) throw base::InputError(shown_, "the source " + file_name + " of a virtual data set", "none");
    const std::string shown_source = name + " in " + (file_name == "." ? "the same file" : file_name);
    const Hdf5Handle source(H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!source.ok()) throw base::InputError(shown_, "the data set " + shown_source, "none");
    expect_reaches(part, hdf5_shape(source.get()), shown_source);
    return look_at(source.get(), depth + 1);
  }

  /// A selection without limits, and one of everything, which HDF5 refuses by itself where it has another size, reach nowhere.
  void expect_reaches(hid_t part, const std::vector<std::size_t>& shape, const std::string& shown_source) const {
    std::vector<hsize_t> first(shape.size()), last(shape.size());
    const bool is_limited = H5Sget_select_type(part) == H5S_SEL_HYPERSLABS &&
                            H5Sget_simple_extent_ndims(part) == static_cast<int>(shape.size()) &&
                            H5Sget_select_bounds(part, first.data(), last.data()) >= 0;
    if (!is_limited) return;
    Shape least;
    for (const hsize_t each : last) least.push_back(each + 1);
    if (!std::equal(least.begin(), least.end(), shape.begin(), std::less_equal<>()))
      throw base::InputError(shown_, "at least " + shape_text(least) + " numbers in " + shown_source, shape_text(shape));
  }

  const std::string& shown_;
  std::set<std::string> files_;
  std::uint64_t file_bytes_ = 0;
};

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

Hdf5Storage hdf5_storage(hid_t dataset, const std::string& shown) {
  StorageWalk walk(shown);
  const double unwritten = walk.look_at(dataset, 0);
  return {unwritten, walk.file_bytes()};
}

void expect_hdf5_data(const Hdf5Storage& storage, const std::string& shown) {
  if (storage.unwritten_share >= 1)
    throw base::InputError(shown, "a data set with data", "one that nobody has written anything to");
}

}  // namespace crbrt::physics
