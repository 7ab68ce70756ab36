#include "engine/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace netpulse {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

Config parsed(std::string_view toml) {
  Result<Config> config = Config::from_text(toml, "test.toml");
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().message);
  return std::move(config).value();
}

std::string refusal(std::string_view toml) {
  const Result<Config> config = Config::from_text(toml, "test.toml");
  return config.ok() ? "" : config.error().message;
}

std::string finished(Config& config) {
  const Result<void> result = config.finish();
  return result.ok() ? "" : result.error().message;
}

class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }

 private:
  const char* name_;
};

TEST(Config, GivesFallbacksWithoutAFile) {
  Config config;
  EXPECT_EQ(config.integer("workers", "count", 4, 1, 64), 4);
  EXPECT_EQ(config.number("a", "ratio", 0.5, 0, 1), 0.5);
  EXPECT_TRUE(config.boolean("capture", "promiscuous", true));
  EXPECT_EQ(config.text("http", "listen", "127.0.0.1:8470"), "127.0.0.1:8470");
  EXPECT_EQ(config.choice("capture", "backend", "auto", {"auto", "pcap"}), "auto");
  EXPECT_THAT(config.texts("capture", "interfaces", {"eth0"}), ElementsAre("eth0"));
  EXPECT_THAT(config.integers("workers", "cores", {1, 2}, 0, 100), ElementsAre(1, 2));
  EXPECT_EQ(finished(config), "");
}

TEST(Config, ReadsEveryTypeFromAFile) {
  Config config = parsed(
      "[workers]\ncount = 8\ncores = [0, 2]\n[capture]\npromiscuous = false\nbackend = \"pcap\"\n"
      "interfaces = [\"a\", \"b\"]\n[a.b]\nratio = 0.25\nwhole = 1\ntext = \"x\"\nempty = []\n");
  EXPECT_EQ(config.integer("workers", "count", 1, 1, 64), 8);
  EXPECT_THAT(config.integers("workers", "cores", {}, 0, 100), ElementsAre(0, 2));
  EXPECT_FALSE(config.boolean("capture", "promiscuous", true));
  EXPECT_EQ(config.choice("capture", "backend", "auto", {"auto", "pcap"}), "pcap");
  EXPECT_THAT(config.texts("capture", "interfaces", {}), ElementsAre("a", "b"));
  EXPECT_EQ(config.number("a.b", "ratio", 0, 0, 1), 0.25);
  EXPECT_EQ(config.number("a.b", "whole", 0, 0, 1), 1.0);
  EXPECT_EQ(config.text("a.b", "text", ""), "x");
  EXPECT_THAT(config.texts("a.b", "empty", {"fallback"}), IsEmpty());
  EXPECT_EQ(finished(config), "");
}

TEST(Config, AnEmptyFileIsAllDefaults) {
  Config config = parsed("");
  EXPECT_EQ(config.integer("workers", "count", 4, 1, 64), 4);
  EXPECT_EQ(finished(config), "");
}

TEST(Config, NamesAnUnknownKeyWithFileLineAndTheNearestOne) {
  Config config = parsed("# comment\n[workers]\ncout = 3\n");
  config.integer("workers", "count", 1, 1, 64);
  config.integer("flow_table", "flows_max", 1, 1, 64);
  EXPECT_EQ(finished(config), "test.toml:3: key 'workers.cout' is unknown; did you mean 'workers.count'?");
}

TEST(Config, FindsAKeyThatStandsInTheWrongSection) {
  Config config = parsed("flows_max = 5\n");
  config.integer("flow_table", "flows_max", 1, 1, 64);
  config.integer("workers", "count", 1, 1, 64);
  EXPECT_EQ(finished(config), "test.toml:1: key 'flows_max' is unknown; did you mean 'flow_table.flows_max'?");
}

TEST(Config, SuggestsNothingWhenNothingIsNear) {
  Config config = parsed("[workers]\nzzzzzzzzzzzz = 3\n");
  config.integer("workers", "count", 1, 1, 64);
  EXPECT_EQ(finished(config), "test.toml:2: key 'workers.zzzzzzzzzzzz' is unknown");
}

