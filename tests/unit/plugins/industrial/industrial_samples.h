#pragma once

#include "plugins/industrial/industrial.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

/// A connection request with TSAPs, as a programming station sends it.
inline ByteVector cotp_connect() {
  return {3, 0, 0, 22, 17, 0xe0, 0, 0, 0, 1, 0, 0xc1, 2, 1, 0, 0xc2, 2, 1, 2, 0xc0, 1, 10};
}

template <>
struct Samples<Modbus> {
  static std::vector<Sample> conversations() {
    return {{"read registers", 6, 502, {{true, {0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 10}}}, true}};
  }
};
template <>
struct Samples<Dnp3> {
  static std::vector<Sample> conversations() {
    // A link header with the checksum that goes with it.
    const ByteVector header{0x05, 0x64, 0x05, 0xc0, 0x01, 0x00, 0x00, 0x04, 0xe9, 0x21};
    return {{"over TCP", 6, 20000, {{true, header}}, true}, {"over UDP", 17, 20000, {{true, header}}, true}};
  }
};
template <>
struct Samples<Iec104> {
  static std::vector<Sample> conversations() {
    return {{"start of data transfer", 6, 9, {{true, {0x68, 4, 7, 0, 0, 0}}}, true},
            {"numbered", 6, 2404, {{false, {0x68, 8, 2, 0, 0, 0, 100, 1, 6, 0}}}, true}};
  }
};
template <>
struct Samples<S7comm> {
  static std::vector<Sample> conversations() {
    ByteVector stream = cotp_connect();
    append(stream, {3, 0, 0, 8, 2, 0xf0, 0x80, 0x32});
    return {{"set-up", 6, 102, {{true, stream}}, true}};
  }
};
template <>
struct Samples<Bacnet> {
  static std::vector<Sample> conversations() {
    return {{"who-is", 17, 47808, {{true, {0x81, 0x0b, 0, 12, 1, 0x20, 0xff, 0xff, 0, 0xff, 0x10, 8}}}, true}};
  }
};
template <>
struct Samples<Enip> {
  static std::vector<Sample> conversations() {
    ByteVector list{0x63, 0, 0, 0};
    append(list, ByteVector(20, 0));
    ByteVector session{0x65, 0, 4, 0};
    append(session, ByteVector(20, 0));
    append(session, {1, 0, 0, 0});
    return {{"list identity", 17, 44818, {{true, list}}, true}, {"register", 6, 44818, {{true, session}}, true}};
  }
};

}  // namespace netpulse::test
