// SPDX-License-Identifier: Apache-2.0
// The parent's side: every answer comes from a child process of its own, which has opened the same file.
#include "physics/io/hdf5_reader.h"

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/read_file.h"
#include "physics/io/hdf5_file.h"

namespace crbrt::physics {
namespace {

constexpr std::uint64_t most_dimensions = 32;  // H5S_MAX_RANK
constexpr std::uint64_t most_names = 65536;

Shape receive_shape(base::GuardedReader& from, const std::string& path) {
  const auto rank = from.read_number<std::uint64_t>();
  if (rank > most_dimensions) throw base::InputError(path, "an array", std::to_string(rank) + " dimensions");
  Shape shape(rank);
  for (std::size_t& extent : shape) extent = from.read_number<std::uint64_t>();
  return shape;
}

template <class Value>
Array<Value> receive_array(base::GuardedReader from, const std::string& path) {
  Array<Value> array{receive_shape(from, path), {}};
  std::size_t n = 1;
  for (const std::size_t extent : array.shape) n *= extent;
  array.values.resize(n);
  from.read(array.values.data(), n * sizeof(Value));
  return array;
}

}  // namespace

std::string shape_text(const Shape& shape) {
  std::string text = "[";
  for (const std::size_t extent : shape) {
    if (text.size() > 1) text += ", ";
    text += extent == Hdf5Reader::any ? "any" : std::to_string(extent);
  }
  return text + "]";
}

Hdf5Reader::Hdf5Reader(const std::string& path) : path_(path), file_(nullptr, &std::fclose) {
  constexpr const char* expected = "a readable file";
  base::expect_file(path, expected);
  file_.reset(std::fopen(path.c_str(), "rbe"));  // e: only children that read have it
  if (!file_) throw base::InputError(path, expected, std::strerror(errno));
  ask([](const Hdf5File&, const base::GuardedSender& answer) { answer.send(true); }).read_number<bool>();
}

base::GuardedReader Hdf5Reader::ask(const Question& question) const {
  return {path_, "HDF5", [&](const base::GuardedSender& answer) {
            question(Hdf5File(path_, "/proc/self/fd/" + std::to_string(::fileno(file_.get()))), answer);
          }};
}

bool Hdf5Reader::has(const std::string& name) const {
  return ask([&](const Hdf5File& file, const base::GuardedSender& answer) { answer.send(file.has(name)); }).read_number<bool>();
}

bool Hdf5Reader::is_array(const std::string& name) const {
  return ask([&](const Hdf5File& file, const base::GuardedSender& answer) { answer.send(file.is_array(name)); })
      .read_number<bool>();
}

bool Hdf5Reader::is_real(const std::string& name) const {
  return ask([&](const Hdf5File& file, const base::GuardedSender& answer) { answer.send(file.is_real(name)); })
      .read_number<bool>();
}

bool Hdf5Reader::has_attribute(const std::string& object, const std::string& name) const {
  return ask([&](const Hdf5File& file, const base::GuardedSender& answer) { answer.send(file.has_attribute(object, name)); })
      .read_number<bool>();
}

Array<double> Hdf5Reader::real(const std::string& name) const {
  return receive_array<double>(ask([&](const Hdf5File& file, const base::GuardedSender& answer) {
                                 file.send_array(name, Hdf5File::Numbers::real, answer);
                               }),
                               path_);
}

Array<std::complex<double>> Hdf5Reader::complex(const std::string& name) const {
  return receive_array<std::complex<double>>(ask([&](const Hdf5File& file, const base::GuardedSender& answer) {
                                               file.send_array(name, Hdf5File::Numbers::complex, answer);
                                             }),
                                             path_);
}

Array<std::complex<float>> Hdf5Reader::complex_single(const std::string& name) const {
  return receive_array<std::complex<float>>(ask([&](const Hdf5File& file, const base::GuardedSender& answer) {
                                              file.send_array(name, Hdf5File::Numbers::complex_single, answer);
                                            }),
                                            path_);
}

void Hdf5Reader::expect_shape(const std::string& name, const Shape& found, const Shape& expected) const {
  bool same = found.size() == expected.size();
  for (std::size_t i = 0; same && i < found.size(); ++i) same = expected[i] == any || expected[i] == found[i];
  if (!same) throw base::InputError(path_, "shape " + shape_text(expected) + " of " + name, shape_text(found));
}

std::vector<std::string> Hdf5Reader::names_attribute(const std::string& object, const std::string& name) const {
  base::GuardedReader from = ask([&](const Hdf5File& file, const base::GuardedSender& answer) {
    const std::vector<std::string> names = file.names_attribute(object, name);
    answer.send(std::uint64_t{names.size()});
    for (const std::string& each : names) answer.send(each);
  });
  const auto n = from.read_number<std::uint64_t>();
  if (n > most_names) throw base::InputError(path_, "the attribute " + name + " of " + object, std::to_string(n) + " texts");
  std::vector<std::string> names(n);
  for (std::string& each : names) each = from.read_text(std::size_t{1} << 24);
  return names;
}

std::string Hdf5Reader::text_attribute(const std::string& object, const std::string& name) const {
  const std::vector<std::string> texts = names_attribute(object, name);
  if (texts.size() != 1) throw base::InputError(path_, "one text in the attribute " + name, std::to_string(texts.size()));
  return texts.front();
}

double Hdf5Reader::number_attribute(const std::string& object, const std::string& name) const {
  return ask([&](const Hdf5File& file, const base::GuardedSender& answer) { answer.send(file.number_attribute(object, name)); })
      .read_number<double>();
}

}  // namespace crbrt::physics