TEST(Config, NamesAnUnknownSection) {
  Config config = parsed("[workers]\ncount = 3\n[exporters.jsnol]\npath = \"x\"\n");
  config.integer("workers", "count", 1, 1, 64);
  EXPECT_FALSE(config.has_section("exporters.jsonl"));
  EXPECT_EQ(finished(config), "test.toml:3: section 'exporters.jsnol' is unknown; did you mean 'exporters.jsonl'?");
}

TEST(Config, AQuotedKeyWithADotIsNotASectionsKey) {
  Config config = parsed("\"workers.count\" = 3\n");
  EXPECT_EQ(config.integer("workers", "count", 1, 1, 64), 1);
  EXPECT_THAT(finished(config), StartsWith("test.toml:1: key '\"workers.count\"' is unknown"));
}

TEST(Config, RefusesValuesOutOfRangeAndOfOtherTypes) {
  Config config = parsed(
      "[flow_table]\nflows_max = -5\n[a]\nb = \"many\"\nc = 1.5\nd = 1\ne = 7\nf = nan\n"
      "g = [1, \"x\"]\nh = [1, -1]\ni = \"\"\nj = \"aut\"\n");
  EXPECT_EQ(config.integer("flow_table", "flows_max", 4096, 1024, 1073741824), 4096);
  EXPECT_EQ(config.integer("a", "b", 2, 1, 3), 2);
  EXPECT_EQ(config.integer("a", "c", 2, 1, 3), 2);
  EXPECT_EQ(config.boolean("a", "d", true), true);
  EXPECT_EQ(config.text("a", "e", "x"), "x");
  EXPECT_EQ(config.number("a", "f", 0.5, 0, 1), 0.5);
  EXPECT_THAT(config.texts("a", "g", {"x"}), ElementsAre("x"));
  EXPECT_THAT(config.integers("a", "h", {9}, 0, 10), ElementsAre(9));
  EXPECT_THAT(config.integers("a", "i", {9}, 0, 10), ElementsAre(9));
  EXPECT_EQ(config.choice("a", "j", "pcap", {"auto", "pcap"}), "pcap");
  EXPECT_EQ(finished(config),
            "test.toml:2: flow_table.flows_max = -5: must be a whole number between 1024 and 1073741824\n"
            "test.toml:4: a.b = 'many': must be a whole number between 1 and 3\n"
            "test.toml:5: a.c = 1.5: must be a whole number between 1 and 3\n"
            "test.toml:6: a.d = 1: must be true or false\n"
            "test.toml:7: a.e = 7: must be text in quotes\n"
            "test.toml:8: a.f = nan: must be a number between 0 and 1\n"
            "test.toml:9: a.g = [ 1, 'x' ]: must be a list of texts in quotes: [\"one\", \"two\"]\n"
            "test.toml:10: a.h = [ 1, -1 ]: must be a list, each a whole number between 0 and 10: [1, 2]\n"
            "test.toml:11: a.i = '': must be a list, each a whole number between 0 and 10: [1, 2]\n"
            "test.toml:12: a.j = 'aut': must be one of \"auto\", \"pcap\"; did you mean 'auto'?");
}

TEST(Config, RecordsAnErrorOnceHoweverOftenTheKeyIsRead) {
  Config config = parsed("[a]\nb = 9\n");
  config.integer("a", "b", 2, 1, 3);
  config.integer("a", "b", 2, 1, 3);
  EXPECT_EQ(finished(config), "test.toml:2: a.b = 9: must be a whole number between 1 and 3");
}

TEST(Config, RefusesASectionGivenAsAValueOrTwice) {
  Config config = parsed("workers = 3\n[[http]]\nlisten = \"x\"\n");
  EXPECT_FALSE(config.has_section("workers"));
  EXPECT_EQ(config.integer("workers", "count", 1, 1, 64), 1);
  EXPECT_EQ(config.text("http", "listen", "y"), "y");
  EXPECT_EQ(finished(config),
            "test.toml:1: 'workers' is a section and has no value of its own: write [workers]\n"
            "test.toml:2: 'http' is a section and has no value of its own: write [http]");
}

TEST(Config, RefusesAKeyGivenAsASection) {
  Config config = parsed("[workers.count]\nx = 1\n");
  EXPECT_EQ(config.integer("workers", "count", 1, 1, 64), 1);
  EXPECT_EQ(finished(config), "test.toml:1: workers.count = {...}: must be a whole number between 1 and 64");
}

