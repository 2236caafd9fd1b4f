// SPDX-License-Identifier: Apache-2.0
// The page moves bytes; what they mean, which voxels count and what a voxel gets is decided here by the libraries of crbrt-map.
#include "tools/web/page_mapping.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/number_text.h"
#include "tools/map/error_bars.h"
#include "tools/map/outputs.h"
#include "tools/volume/mask.h"
#include "tools/volume/nifti_head.h"
#include "tools/volume/status_value.h"
#include "tools/web/described_image.h"
#include "tools/web/map_texts.h"

namespace crbrt::web {
namespace {

constexpr int nifti_uint8 = 2, nifti_float32 = 16;  // codes of nifti1.h

base::Json shape_of(const volume::Shape& shape) {
  return base::Json(
      std::vector<double>{static_cast<double>(shape[0]), static_cast<double>(shape[1]), static_cast<double>(shape[2])});
}

base::Json affine_of(const volume::Geometry& geometry) {
  base::Json rows = base::Json::array();
  for (const auto& row : volume::affine_mm(geometry)) rows.push_back(base::Json(std::vector<double>(row.begin(), row.end())));
  return rows;
}

/// Calls visit(first, count) for what the list has of the voxels first .. end - 1.
template <class Visit>
void for_listed_runs(const volume::VoxelList& voxels, std::size_t first, std::size_t end, Visit visit) {
  const std::span<const volume::VoxelRun> runs = voxels.runs();
  auto run =
      std::partition_point(runs.begin(), runs.end(), [&](const volume::VoxelRun& r) { return r.first + r.count <= first; });
  for (; run != runs.end() && run->first < end; ++run) {
    const std::size_t from = std::max(run->first, first), to = std::min(run->first + run->count, end);
    visit(from, to - from);
  }
}

std::vector<std::string> with_geometry_warning(std::vector<std::string> notes, const volume::Grid& grid,
                                               const std::string& file) {
  if (const std::string odd = volume::geometry_warning(grid); !odd.empty()) notes.push_back(file + ": " + odd);
  return notes;
}

}  // namespace

base::Json PageMapping::open_model(std::span<const std::uint8_t> bytes, const std::string& name) {
  Model model;
  const LoadResult result = load_model({bytes.data(), bytes.size()}, model);
  if (result.status != Status::ok) throw base::InputError(name, "a model", "one that is refused (" + result.detail + ")");
  const std::vector<volume::MapDescription> outputs =
      map::describe_outputs(name, model.program());  // refuses what makes no maps
  estimator_.reset();
  program_ = nullptr;
  model_ = std::move(model);
  model_name_ = name;
  return describe_model(model_, outputs);
}

base::Json PageMapping::open_image(const base::Json& header) {
  volume::StoredImage image = described_image(header);
  const std::size_t n_coeff = model_.info().n_coeff;
  const volume::CoefficientPlanes planes = image.spec.format->coefficients(image, n_coeff);
  volume::expect_pairs(image, planes.n_plane);
  const bool is_complex = volume::is_complex(image.encoding.element);
  volume::expect_n_coeff(image, is_complex ? planes.n_plane : planes.n_plane / 2, n_coeff, "model " + model_.info().name);
  estimator_.reset();
  planes_ = planes;
  voxels_ = volume::VoxelList::all(planes.shape);
  mask_.clear();
  image_ = std::move(image);
  const volume::Grid grid{planes.shape, image_->geometry};
  return {{"shape", shape_of(planes.shape)},
          {"n_coeff", n_coeff},
          {"n_plane", planes.n_plane},
          {"block", planes.block},
          {"step", is_complex ? 2 : 1},
          {"element_bytes", volume::bytes_of(image_->encoding.element)},
          {"affine", affine_of(image_->geometry)},
          {"warnings", with_geometry_warning(image_->notes, grid, image_->spec.shown)}};
}

base::Json PageMapping::use_mask(const base::Json& header, std::span<const std::byte> bytes) {
  volume::StoredImage mask = described_image(header);
  if (volume::is_complex(mask.encoding.element))
    throw base::InputError(mask.spec.shown, "a mask of real numbers", "complex numbers");
  mask.bytes = bytes_in_memory(bytes.data(), bytes.size(), mask.spec.shown);
  base::Warnings warnings("crbrt-web");
  voxels_ = volume::mask_of(mask, {planes_.shape, image_->geometry}, volume::GridCheck::world, warnings);
  mask_ = mask.spec.shown;
  return {{"voxels", voxels_.size()}, {"warnings", warnings.texts()}};
}

base::Json PageMapping::use_all_voxels() {
  voxels_ = volume::VoxelList::all(planes_.shape);
  mask_.clear();
  return {{"voxels", voxels_.size()}, {"warnings", base::Json::array()}};
}

base::Json PageMapping::start(bool is_integer, double sigma) {
  const Program* const program = is_integer ? model_.integer_program() : &model_.program();
  if (program == nullptr) throw base::DisagreementError(model_name_, "a model with an integer form", "one without");
  if (!(sigma == 0 || map::is_noise(sigma)))
    throw base::UsageError("noise: expected a number from 1.18e-38 to 3.4e38, which single precision can hold, found " +
                           base::number_text(sigma, "%g"));
  if (sigma > 0 && program->uncertainty == nullptr)
    throw base::DisagreementError(model_name_, "a model that predicts standard deviations", "one without");
  program_ = program;
  sigma_ = sigma;
  outputs_ = map::describe_outputs(model_name_, *program);
  batch_ = {};  // the standard deviations of a run before
  estimator_.emplace(*program, Isa::automatic, sigma);
  return describe_maps(model_, *program, outputs_, {is_integer, sigma, estimator_->isa(), image_->spec.shown, mask_});
}

std::size_t PageMapping::listed(std::size_t first, std::size_t end) const {
  std::size_t n = 0;
  for_listed_runs(voxels_, first, end, [&](std::size_t, std::size_t count) { n += count; });
  return n;
}

void PageMapping::indices(std::size_t first, std::size_t end, std::uint32_t* to) const {
  for_listed_runs(voxels_, first, end, [&](std::size_t from, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) *to++ = static_cast<std::uint32_t>(from + i);
  });
}

