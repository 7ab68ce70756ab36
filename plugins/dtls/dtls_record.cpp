#include "plugins/dtls/dtls_record.h"

#include <algorithm>

#include "plugins/common/handshake_reader.h"

namespace netpulse {

bool take_dtls_record(ByteCursor& datagram, DtlsRecord& record) noexcept {
  record.content = datagram.u8();
  record.version = datagram.u16();
  record.epoch = datagram.u16();
  datagram.skip(6);  // sequence number
  record.length = datagram.u16();
  const bool possible = record.content >= TlsContent::kChangeCipherSpec && record.content <= TlsContent::kHeartbeat &&
                        (record.version == kDtls10 || record.version == kDtls12) && record.length != 0 &&
                        record.length <= kDtlsFragmentBytesMax;
  if (!possible) datagram.fail();
  record.fragment = datagram.take(std::min<std::size_t>(record.length, datagram.remaining()));
  return !datagram.failed();
}

bool take_dtls_fragment(ByteCursor& record, DtlsFragment& fragment) noexcept {
  fragment.type = record.u8();
  fragment.message_bytes = record.u24();
  fragment.message_seq = record.u16();
  fragment.offset = record.u24();
  fragment.data = record.take_u24_length();
  if (fragment.offset > fragment.message_bytes || fragment.data.size() > fragment.message_bytes - fragment.offset)
    record.fail();
  return !record.failed();
}

}  // namespace netpulse
