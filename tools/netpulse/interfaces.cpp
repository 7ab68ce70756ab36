#include <unistd.h>

#include "engine/source/interface_list.h"
#include "tools/netpulse/commands.h"
#include "tools/netpulse/json_text.h"
#include "tools/netpulse/table.h"

namespace netpulse {
namespace {

std::string joined(const std::vector<std::string>& texts) {
  std::string line;
  for (const std::string& text : texts) line += (line.empty() ? "" : ", ") + text;
  return line;
}

std::string state(const InterfaceInfo& interface) {
  if (!interface.up) return "down";
  return interface.running ? "up" : "up, no carrier";
}

std::string kind(const InterfaceInfo& interface) {
  return interface.loopback ? "loopback" : interface.wireless ? "wireless" : "";
}

std::string json_list(const std::vector<InterfaceInfo>& interfaces, const std::string& chosen) {
  JsonText json;
  json.object([&] {
    json.array("interfaces", interfaces, [&](const InterfaceInfo& interface) {
      json.object([&] {
        json.field("name", interface.name);
        json.field("description", interface.description);
        json.texts("addresses", interface.addresses);
        json.flag("up", interface.up);
        json.flag("running", interface.running);
        json.flag("loopback", interface.loopback);
        json.flag("wireless", interface.wireless);
        json.flag("default", interface.name == chosen);
      });
    });
  });
  return json.result();
}

std::string text_list(const std::vector<InterfaceInfo>& interfaces, const std::string& chosen, const TextStyle& style) {
  Table table(
      {{"interface", false, Ink::kBold}, {"state"}, {"kind"}, {"addresses"}, {"description", false, Ink::kDim}});
  for (const InterfaceInfo& interface : interfaces)
    table.add_row({printable(interface.name) + (interface.name == chosen ? " *" : ""), state(interface),
                   kind(interface), joined(interface.addresses), printable(interface.description)});
  std::string text = table.text(style);
  if (!chosen.empty()) text += "* the default: netpulse run captures there if no -i names another\n";
  return text;
}

}  // namespace

int interfaces_command(const CommandLine& line) {
  const auto interfaces = list_interfaces();
  if (!interfaces.ok()) {
    complain(interfaces.error().message);
    return kFailure;
  }
  const auto found = default_interface();
  const std::string chosen = found.ok() ? found.value() : "";
  const std::string text = line.format == OutputFormat::kJson
                               ? json_list(interfaces.value(), chosen)
                               : text_list(interfaces.value(), chosen, text_style(STDOUT_FILENO));
  return write_all(STDOUT_FILENO, text) ? kSuccess : kFailure;
}

}  // namespace netpulse