TEST(Config, TakesDottedKeysAndInlineTablesForSections) {
  Config config = parsed("workers.count = 2\nexporters = { jsonl = { path = \"out\" } }\n");
  EXPECT_EQ(config.integer("workers", "count", 1, 1, 64), 2);
  EXPECT_TRUE(config.has_section("exporters.jsonl"));
  EXPECT_FALSE(config.has_section("exporters.sqlite"));
  EXPECT_EQ(config.text("exporters.jsonl", "path", ""), "out");
  EXPECT_EQ(finished(config), "");
}

TEST(Config, NamesLineAndColumnOfASyntaxError) {
  EXPECT_THAT(refusal("[workers]\ncount = = 3\n"), StartsWith("test.toml:2:9: "));
  EXPECT_THAT(refusal("a = 1\na = 2\n"), StartsWith("test.toml:2:5: "));
  EXPECT_THAT(refusal("a = [1,\n"), StartsWith("test.toml:1:"));
  EXPECT_THAT(refusal("a = \"\xff\xfe\"\n"), StartsWith("test.toml:1:"));
  EXPECT_THAT(refusal("a = 99999999999999999999\n"), HasSubstr("64 bits"));
  EXPECT_THAT(refusal("[a]\n[a]\n"), StartsWith("test.toml:2:"));
}

TEST(Config, RefusesNestingThatCouldOverflowTheStack) {
  std::string dotted = "a";
  for (int i = 0; i < 100000; ++i) dotted += ".a";
  EXPECT_THAT(refusal("x = 1\n" + dotted + " = 1\n"), StartsWith("test.toml:2:1: nested too deeply"));
  EXPECT_THAT(refusal("a = " + std::string(100000, '[')), StartsWith("test.toml:1:1: nested too deeply"));
  EXPECT_THAT(refusal("a = '''\n\"''', " + dotted), StartsWith("test.toml:2:1: nested too deeply"));
  EXPECT_EQ(refusal("a = \"1.2.3.4.5.6.7.8.9.10.11\" # 1.2.3.4.5.6.7.8.9.10 [[[[[[[[[[[[[[[[[[[[\n"
                    "b = '''\n1.2.3.4.5.6.7.8.9.10\n'''\nc = \"\"\"\\\"1.2.3.4.5.6.7.8.9\"\"\"\n"),
            "");
}

TEST(Config, TheEnvironmentWinsOverTheFile) {
  const Variable count("NETPULSE_WORKERS_COUNT", "6"), cores("NETPULSE_WORKERS_CORES", "1, 3"),
      listen("NETPULSE_HTTP_LISTEN", "[::1]:80"), names("NETPULSE_CAPTURE_INTERFACES", "eth0,eth1"),
      flag("NETPULSE_CAPTURE_PROMISCUOUS", "false");
  Config config = parsed("[workers]\ncount = 2\n");
  EXPECT_EQ(config.integer("workers", "count", 1, 1, 64), 6);
  EXPECT_THAT(config.integers("workers", "cores", {}, 0, 100), ElementsAre(1, 3));
  EXPECT_EQ(config.text("http", "listen", ""), "[::1]:80");
  EXPECT_THAT(config.texts("capture", "interfaces", {}), ElementsAre("eth0", "eth1"));
  EXPECT_FALSE(config.boolean("capture", "promiscuous", true));
  EXPECT_EQ(finished(config), "");
}

TEST(Config, NamesTheVariableOfABadValue) {
  const Variable count("NETPULSE_WORKERS_COUNT", "6x"), two("NETPULSE_WORKERS_SLOTS", "1\nb = 2"),
      empty("NETPULSE_WORKERS_DEPTH", "");
  Config config;
  EXPECT_EQ(config.integer("workers", "count", 1, 1, 64), 1);
  EXPECT_EQ(config.integer("workers", "slots", 1, 1, 64), 1);
  EXPECT_EQ(config.integer("workers", "depth", 1, 1, 64), 1);
  EXPECT_EQ(finished(config),
            "environment: NETPULSE_WORKERS_COUNT = 6x: must be a whole number between 1 and 64\n"
            "environment: NETPULSE_WORKERS_SLOTS = 1\\x0ab = 2: must be a whole number between 1 and 64\n"
            "environment: NETPULSE_WORKERS_DEPTH = : must be a whole number between 1 and 64");
}

