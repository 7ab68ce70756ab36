#pragma once

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "engine/base/text.h"

namespace netpulse {

/// rapidjson's writer with our rule for text: printable() first, so that every output is valid UTF-8.
class JsonText {
 public:
  JsonText() : json_(buffer_) { json_.SetIndent(' ', 1); }

  void key(std::string_view name) { json_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }
  void text(std::string_view raw) {
    const std::string changed = is_printable_ascii(raw) ? std::string() : printable(raw);
    const std::string_view shown = changed.empty() ? raw : changed;
    json_.String(shown.data(), static_cast<rapidjson::SizeType>(shown.size()));
  }
  void field(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }
  void field(std::string_view name, std::uint64_t value) {
    key(name);
    json_.Uint64(value);
  }
  void field(std::string_view name, double value) {
    key(name);
    json_.Double(value);
  }
  void integer(std::string_view name, std::int64_t value) {
    key(name);
    json_.Int64(value);
  }
  void flag(std::string_view name, bool value) {
    key(name);
    json_.Bool(value);
  }
  void number(double value) { json_.Double(value); }
  void null(std::string_view name) {
    key(name);
    json_.Null();
  }
  template <class Texts>
  void texts(std::string_view name, const Texts& values) {
    bool first = true;
    array(name, values, [&](std::string_view value) {
      if (first || !is_plain_json(value))
        text(value);
      else
        append_plain(value);
      first = false;
    });
  }
  /// write(entry) writes one element.
  template <class Entries, class Write>
  void array(std::string_view name, const Entries& entries, Write write) {
    key(name);
    json_.StartArray();
    ++depth_;
    for (const auto& entry : entries) write(entry);
    --depth_;
    json_.EndArray();
  }
  template <class WriteFields>
  void object(WriteFields write_fields) {
    json_.StartObject();
    ++depth_;
    write_fields();
    --depth_;
    json_.EndObject();
  }
  template <class WriteFields>
  void object(std::string_view name, WriteFields write_fields) {
    key(name);
    object(write_fields);
  }

  /// Everything so far, with a line feed.
  std::string result() const { return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n"; }

 private:
  /// What rapidjson would write for a text that is not the first of its array, without a look at each character: lists
  /// of names are most of a report.
  void append_plain(std::string_view value) {
    char* at = buffer_.Push(value.size() + depth_ + 4);
    *at++ = ',';
    *at++ = '\n';
    std::memset(at, ' ', depth_);
    at += depth_;
    *at++ = '"';
    std::memcpy(at, value.data(), value.size());
    at[value.size()] = '"';
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> json_;
  std::size_t depth_ = 0;  // of objects and arrays that are open
};

}  // namespace netpulse
