// The load generator: one run against one server, its figures as a JSON object on standard output.
#include <cstdio>
#include <string_view>

#include "options.hpp"
#include "runs.hpp"

int main(int count, char** arguments) {
  using namespace tidings::bench;
  constexpr struct {
    std::string_view name;
    void (*run)(const Options&);
  } runs[] = {
      {"memory", run_memory},     {"broadcast", run_broadcast},
      {"live", run_live},         {"crowd", run_crowd},
      {"stall", run_stall},       {"healthz", run_healthz},
      {"requests", run_requests}, {"acknowledge", run_acknowledge},
      {"ndjson", run_ndjson},
  };
  const Options options = parse_options(count, arguments);
  for (const auto& [name, run] : runs) {
    if (name != options.run) continue;
    run(options);
    return 0;
  }
  std::fprintf(stderr, "sse_load: no run is called '%s'\n", options.run.c_str());
  return 2;
}
