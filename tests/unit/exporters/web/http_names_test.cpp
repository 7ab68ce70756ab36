#include "exporters/web/http_names.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

ListenAddress at(const char* text) { return ListenAddress::parse(text).value(); }

TEST(HttpNames, KnowsLoopbackTheAddressAndWhatIsConfigured) {
  const ListenAddress own = at("192.0.2.7:8470");
  const HttpNames names(own, true, {"Monitor.Example.org", "[2001:db8::7]", "proxy.example.org:443"});
  for (const char* good :
       {"192.0.2.7:8470", "127.0.0.1:8470", "localhost:8470", "[::1]:8470", "monitor.example.org:8470",
        "MONITOR.example.ORG", "[2001:db8::7]:8470", "[2001:DB8::7]", "proxy.example.org:443"})
    EXPECT_TRUE(names.allowed(good, own)) << good;
  for (const char* bad : {"", "192.0.2.7", "192.0.2.7:443", "192.0.2.8:8470", "monitor.example.org:443",
                          "monitor.example.org.", "x.monitor.example.org", "proxy.example.org",
                          "proxy.example.org:8470", "[2001:db8::8]:8470", "[2001:db8::7]:1"})
    EXPECT_FALSE(names.allowed(bad, own)) << bad;
}

TEST(HttpNames, OnTheSchemesOwnPortThePortMayBeLeftOut) {
  EXPECT_TRUE(HttpNames(at("192.0.2.7:443"), true, {}).allowed("192.0.2.7", at("192.0.2.7:443")));
  EXPECT_FALSE(HttpNames(at("192.0.2.7:443"), false, {}).allowed("192.0.2.7", at("192.0.2.7:443")));
  EXPECT_TRUE(HttpNames(at("127.0.0.1:80"), false, {}).allowed("localhost", at("127.0.0.1:80")));
}

TEST(HttpNames, OnEveryAddressTheOneThatWasAskedIsAName) {
  for (const char* any : {"0.0.0.0:8470", "[::]:8470"}) {
    const HttpNames names(at(any), true, {});
    EXPECT_TRUE(names.allowed("192.0.2.7:8470", at("192.0.2.7:8470")));
    EXPECT_TRUE(names.allowed("[2001:db8:0::7]:8470", at("[2001:db8::7]:8470")));
    EXPECT_FALSE(names.allowed("192.0.2.8:8470", at("192.0.2.7:8470")));
    EXPECT_FALSE(names.allowed("192.0.2.7:443", at("192.0.2.7:8470")));
    EXPECT_FALSE(names.allowed("192.0.2.7", at("192.0.2.7:8470")));
    EXPECT_FALSE(names.allowed("192.0.2.7.evil.example:8470", at("192.0.2.7:8470")));
    EXPECT_FALSE(names.allowed("evil.example:8470", at("192.0.2.7:8470")));
  }
  EXPECT_TRUE(HttpNames(at("0.0.0.0:443"), true, {}).allowed("192.0.2.7", at("192.0.2.7:443")));
  EXPECT_FALSE(HttpNames(at("192.0.2.1:8470"), true, {}).allowed("192.0.2.7:8470", at("192.0.2.7:8470")));
}

TEST(HttpNames, AnEntryIsANameAndPerhapsAPort) {
  for (const char* good : {"monitor", "a.b-c.example", "192.0.2.7", "[2001:db8::7]", "[2001:db8::7]:443", "m:8470"})
    EXPECT_TRUE(check_host_name(good).ok()) << good;
  for (const char* bad : {"", "https://monitor", "monitor/", "*.example.org", "m:", "m:0", "m:65536", "m:x",
                          "2001:db8::7", "[monitor]", "[192.0.2.7]", "a b", ":443", "m\n"})
    EXPECT_FALSE(check_host_name(bad).ok()) << bad;
}

TEST(HttpOrigin, IsThePagesOwnOrThatOfAProgram) {
  EXPECT_TRUE(origin_allowed("", "localhost:8470", false));
  EXPECT_TRUE(origin_allowed("http://localhost:8470", "LOCALHOST:8470", false));
  EXPECT_TRUE(origin_allowed("https://monitor.example.org", "monitor.example.org", true));
  for (const char* bad : {"null", "http://evil.example", "https://localhost:8470", "http://localhost:8470.evil.example",
                          "http://localhost", "localhost:8470", "http://127.0.0.1:8470"})
    EXPECT_FALSE(origin_allowed(bad, "localhost:8470", false)) << bad;
}

}  // namespace
}  // namespace netpulse
