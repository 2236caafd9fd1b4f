// SPDX-License-Identifier: Apache-2.0
/// Model: owner of a loaded program; and the entry points, which turn exhausted memory into a Status. The order of trust:
/// container, structure (FlatBuffers Verifier with limits), version, meaning, and what lowering makes of it.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>

#include "base/sha256.h"
#include "crbrt/network.hpp"
#include "runtime/loader/src/field_checks.h"
#include "runtime/loader/src/lower.h"
#include "runtime/loader/src/read_model.h"

namespace crbrt {

struct ModelAccess {
  static void set(Model& model, std::unique_ptr<Model::Storage> storage) { model.storage_ = std::move(storage); }
};

Model::Model() = default;
Model::~Model() = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;

const Program& Model::program() const noexcept {
  static constexpr Program none{};
  return storage_ ? storage_->program : none;
}

const Program* Model::integer_program() const noexcept {
  return storage_ && storage_->integers ? &storage_->integers->program : nullptr;
}

const ForwardProgram* Model::forward_program() const noexcept {
  return storage_ && storage_->forward ? &storage_->forward->program : nullptr;
}

const ModelInfo& Model::info() const noexcept {
  static const ModelInfo none;
  return storage_ ? storage_->info : none;
}

namespace loader {
namespace {

/// FlatBuffers reads numbers where they lie, so the buffer must be as aligned as its widest number.
bool is_aligned(const std::uint8_t* data) noexcept { return reinterpret_cast<std::uintptr_t>(data) % alignof(double) == 0; }

/// The root offset and the identifier take eight bytes; offsets are 32-bit and signed in places.
bool has_plausible_size(View1<const std::uint8_t> flatbuffer) noexcept {
  return flatbuffer.data != nullptr && flatbuffer.size >= 16 && flatbuffer.size < FLATBUFFERS_MAX_BUFFER_SIZE;
}

bool is_forward_alone(View1<const std::uint8_t> flatbuffer) noexcept {
  return has_plausible_size(flatbuffer) && flatbuffers::BufferHasIdentifier(flatbuffer.data, forward_identifier);
}

bool is_well_formed(View1<const std::uint8_t> flatbuffer) noexcept {
  if (!has_plausible_size(flatbuffer)) return false;
  flatbuffers::Verifier::Options options;
  options.max_depth = limits::verifier_depth;
  options.max_tables = limits::verifier_tables;
  flatbuffers::Verifier verifier(flatbuffer.data, flatbuffer.size, options);
  if (is_forward_alone(flatbuffer)) return verifier.VerifyBuffer<fbs::ForwardFile>(forward_identifier);
  return fbs::VerifyModelBuffer(verifier);
}

LoadResult check_version(std::uint32_t version) {
  if (version >= 1 && version <= limits::newest_format_version) return {};
  return {Status::bad_format_version, "format_version: expected 1 to " + std::to_string(limits::newest_format_version) +
                                          ", found " + std::to_string(version)};
}

LoadResult read_forward_file(const fbs::ForwardFile& from, ModelFile& file) {
  if (LoadResult version = check_version(from.format_version()); version.status != Status::ok) return version;
  Checks checks;
  file.info.format_version = from.format_version();
  file.info.name = file.network.name = view(from.name());
  file.network.n_coeff = from.protocol()->n_coeff();
  checks.identifier(file.network.name, "name");
  checks.in_range(file.network.n_coeff, 1, limits::n_coeff, "protocol.n_coeff");
  if (checks.ok()) read_protocol(*from.protocol(), file.info, checks);
  if (checks.ok()) read_forward(*from.forward(), file.forward.emplace(), file.info, checks);
  return checks.result();
}

/// Verifier, format version, then every field.
LoadResult read_flatbuffer(View1<const std::uint8_t> flatbuffer, ModelFile& file) {
  if (!is_well_formed(flatbuffer))
    return {Status::bad_model, "flatbuffer: expected a well-formed CRBM buffer, found one that its verifier refuses"};
  if (is_forward_alone(flatbuffer)) return read_forward_file(*flatbuffers::GetRoot<fbs::ForwardFile>(flatbuffer.data), file);
  const fbs::Model& model = *fbs::GetModel(flatbuffer.data);
  if (LoadResult version = check_version(model.format_version()); version.status != Status::ok) return version;
  Checks checks;
  Network& network = file.network;
  ModelInfo& info = file.info;
  info.format_version = model.format_version();
  read_network(model, network, checks);
  checks.expect(model.format_version() >= limits::format_version_of(network.conjugate_reference), "format_version",
                "2 with preprocessing.conjugate_reference", std::to_string(model.format_version()));
  if (checks.ok()) read_info(model, info, checks);
  if (checks.ok()) read_integer(model, network, info, checks);
  if (checks.ok() && model.forward() != nullptr) read_forward(*model.forward(), file.forward.emplace(), info, checks);
  return checks.result();
}

/// What the caller wants of a file; either may be null.
struct Wanted {
  Model* model = nullptr;
  ModelFile* file = nullptr;
  bool forward = false;  ///< a forward part is needed, and an estimator is not
};

/// Whether the file has the part that is needed.
LoadResult check_parts(const ModelFile& file, bool needs_forward) {
  if (needs_forward && !file.forward)
    return {Status::bad_model, "forward: expected a forward part (crbrt-train with \"task\": \"forward\"), found none"};
  if (!needs_forward && file.network.operations.empty())
    return {Status::bad_model, "layers: expected an estimator, found a forward part alone (crbrt-model add-forward)"};
  return {};
}

void lower_estimator(const ModelFile& file, Model::Storage& storage, Checks& checks) {
  storage.info.layer_text = layer_texts(file.network);
  const Network executed = folded(file.network);
  lower(executed, storage, checks);
  if (checks.ok() && executed.integers) lower_integer(executed, storage, checks);
}

LoadResult load_aligned(View1<const std::uint8_t> flatbuffer, const Wanted& wanted) {
  ModelFile file;
  LoadResult result = read_flatbuffer(flatbuffer, file);
  if (result.status == Status::ok) result = check_parts(file, wanted.forward);
  if (result.status != Status::ok) return result;
  auto storage = std::make_unique<Model::Storage>();
  storage->info = std::move(file.info);
  storage->info.content_sha256 = base::hex(base::sha256(flatbuffer.data, flatbuffer.size));
  Checks checks;
  if (!file.network.operations.empty()) lower_estimator(file, *storage, checks);
  if (checks.ok() && file.forward) lower_forward(*file.forward, *storage, checks);
  if (!checks.ok()) return checks.result();
  if (wanted.file != nullptr) *wanted.file = {std::move(file.network), storage->info, std::move(file.forward)};
  if (wanted.model != nullptr) ModelAccess::set(*wanted.model, std::move(storage));
  return {};
}

LoadResult load_anywhere(View1<const std::uint8_t> flatbuffer, const Wanted& wanted) {
  if (flatbuffer.data == nullptr || is_aligned(flatbuffer.data)) return load_aligned(flatbuffer, wanted);
  std::vector<double> copy(flatbuffer.size / sizeof(double) + 1);
  std::memcpy(copy.data(), flatbuffer.data, flatbuffer.size);
  return load_aligned({reinterpret_cast<const std::uint8_t*>(copy.data()), flatbuffer.size}, wanted);
}

LoadResult load_container(View1<const std::uint8_t> bytes, const Wanted& wanted) {
  View1<const std::uint8_t> payload;
  LoadResult result = open_container(bytes, payload);
  return result.status == Status::ok ? load_anywhere(payload, wanted) : result;
}

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

LoadResult load_from_disk(const char* path, const Wanted& wanted) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path, "rb"));
  if (!file) return {Status::io_error, "file: expected one that can be opened, found: " + std::string(std::strerror(errno))};
  std::vector<std::uint8_t> bytes;
  std::uint8_t block[65536];
  while (const std::size_t n = std::fread(block, 1, sizeof block, file.get())) {
    bytes.insert(bytes.end(), block, block + n);
    if (bytes.size() > max_file_size) break;  // load_container refuses it by its size
  }
  if (std::ferror(file.get())) return {Status::io_error, "file: expected readable bytes, found: a read error"};
  return load_container({bytes.data(), bytes.size()}, wanted);
}

