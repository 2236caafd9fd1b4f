/// The words that generated code cannot use, by what would go wrong.
#include "codegen/names.h"

#include <algorithm>
#include <cctype>

namespace crbrt::codegen {
namespace {

// Lists of words, each between blanks. C++20, and typeof of its GNU dialect.
constexpr std::string_view keywords =
    " alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t char8_t class co_await"
    " co_return co_yield compl concept const const_cast consteval constexpr constinit continue decltype default delete do"
    " double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace"
    " new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires return"
    " short signed sizeof static static_assert static_cast struct switch template this thread_local throw true try typedef"
    " typeid typename typeof union unsigned using virtual void volatile wchar_t while xor xor_eq ";

// <cstdint>'s are known by their ends; the small ones are macros of the GNU dialect.
constexpr std::string_view macros = " NULL i386 linux unix ";
constexpr std::string_view macro_ends[] = {"_MAX", "_MIN", "_WIDTH"};

// What the text of emit.cpp says without its namespace, which a model of that name would hide.
constexpr std::string_view used_by_generated_code =
    " Atypicality CompiledNetwork IntegerGroupNorm IntegerTables Op Output Uncertainty program_version ";

// The headers of C, and those that the C library includes with <> itself.
constexpr std::string_view headers =
    " alloca assert complex ctype endian errno features fenv inttypes iso646 libintl limits locale math pthread sched"
    " semaphore setjmp signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings syscall"
    " tgmath threads time uchar unistd wchar wctype ";

bool contains(std::string_view words, std::string_view name) {
  return words.find(' ' + std::string(name) + ' ') != std::string_view::npos;
}

bool is_identifier(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_macro(std::string_view name) {
  return contains(macros, name) || name.starts_with("CRBRT_") ||
         std::any_of(std::begin(macro_ends), std::end(macro_ends), [&](std::string_view end) { return name.ends_with(end); });
}

}  // namespace

std::string_view why_unusable(std::string_view name) {
  if (!is_identifier(name)) return "which is not letters, digits and '_' with a letter first";
  if (contains(keywords, name)) return "a keyword of C++";
  if (name.find("__") != std::string_view::npos) return "which C++ reserves for its two '_' in a row";
  if (name.ends_with('_')) return "whose '_' at the end would make two in a row, which C++ reserves";  // NAME__n_coeff
  if (is_macro(name)) return "which is or may be a macro";
  if (contains(used_by_generated_code, name)) return "a name that generated code needs itself";
  if (contains(headers, name)) return "whose NAME.h would stand in for a system header";
  return {};
}

std::string upper(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
}

}  // namespace crbrt::codegen
