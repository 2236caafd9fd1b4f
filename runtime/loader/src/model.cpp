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

const ModelInfo& Model::info() const noexcept {
  static const ModelInfo none;
  return storage_ ? storage_->info : none;
}

namespace loader {
namespace {

/// FlatBuffers reads numbers where they lie, so the buffer must be as aligned as its widest number.
bool is_aligned(const std::uint8_t* data) noexcept { return reinterpret_cast<std::uintptr_t>(data) % alignof(double) == 0; }

bool is_well_formed(View1<const std::uint8_t> flatbuffer) noexcept {
  // The root offset and the identifier take eight bytes; offsets are 32-bit and signed in places.
  if (flatbuffer.data == nullptr || flatbuffer.size < 16 || flatbuffer.size >= FLATBUFFERS_MAX_BUFFER_SIZE) return false;
  flatbuffers::Verifier::Options options;
  options.max_depth = limits::verifier_depth;
  options.max_tables = limits::verifier_tables;
  flatbuffers::Verifier verifier(flatbuffer.data, flatbuffer.size, options);
  return fbs::VerifyModelBuffer(verifier);
}

/// Verifier, format version, then every field.
LoadResult read_flatbuffer(View1<const std::uint8_t> flatbuffer, Network& network, ModelInfo& info) {
  if (!is_well_formed(flatbuffer))
    return {Status::bad_model, "flatbuffer: expected a well-formed CRBM buffer, found one that its verifier refuses"};
  const fbs::Model& model = *fbs::GetModel(flatbuffer.data);
  if (model.format_version() < 1 || model.format_version() > limits::newest_format_version)
    return {Status::bad_format_version, "format_version: expected 1 to " + std::to_string(limits::newest_format_version) +
                                            ", found " + std::to_string(model.format_version())};
  Checks checks;
  info.format_version = model.format_version();
  read_network(model, network, checks);
  checks.expect(model.format_version() >= limits::format_version_of(network.conjugate_reference), "format_version",
                "2 with preprocessing.conjugate_reference", std::to_string(model.format_version()));
  if (checks.ok()) read_info(model, info, checks);
  if (checks.ok()) read_integer(model, network, info, checks);
  return checks.result();
}

/// What the caller wants of a file; either may be null.
struct Wanted {
  Model* model = nullptr;
  ModelFile* file = nullptr;
};

LoadResult load_aligned(View1<const std::uint8_t> flatbuffer, const Wanted& wanted) {
  auto storage = std::make_unique<Model::Storage>();
  Network network;
  LoadResult result = read_flatbuffer(flatbuffer, network, storage->info);
  if (result.status != Status::ok) return result;
  storage->info.content_sha256 = base::hex(base::sha256(flatbuffer.data, flatbuffer.size));
  storage->info.layer_text = layer_texts(network);
  Checks checks;
  const Network executed = wanted.file != nullptr ? folded(network) : folded(std::move(network));
  lower(executed, *storage, checks);
  if (checks.ok() && executed.integers) lower_integer(executed, *storage, checks);
  if (!checks.ok()) return checks.result();
  if (wanted.file != nullptr) *wanted.file = {std::move(network), storage->info};
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
  return loader::guarded([&] { return loader::load_container(bytes, {&model, nullptr}); });
}

LoadResult load_model_file(const char* path, Model& model) noexcept {
  return loader::guarded([&] { return loader::load_from_disk(path, {&model, nullptr}); });
}

LoadResult load_network(View1<const std::uint8_t> bytes, ModelFile& file) noexcept {
  return loader::guarded([&] { return loader::load_container(bytes, {nullptr, &file}); });
}

LoadResult load_network_file(const char* path, ModelFile& file) noexcept {
  return loader::guarded([&] { return loader::load_from_disk(path, {nullptr, &file}); });
}

LoadResult unwrap_model(View1<const std::uint8_t> bytes, View1<const std::uint8_t>& flatbuffer) noexcept {
  return loader::guarded([&] { return loader::open_container(bytes, flatbuffer); });
}

LoadResult load_flatbuffer(View1<const std::uint8_t> flatbuffer, Model& model) noexcept {
  return loader::guarded([&] { return loader::load_anywhere(flatbuffer, {&model, nullptr}); });
}

}  // namespace crbrt
