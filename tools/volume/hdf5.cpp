// HDF5 files of MATLAB (v7.3), Octave, h5py, Julia and ISMRMRD, in a process of their own and in slabs: whole chunks along the
// slowest dimensions, so that no chunk is decompressed twice and a large image needs little memory.
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/number_text.h"
#include "physics/io/hdf5_contents.h"
#include "tools/volume/parsed_array.h"

namespace crbrt::volume {
namespace {

using physics::Hdf5Handle;

std::vector<std::size_t> reversed(const std::vector<std::size_t>& shape) { return {shape.rbegin(), shape.rend()}; }

std::string contents_of(hid_t file) {
  std::vector<std::string> entries;
  for (const physics::Hdf5Entry& entry : physics::hdf5_contents(file))
    entries.push_back(entry.name + " (" + describe(reversed(entry.shape), entry.kind) + ")");
  return contents_text(entries);
}

/// The type in which the elements are read, and what it is called here.
struct MemoryType {
  Hdf5Handle type;
  Element element;
};

MemoryType integer_type(hid_t stored) {
  const bool is_signed = H5Tget_sign(stored) == H5T_SGN_2;
  switch (H5Tget_size(stored)) {
    case 1:
      return {{H5Tcopy(is_signed ? H5T_NATIVE_INT8 : H5T_NATIVE_UINT8), H5Tclose}, is_signed ? Element::int8 : Element::uint8};
    case 2:
      return {{H5Tcopy(is_signed ? H5T_NATIVE_INT16 : H5T_NATIVE_UINT16), H5Tclose},
              is_signed ? Element::int16 : Element::uint16};
    case 4:
      return {{H5Tcopy(is_signed ? H5T_NATIVE_INT32 : H5T_NATIVE_UINT32), H5Tclose},
              is_signed ? Element::int32 : Element::uint32};
    default:
      return {{H5Tcopy(is_signed ? H5T_NATIVE_INT64 : H5T_NATIVE_UINT64), H5Tclose},
              is_signed ? Element::int64 : Element::uint64};
  }
}

/// Any real or complex number; a Boolean of h5py is an enumeration of small integers and stays as it is.
MemoryType memory_type(const FileSpec& spec, hid_t stored) {
  const H5T_class_t kind = H5Tget_class(stored);
  if (kind == H5T_FLOAT) {
    const bool is_single = H5Tget_size(stored) <= sizeof(float);
    return {{H5Tcopy(is_single ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE), H5Tclose},
            is_single ? Element::float32 : Element::float64};
  }
  if (kind == H5T_INTEGER) return integer_type(stored);
  if (kind == H5T_ENUM && H5Tget_size(stored) == 1) return {{H5Tcopy(stored), H5Tclose}, Element::int8};
  if (const auto members = physics::hdf5_complex_members(stored)) {
    const hid_t number = members->fit_float ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
    Hdf5Handle type(H5Tcreate(H5T_COMPOUND, 2 * H5Tget_size(number)), H5Tclose);
    H5Tinsert(type.get(), members->real.c_str(), 0, number);
    H5Tinsert(type.get(), members->imag.c_str(), H5Tget_size(number), number);
    return {std::move(type), members->fit_float ? Element::complex64 : Element::complex128};
  }
  const char* const found = kind == H5T_STRING      ? "text"
                            : kind == H5T_REFERENCE ? "references, as of a cell array"
                                                    : "another HDF5 type";
  throw base::InputError(spec.shown, "numbers, or complex numbers as a pair such as {real, imag} or {r, i}", found);
}

Hdf5Handle open_file_of(const FileSpec& spec) {
  Hdf5Handle file(H5Fopen(spec.path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file.ok()) throw base::InputError(spec.path, "an HDF5 file (MAT v7.3, .h5)", physics::hdf5_refusal());
  return file;
}

/// The data set of the name; without a name, the only array of numbers that the file holds.
Hdf5Handle open_dataset(const FileSpec& spec, hid_t file) {
  std::string name = spec.dataset;
  for (const std::string& usual : spec.usual_names)
    if (name.empty() && physics::open_hdf5_dataset(file, usual).ok()) name = usual;
  if (name.empty()) {
    std::vector<std::string> numeric;
    for (const physics::Hdf5Entry& entry : physics::hdf5_contents(file))
      if (entry.is_number && !entry.shape.empty()) numeric.push_back(entry.name);
    if (numeric.size() != 1)
      throw base::InputError(spec.shown, "the name of a data set after the file name (" + spec.path + ":NAME)",
                             "none; the file holds " + contents_of(file));
    name = numeric.front();
  }
  Hdf5Handle dataset = physics::open_hdf5_dataset(file, name);
  if (dataset.ok()) return dataset;
  const Hdf5Handle group(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose);
  const bool is_group = group.ok() && H5Iget_type(group.get()) == H5I_GROUP;
  throw base::InputError(spec.path, "a data set named \"" + name + "\"",
                         (is_group ? "a group of that name; the file holds " : "") + contents_of(file));
}

struct Slabs {
  hid_t dataset, memory_type;
  std::size_t element_bytes;
  std::vector<hsize_t> shape, chunk;
  const base::GuardedSender& sender;
  const FileSpec& spec;

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
      throw base::InputError(spec.shown, "a readable data set", physics::hdf5_reason());
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

/// MATLAB marks its data sets; the ending counts where another program wrote a MAT file without the mark.
bool is_of_matlab(const FileSpec& spec, hid_t dataset) {
  return NamedFile{spec.path, ""}.ends_with(".mat") || H5Aexists(dataset, "MATLAB_class") > 0;
}

/// What people should know about a file that they believe to be complete.
std::vector<std::string> notes_of(const FileSpec& spec, hid_t dataset) {
  const double unwritten = physics::unwritten_hdf5_share(dataset);
  if (unwritten >= 1) throw base::InputError(spec.shown, "a data set with data", "one that nobody has written anything to");
  if (unwritten <= 0) return {};
  return {spec.shown + ": " + base::number_text(100 * unwritten, "%.3g") +
          " % of its chunks were never written and read as the fill value"};
}

void parse(const FileSpec& spec, const base::GuardedSender& sender) {
  physics::prepare_hdf5();
  const Hdf5Handle file = open_file_of(spec), dataset = open_dataset(spec, file.get());
  const std::vector<std::size_t> shape = physics::hdf5_shape(dataset.get());
  if (shape.empty()) throw base::InputError(spec.shown, "an array", "a scalar");
  const Hdf5Handle stored(H5Dget_type(dataset.get()), H5Tclose);
  const MemoryType memory = memory_type(spec, stored.get());
  if (const std::string filter = physics::missing_hdf5_filter(dataset.get()); !filter.empty())
    throw base::InputError(spec.shown, "data that HDF5 can decompress by itself (deflate)", "data compressed by " + filter);
  expect_room(spec, reversed(shape), H5Tget_size(stored.get()));
  send(sender, {reversed(shape), memory.element, notes_of(spec, dataset.get()), !is_of_matlab(spec, dataset.get())});
  const Slabs slabs{dataset.get(),
                    memory.type.get(),
                    bytes_of(memory.element),
                    {shape.begin(), shape.end()},
                    chunk_of(dataset.get(), shape.size()),
                    sender,
                    spec};
  std::vector<hsize_t> start(shape.size(), 0), count(shape.size(), 0);
  slabs.send_below(0, start, count);
}

/// HDF5's signature stands at the beginning, or behind 512, 1024, 2048, ... bytes of the user's own.
bool has_signature(const std::string& path) {
  constexpr std::size_t furthest = 8192;
  const std::string head = first_bytes(path, furthest + 8);
  for (std::size_t at = 0; at <= furthest; at = at == 0 ? 512 : 2 * at)
    if (head.compare(at <= head.size() ? at : head.size(), 8, "\x89HDF\r\n\x1a\n") == 0) return true;
  return false;
}

std::optional<FileSpec> recognise(const std::string& given) {
  const NamedFile file = named_file(given);
  constexpr std::array<std::string_view, 4> endings{".h5", ".hdf5", ".hdf", ".jld2"};
  const bool is_named_so = std::any_of(endings.begin(), endings.end(), [&](std::string_view e) { return file.ends_with(e); });
  if (!is_named_so && !has_signature(file.path)) return std::nullopt;
  return FileSpec{nullptr, file.path, file.dataset, given};
}

StoredImage open(const FileSpec& spec) { return open_parsed(spec, "HDF5", parse); }

/// The last dimension as MATLAB shows it, which is the first of HDF5. What NumPy wrote as pairs of real and imaginary parts
/// (a last dimension of 2 in its order) has them in the first.
CoefficientPlanes coefficients(StoredImage& image, std::size_t n_expected) {
  const Element element = image.encoding.element;
  const bool may_be_pairs = (element == Element::float32 || element == Element::float64) && image.extents.size() >= 3 &&
                            image.extents.front() == 2 && image.extents.back() != 2;
  if (may_be_pairs && (n_expected == 0 ? image.extents.back() % 2 != 0 : image.extents.back() != 2 * n_expected)) {
    image.encoding.element = element == Element::float32 ? Element::complex64 : Element::complex128;
    image.extents.erase(image.extents.begin());
  }
  return coefficients_last(image, n_expected);
}

}  // namespace

extern const ImageFormat hdf5_format;
const ImageFormat hdf5_format{"MAT v7.3 or HDF5 FILE.mat:NAME", true, recognise, open, coefficients};

}  // namespace crbrt::volume
