// Text matrices: a slice has 40,000 voxels, and gnuplot reads them without a word about their layout.
#include "tools/phantom/slices.h"

#include <algorithm>
#include <cstdio>

#include "base/atomic_output.h"

namespace crbrt::phantom {
namespace {

std::size_t fullest_slice(const volume::Shape& shape, const std::vector<float>& labels) {
  const std::size_t size = shape[0] * shape[1];
  std::size_t best = 0, most = 0;
  for (std::size_t z = 0; z < shape[2]; ++z) {
    const auto begin = labels.begin() + static_cast<std::ptrdiff_t>(z * size);
    const auto inside = static_cast<std::size_t>(
        std::count_if(begin, begin + static_cast<std::ptrdiff_t>(size), [](float l) { return l > 0; }));
    if (inside > most) {
      most = inside;
      best = z;
    }
  }
  return best;
}

/// 1.2 times what 95 % of grey and white matter stay below: CSF may saturate, contrast in tissue may not.
float upper_end(const std::vector<float>& truth, const std::vector<float>& labels) {
  std::vector<float> values;
  for (std::size_t v = 0; v < truth.size(); ++v) {
    if (labels[v] == static_cast<float>(TissueClass::white_matter) || labels[v] == static_cast<float>(TissueClass::grey_matter))
      values.push_back(truth[v]);
  }
  if (values.empty()) return 1;
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(values.size() * 95 / 100);
  std::nth_element(values.begin(), nth, values.end());
  return 1.2f * *nth;
}

template <class Value>
std::string matrix(const volume::Shape& shape, std::size_t z, const std::vector<float>& labels, const Value& value) {
  std::string text;
  char number[32];
  for (std::size_t y = 0; y < shape[1]; ++y) {
    for (std::size_t x = 0; x < shape[0]; ++x) {
      const std::size_t v = (z * shape[1] + y) * shape[0] + x;
      if (labels[v] > 0)
        std::snprintf(number, sizeof number, "%.5g ", static_cast<double>(value(v)));
      else
        std::snprintf(number, sizeof number, "-1e9 ");
      text += number;
    }
    text += "\n";
  }
  return text + "\n\n";
}

std::string settings(const MapPair& map, float high) {
  char text[256];
  std::snprintf(text, sizeof text, "map = '%s'\noutput = '%s'\nunit = '%s'\nhigh = %.4g\ndifference = %.4g\n", map.map.c_str(),
                map.output.c_str(), map.unit.c_str(), static_cast<double>(high), static_cast<double>(high) / 2);
  return text;
}

}  // namespace

void write_slices(const std::string& folder, const volume::Grid& grid, const std::vector<float>& labels,
                  const std::vector<MapPair>& maps) {
  const std::filesystem::path path = folder;
  const std::size_t z = fullest_slice(grid.shape, labels);
  base::AtomicFolder out(path);
  for (const MapPair& map : maps) {
    const std::string numbers = matrix(grid.shape, z, labels, [&](std::size_t v) { return map.estimate[v]; }) +
                                matrix(grid.shape, z, labels, [&](std::size_t v) { return map.truth[v]; }) +
                                matrix(grid.shape, z, labels, [&](std::size_t v) { return map.estimate[v] - map.truth[v]; });
    base::write_text(out.temporary(map.map + ".dat"), numbers, path / (map.map + ".dat"));
    base::write_text(out.temporary(map.map + ".gp"), settings(map, upper_end(map.truth, labels)), path / (map.map + ".gp"));
  }
  out.commit();
}

}  // namespace crbrt::phantom
