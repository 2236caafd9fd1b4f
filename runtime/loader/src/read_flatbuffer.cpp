/// The order of trust: structure (FlatBuffers Verifier with limits), version, meaning.
#include "runtime/loader/src/read_flatbuffer.h"

#include "runtime/loader/src/flatbuffer_views.h"
#include "runtime/loader/src/limits.h"

namespace crbrt::loading {
namespace {

bool is_well_formed(View1<const std::uint8_t> flatbuffer) noexcept {
  // The root offset and the identifier take eight bytes; offsets are 32-bit and signed in places.
  if (flatbuffer.data == nullptr || flatbuffer.size < 16 || flatbuffer.size >= FLATBUFFERS_MAX_BUFFER_SIZE) return false;
  flatbuffers::Verifier::Options options;
  options.max_depth = limits::verifier_depth;
  options.max_tables = limits::verifier_tables;
  flatbuffers::Verifier verifier(flatbuffer.data, flatbuffer.size, options);
  return fbs::VerifyModelBuffer(verifier);
}

}  // namespace

LoadResult read_flatbuffer(View1<const std::uint8_t> flatbuffer, Network& network, ModelInfo& info) {
  if (!is_well_formed(flatbuffer))
    return {Status::bad_model, "flatbuffer: expected a well-formed CRBM buffer, found one that its verifier refuses"};
  const fbs::Model& model = *fbs::GetModel(flatbuffer.data);
  if (model.format_version() != limits::format_version)
    return {Status::bad_format_version, "format_version: expected " + std::to_string(limits::format_version) + ", found " +
                                            std::to_string(model.format_version())};
  Checks checks;
  info.format_version = model.format_version();
  read_network(model, network, checks);
  if (checks.ok()) read_info(model, info, checks);
  if (checks.ok()) read_fixed(model, network, info, checks);
  return checks.result();
}

}  // namespace crbrt::loading
