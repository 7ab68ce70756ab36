#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/source/record_reader.h"

namespace netpulse {

inline constexpr std::uint32_t kSnoopMagic = 0x736e6f6f;  ///< "snoo": the first half of the identification pattern
inline constexpr std::size_t kSnoopFileHeaderBytes = 16;

/// A reader for the records after the file header; fails on another version than 2. A datalink type without a
/// LINKTYPE_* number is read as kLinkTypeUnknown.
/// Source: RFC 1761.
Result<std::unique_ptr<RecordReader>> make_snoop_reader(Bytes header, const std::string& file_name,
                                                        InterfaceNames& interfaces);

}  // namespace netpulse