/// The standard containers report exhausted memory by std::bad_alloc; callers get a Status.
template <class Load>
LoadResult guarded(Load load) noexcept {
  try {
    return load();
  } catch (const std::bad_alloc&) {
    return {Status::out_of_memory, "out of memory"};  // short enough to need none
  }
}

}  // namespace
}  // namespace loader

LoadResult load_model(View1<const std::uint8_t> bytes, Model& model) noexcept {
  return loader::guarded([&] { return loader::load_container(bytes, {&model, nullptr, false}); });
}

LoadResult load_model_file(const char* path, Model& model) noexcept {
  return loader::guarded([&] { return loader::load_from_disk(path, {&model, nullptr, false}); });
}

LoadResult load_network(View1<const std::uint8_t> bytes, ModelFile& file) noexcept {
  return loader::guarded([&] { return loader::load_container(bytes, {nullptr, &file, false}); });
}

LoadResult load_network_file(const char* path, ModelFile& file) noexcept {
  return loader::guarded([&] { return loader::load_from_disk(path, {nullptr, &file, false}); });
}

LoadResult load_forward(View1<const std::uint8_t> bytes, Model& model) noexcept {
  return loader::guarded([&] { return loader::load_container(bytes, {&model, nullptr, true}); });
}

LoadResult load_forward_file(const char* path, Model& model) noexcept {
  return loader::guarded([&] { return loader::load_from_disk(path, {&model, nullptr, true}); });
}

LoadResult load_forward_network(View1<const std::uint8_t> bytes, ModelFile& file) noexcept {
  return loader::guarded([&] { return loader::load_container(bytes, {nullptr, &file, true}); });
}

LoadResult load_forward_network_file(const char* path, ModelFile& file) noexcept {
  return loader::guarded([&] { return loader::load_from_disk(path, {nullptr, &file, true}); });
}

LoadResult unwrap_model(View1<const std::uint8_t> bytes, View1<const std::uint8_t>& flatbuffer) noexcept {
  return loader::guarded([&] { return loader::open_container(bytes, flatbuffer); });
}

LoadResult load_flatbuffer(View1<const std::uint8_t> flatbuffer, Model& model) noexcept {
  return loader::guarded([&] { return loader::load_anywhere(flatbuffer, {&model, nullptr, false}); });
}

}  // namespace crbrt
