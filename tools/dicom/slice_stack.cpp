// SPDX-License-Identifier: Apache-2.0
// Decimal strings of scanners are rounded, some to two digits; what is compared leaves room for that, and for nothing that
// would move a voxel.
#include "tools/dicom/slice_stack.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/number_text.h"

namespace crbrt::dicom {
namespace {

constexpr double cosine_tolerance = 1e-4;   // of a direction: 0.03 voxels at the edge of 256
constexpr double spacing_tolerance = 1e-3;  // of a spacing
// Of the distance of two slices: a position of two decimals is off by 5e-3 mm. Twice that is 1 % of the thinnest slices.
constexpr double place_tolerance_mm = 1e-2;

double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Vector cross(const Vector& a, const Vector& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

Vector difference(const Vector& a, const Vector& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }

bool is_near(const Vector& a, const Vector& b, double tolerance) {
  const Vector d = difference(a, b);
  return std::sqrt(dot(d, d)) <= tolerance;
}

std::string mm(double value) { return base::number_text(std::abs(value) < 5e-7 ? 0 : value, "%.6g") + " mm"; }

std::string images_in_words(const SliceImage& a) {
  return std::to_string(a.columns) + "x" + std::to_string(a.rows) + " pixels of " + base::number_text(a.column_mm, "%.6g") +
         "x" + mm(a.row_mm);
}

void expect_alike(const SliceImage& first, const SliceImage& image, const std::string& folder) {
  if (!is_near(first.along_row, image.along_row, cosine_tolerance) ||
      !is_near(first.along_column, image.along_column, cosine_tolerance))
    throw base::InputError(folder, "slices of one orientation", "another one in " + image.file + " than in " + first.file);
  const bool same_pixels = std::abs(first.column_mm - image.column_mm) <= spacing_tolerance * first.column_mm &&
                           std::abs(first.row_mm - image.row_mm) <= spacing_tolerance * first.row_mm;
  if (first.columns != image.columns || first.rows != image.rows || !same_pixels)
    throw base::InputError(folder, "images of " + images_in_words(first) + ", as " + first.file + " has",
                           images_in_words(image) + " in " + image.file);
}

void expect_single(const std::vector<SliceImage>& images, const std::string& folder) {
  std::vector<std::size_t> order(images.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) { return std::pair(images[i].sop_instance, images[i].frame); };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (key(order[i - 1]) == key(order[i]))
      throw base::InputError(folder, "every image once",
                             "the same one in " + images[order[i - 1]].file + " and " + images[order[i]].file);
}

/// Images by their places along the normal, those of one place by their instance numbers.
std::vector<std::vector<std::size_t>> by_place(const std::vector<SliceImage>& images, const std::vector<double>& places) {
  std::vector<std::size_t> order(images.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return places[a] < places[b]; });
  std::vector<std::vector<std::size_t>> slices;
  for (const std::size_t i : order) {
    if (slices.empty() || places[i] - places[slices.back().front()] > place_tolerance_mm) slices.emplace_back();
    slices.back().push_back(i);
  }
  for (std::vector<std::size_t>& slice : slices)
    std::stable_sort(slice.begin(), slice.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(images[a].instance_number, images[a].frame) < std::pair(images[b].instance_number, images[b].frame);
    });
  return slices;
}

void expect_even(const std::vector<std::vector<std::size_t>>& slices, const std::vector<double>& places,
                 const std::string& folder) {
  const auto place = [&](std::size_t k) { return places[slices[k].front()]; };
  for (const std::vector<std::size_t>& slice : slices)
    if (slice.size() != slices.front().size())
      throw base::InputError(folder, "as many images of every slice",
                             std::to_string(slices.front().size()) + " of the slice at " + mm(place(0)) + " and " +
                                 std::to_string(slice.size()) + " of the slice at " + mm(places[slice.front()]) +
                                 " along the normal");
  if (slices.size() < 3) return;
  std::vector<double> gaps;
  for (std::size_t k = 1; k < slices.size(); ++k) gaps.push_back(place(k) - place(k - 1));
  std::vector<double> sorted = gaps;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
  const double gap = sorted[sorted.size() / 2];
  for (std::size_t k = 0; k < gaps.size(); ++k) {
    if (std::abs(gaps[k] - gap) <= 2 * place_tolerance_mm) continue;
    const double missing = std::round(gaps[k] / gap) - 1;
    const std::string where = " between the slices at " + mm(place(k)) + " and " + mm(place(k + 1)) + " along the normal";
    throw base::InputError(folder, "slices every " + mm(gap),
                           missing >= 1 ? base::number_text(missing, "%.0f") + " missing" + where : mm(gaps[k]) + where);
  }
}

void expect_in_line(const SliceImage& image, const SliceImage& bottom, const Vector& step, double k,
                    const std::string& folder) {
  Vector expected = bottom.position;
  for (std::size_t d = 0; d < 3; ++d) expected[d] += k * step[d];
  if (!is_near(image.position, expected, 2 * place_tolerance_mm))
    throw base::InputError(folder, "slices that lie behind each other in a line",
                           "one that is moved sideways, in " + image.file);
}

}  // namespace

SliceStack stack_of(const std::vector<SliceImage>& images, const std::string& folder) {
  const SliceImage& first = images.front();
  for (const SliceImage& image : images) expect_alike(first, image, folder);
  expect_single(images, folder);
  const Vector normal = cross(first.along_row, first.along_column);
  std::vector<double> places;
  for (const SliceImage& image : images) places.push_back(dot(image.position, normal));
  SliceStack stack;
  stack.slices = by_place(images, places);
  expect_even(stack.slices, places, folder);

  const SliceImage& bottom = images[stack.slices.front().front()];
  const SliceImage& top = images[stack.slices.back().front()];
  const std::size_t n = stack.slices.size();
  for (std::size_t d = 0; d < 3; ++d)
    stack.step[d] =
        n > 1 ? (top.position[d] - bottom.position[d]) / static_cast<double>(n - 1) : normal[d] * first.thickness_mm;
  for (std::size_t k = 0; k < n; ++k)
    for (const std::size_t i : stack.slices[k]) expect_in_line(images[i], bottom, stack.step, static_cast<double>(k), folder);
  stack.grid.shape = {first.columns, first.rows, n};
  volume::Geometry& geometry = stack.grid.geometry;
  geometry.is_known = true;
  geometry.sform_code = 1;  // the scanner's
  geometry.spacing = {first.column_mm, first.row_mm, std::sqrt(dot(stack.step, stack.step))};
  for (std::size_t d = 0; d < 3; ++d) {
    const double sign = d < 2 ? -1 : 1;  // NIfTI counts to the right and to the front
    geometry.sform[d] = {sign * first.along_row[d] * first.column_mm, sign * first.along_column[d] * first.row_mm,
                         sign * stack.step[d], sign * bottom.position[d]};
  }
  return stack;
}

}  // namespace crbrt::dicom