TEST(Config, NamesAVariableThatReachesIntoASectionButIsUnknown) {
  const Variable typo("NETPULSE_WORKERS_COUN", "6"), elsewhere("NETPULSE_TEST_DIRECTORY", "x"),
      kubernetes("NETPULSE_WORKERS_SERVICE_HOST", "10.0.0.1"), link("NETPULSE_WORKERS_PORT", "tcp://10.0.0.1:80");
  Config config;
  config.integer("workers", "count", 1, 1, 64);
  EXPECT_EQ(finished(config),
            "environment: NETPULSE_WORKERS_COUN names no known key; did you mean 'NETPULSE_WORKERS_COUNT'?");
}

TEST(Config, AVariableOpensASection) {
  const Variable path("NETPULSE_EXPORTERS_JSONL_PATH", "/tmp/flows");
  Config config;
  EXPECT_TRUE(config.has_section("exporters.jsonl"));
  EXPECT_FALSE(config.has_section("exporters.sqlite"));
  EXPECT_EQ(config.text("exporters.jsonl", "path", ""), "/tmp/flows");
  EXPECT_EQ(finished(config), "");
}

TEST(Config, TheCommandLineWinsOverBoth) {
  const Variable count("NETPULSE_WORKERS_COUNT", "6");
  Config config = parsed("[workers]\ncount = 2\n");
  config.set_override("workers.count", "9");
  config.set_override("workers.cores", "[4, 5]");
  config.set_override("exporters.jsonl.path", "-");
  EXPECT_EQ(config.integer("workers", "count", 1, 1, 64), 9);
  EXPECT_THAT(config.integers("workers", "cores", {}, 0, 100), ElementsAre(4, 5));
  EXPECT_TRUE(config.has_section("exporters.jsonl"));
  EXPECT_EQ(config.text("exporters.jsonl", "path", ""), "-");
  EXPECT_EQ(finished(config), "");
}

TEST(Config, NamesABadOrUnknownOverride) {
  Config config;
  config.set_override("workers.count", "none");
  config.set_override("workers.cont", "1");
  EXPECT_EQ(config.integer("workers", "count", 1, 1, 64), 1);
  EXPECT_EQ(finished(config),
            "command line: workers.count = none: must be a whole number between 1 and 64\n"
            "command line: key 'workers.cont' is unknown; did you mean 'workers.count'?");
}

TEST(Config, AddsThePlaceToAReadersComplaint) {
  Config config = parsed("[http]\nlisten = \"nowhere\"\n");
  config.text("http", "listen", "");
  config.text("http", "token", "");
  config.complain("http", "listen", "must be an address and a port");
  config.complain("http", "token", "is needed for an address beyond loopback");
  EXPECT_EQ(finished(config),
            "http.token: is needed for an address beyond loopback\n"
            "test.toml:2: http.listen = 'nowhere': must be an address and a port");
}

TEST(Config, ShowsControlCharactersOfAFileHarmlessly) {
  Config config = parsed("[http]\nlisten = \"\\u001b[31m\"\n\"k\\u001b\" = 1\n");
  config.integer("http", "listen", 1, 1, 2);
  const std::string message = finished(config);
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  EXPECT_THAT(message, HasSubstr("test.toml:3: key 'http.\"k\\x1b\"' is unknown"));
}

TEST(Config, SaysWhyAFileCannotBeRead) {
  const auto reason = [](const std::string& path) { return Config::from_file(path).error().message; };
  EXPECT_EQ(reason("/nonexistent/netpulse.toml"),
            "/nonexistent/netpulse.toml: cannot be read: No such file or directory");
  EXPECT_EQ(reason("/"), "/: cannot be read: Is a directory");
  EXPECT_EQ(reason("/dev/zero"), "/dev/zero: is larger than 4194304 bytes");
}

TEST(Config, ReadsAFileWithByteOrderMarkAndWindowsLineEnds) {
  const auto path = std::filesystem::temp_directory_path() / "netpulse_config_test.toml";
  std::ofstream(path, std::ios::binary) << "\xef\xbb\xbf[workers]\r\ncount = 7\r\n";
  Result<Config> config = Config::from_file(path.string());
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config.value().integer("workers", "count", 1, 1, 64), 7);
  EXPECT_TRUE(config.value().finish().ok());
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace netpulse
