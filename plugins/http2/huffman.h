#pragma once

#include <cstddef>
#include <span>

#include "engine/base/bytes.h"

namespace netpulse {

/// Decodes a string literal in HPACK's Huffman code. out takes as much of the text as it has room for.
/// text_bytes: the length of the whole text, out's room notwithstanding. False: EOS in the text, or a wrong padding.
/// Source: RFC 7541 section 5.2, appendix B.
bool decode_hpack_huffman(Bytes coded, std::span<char> out, std::size_t& text_bytes) noexcept;

}  // namespace netpulse
