/// Runs while the program is built: writes the analyzers' payload signatures, compiled, as a C++ source.
/// The library takes 0.1 s to compile them, which is most of what a start would take.
///
///     compile_signatures OUTPUT
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <vector>

#include "engine/analysis/analysis_plan.h"
#include "plugins/registry.h"

int main(int argc, char** argv) {
  using namespace netpulse;
  if (argc != 2) {
    std::fputs("usage: compile_signatures OUTPUT\n", stderr);
    return 2;
  }
  const std::vector<PatternSource> signatures = signatures_of(registered_analyzers());
  const std::vector<std::uint8_t> compiled = PatternDatabase::serialize(signatures);
  // Not an error: a start compiles them itself, and names the one that is wrong.
  if (compiled.empty()) std::fputs("compile_signatures: the signatures do not compile here\n", stderr);
  std::ofstream out(argv[1]);
  out << "#include \"plugins/registry.h\"\n\nnamespace netpulse {\nnamespace {\n\n"
      << "alignas(8) constexpr std::uint8_t kCompiled[] = {";
  for (std::size_t i = 0; i < compiled.size(); ++i) out << (i % 32 == 0 ? "\n" : "") << unsigned{compiled[i]} << ',';
  // An array has at least one element.
  out << "0};\n\n}  // namespace\n\nBytes compiled_signatures() noexcept { return {kCompiled, sizeof kCompiled - 1}; "
         "}\n\n"
      << "}  // namespace netpulse\n";
  out.close();
  return out.good() ? 0 : 1;
}
