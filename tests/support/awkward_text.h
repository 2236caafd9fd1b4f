// SPDX-License-Identifier: Apache-2.0
/// A text of everything that one of our readers takes for more than text: quotes, line ends, backslashes, markup, formats, a
/// colour for terminals, a turn of the direction of writing, a byte that is no UTF-8. All of it is harmless where it is not
/// escaped: it spoils the picture, the page or the line.
#pragma once

namespace crbrt::tests {

inline constexpr const char* awkward_text = "=a'b\"c`d\\e\nf<i>&amp;{g}_h^j@k~l%s,m;\x1b[1mn\xc2\x9bo\xe2\x80\xaep\xffq";

/// The same as a terminal shows it.
inline constexpr const char* awkward_text_shown = "=a'b\"c`d\\e\\nf<i>&amp;{g}_h^j@k~l%s,m;\\x1b[1mn\\u009bo\\u202ep\\xffq";

/// The same as a JSON string: what turns the direction stays, the byte becomes U+FFFD.
inline constexpr const char* awkward_text_json =
    "\"=a'b\\\"c`d\\\\e\\nf<i>&amp;{g}_h^j@k~l%s,m;\\u001b[1mn\\u009bo\xe2\x80\xaep\xef\xbf\xbdq\"";

}  // namespace crbrt::tests