void PageMapping::gather(std::size_t first, std::size_t end, std::byte* stored, float* to) {
  const std::size_t step = volume::is_complex(image_->encoding.element) ? 2 : 1;
  const float* values = reinterpret_cast<const float*>(stored);
  if (!image_->encoding.is_plain()) {
    values_.resize(step * (end - first));
    volume::decode(image_->encoding, stored, end - first, values_.data());
    values = values_.data();
  }
  for_listed_runs(voxels_, first, end, [&](std::size_t from, std::size_t count) {
    to = std::copy_n(values + step * (from - first), step * count, to);
  });
}

base::Json PageMapping::run(const float* planes, std::size_t n, float* maps, std::uint8_t* status, std::uint8_t* is_atypical) {
  const std::size_t n_coeff = program_->n_coeff;
  const Coefficients all = volume::is_complex(image_->encoding.element) ? Coefficients::interleaved_planes(planes, n, n_coeff)
                                                                        : Coefficients::planes(planes, n, n_coeff);
  std::vector<VoxelStatus> said(map::VoxelEstimator::batch_size);
  std::size_t n_scored = 0, n_atypical = 0;
  for (std::size_t first = 0; first < n; first += said.size()) {
    const std::size_t count = std::min(said.size(), n - first);
    estimator_->estimate(all.part(first, count), batch_, std::span(said).first(count));
    std::size_t plane = 0;
    for (const std::vector<float>* values : {&batch_.estimates, &batch_.std})
      for (std::size_t i = 0; i * count < values->size(); ++i, ++plane)
        for (std::size_t v = 0; v < count; ++v)
          maps[plane * n + first + v] =
              volume::stored_number((*values)[i * count + v], outputs_[i].factor, volume::Rounding::none);
    std::copy_n(batch_.atypicality.begin(), batch_.atypicality.empty() ? 0 : count, maps + plane * n + first);
    for (std::size_t v = 0; v < count; ++v) {
      n_scored += !batch_.atypicality.empty() && map::has_estimate(said[v]);
      is_atypical[first + v] = estimator_->is_atypical_voxel(all.part(first, count), batch_, v);
      n_atypical += is_atypical[first + v];
      status[first + v] = static_cast<std::uint8_t>(map::status_of(batch_, v));
    }
  }
  return {{"scored", n_scored}, {"atypical", n_atypical}};
}

std::string PageMapping::head_of_map(const volume::Window& window, bool is_status) const {
  return volume::head_of({planes_.shape, image_->geometry}, 1, is_status ? nifti_uint8 : nifti_float32, window);
}

}  // namespace crbrt::web
