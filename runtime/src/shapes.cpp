// Every view is checked by the same two questions: are its extents the batch's, and does each element have memory of its own.
#include "runtime/src/shapes.h"

#include <cfloat>

namespace crbrt {

namespace {

/// No two elements share memory: rows lie apart by more than a row spans, or columns by more than a column spans.
bool is_distinct(std::size_t rows, std::size_t row_stride, std::size_t columns, std::size_t column_stride) {
  const bool rows_apart = row_stride > (columns - 1) * column_stride, columns_apart = column_stride > (rows - 1) * row_stride;
  if (rows < 2) return columns < 2 || column_stride > 0;
  if (columns < 2) return row_stride > 0;
  return (rows_apart && column_stride > 0) || (columns_apart && row_stride > 0);
}

bool fits(const View2<float>& view, std::size_t rows, std::size_t columns) {
  if (view.rows != rows || view.columns != columns) return false;
  return rows == 0 || (view.data != nullptr && is_distinct(rows, view.row_stride, columns, view.column_stride));
}

template <class T>
bool fits(const View1<T>& view, std::size_t size) {
  return view.data != nullptr && view.size == size && (size < 2 || view.stride > 0);
}

bool fits(const Coefficients& in, std::size_t n_coeff) {
  if (in.n_coeff != n_coeff) return false;
  if (in.n_voxel == 0) return true;
  return in.real != nullptr && in.imag != nullptr && is_distinct(in.n_voxel, in.voxel_stride, n_coeff, in.coefficient_stride);
}

bool can_give_standard_deviations(const Program& program, std::size_t n_voxel, const Results& out) {
  if (program.uncertainty == nullptr || !fits(out.standard_deviations, n_voxel, program.n_output)) return false;
  return out.sigma > 0 && out.sigma <= FLT_MAX;  // neither for NaN
}

}  // namespace

bool shapes_agree(const Program& program, const Coefficients& in, const Results& out) noexcept {
  const std::size_t n_voxel = in.n_voxel;
  if (!fits(in, program.n_coeff) || !fits(out.estimates, n_voxel, program.n_output)) return false;
  if (wants_status(out) && !fits(out.status, n_voxel)) return false;
  if (wants_standard_deviations(out) && !can_give_standard_deviations(program, n_voxel, out)) return false;
  return !wants_atypicality(out) || (program.atypicality != nullptr && fits(out.atypicality, n_voxel));
}

bool shapes_agree(const Program& program, const Coefficients& in, const View2<float>& features) noexcept {
  return fits(in, program.n_coeff) && fits(features, in.n_voxel, 2 * std::size_t{program.n_coeff});
}

}  // namespace crbrt
