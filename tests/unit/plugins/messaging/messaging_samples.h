#pragma once

#include "plugins/messaging/messaging.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector mqtt_connect(std::string_view name, std::uint8_t level) {
  ByteVector body = with_length16(bytes_of(name));
  append(body, {level, 2, 0, 60});
  append(body, with_length16(bytes_of("sensor-1")));
  ByteVector out{0x10};
  append(out, with_length8(body));
  return out;
}

template <>
struct Samples<Mqtt> {
  static std::vector<Sample> conversations() {
    return {{"3.1.1", 6, 1883, {{true, mqtt_connect("MQTT", 4)}}, true},
            {"3.1", 6, 8080, {{true, mqtt_connect("MQIsdp", 3)}}, true}};
  }
};
template <>
struct Samples<Amqp> {
  static std::vector<Sample> conversations() {
    return {{"0-9-1", 6, 5672, {{true, {'A', 'M', 'Q', 'P', 0, 0, 9, 1}}}, true}};
  }
};
template <>
struct Samples<Irc> {
  static std::vector<Sample> conversations() {
    return {{"client", 6, 6667, {{true, bytes_of("NICK guest\r\n")}}, true},
            {"server", 6, 6667, {{false, bytes_of(":irc.example.org NOTICE AUTH :*** Looking up\r\n")}}, true}};
  }
};
template <>
struct Samples<Coap> {
  static std::vector<Sample> conversations() {
    ByteVector request{0x41, 1, 0x12, 0x34, 0x77, 0xbb};
    append(request, bytes_of(".well-known"));
    append(request, {0x04, 'c', 'o', 'r', 'e'});
    return {{"request", 17, 5683, {{true, request}, {false, {0x61, 0x45, 0x12, 0x34, 0x77, 0xff, 'o', 'k'}}}, false}};
  }
};
template <>
struct Samples<Rtmp> {
  static std::vector<Sample> conversations() {
    ByteVector opening{3, 0, 0, 0, 1, 0, 0, 0, 0};
    append(opening, ByteVector(1528, 0x6d));
    return {{"opening", 6, 1935, {{true, opening}}, true}};
  }
};

}  // namespace netpulse::test
