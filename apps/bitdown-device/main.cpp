// SPDX-License-Identifier: MIT
// bitdown-device: the small tool for targets.
#include <getopt.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "bitdown-device/verbs.h"
#include "cpu.h"
#include "verify.h"

namespace bitdown::apps {
namespace {

constexpr const char* kHelp =
    "bitdown-device: run networks from their compressed form\n"
    "\n"
    "  bitdown-device run MODEL.bdn IMAGE...   the most probable classes of each photograph\n"
    "  bitdown-device verify MODEL.bdn         validate a blob completely, run its self-test\n"
    "  bitdown-device info MODEL.bdn           what the network is and the memory it takes\n"
    "\n"
    "  --isa NAME         portable, neon, dotprod, avx2, avxvnni, avx512 or vnni (default:\n"
    "                     this CPU's best)\n"
    "  --precision NAME   exact: float32; fast: int8 (default: fast for calibrated models)\n"
    "  --threads N        threads of one run (default: one a big core)\n"
    "  --plan FILE        measured times to plan by (default: MODEL.bdn.plan if it fits)\n"
    "  --memory-budget N  MB for layers that run faster when they are expanded once (default: 0)\n"
    "  --no-plan          no such file\n"
    "  --top N            how many classes run prints (default: 5)\n"
    "  --version, --help\n"
    "\n"
    "Images are JPEG, PNG or BMP. Example:\n"
    "  bitdown-device run resnet50.bdn photo.jpg\n"
    "\n";

constexpr option kOptions[] = {{"isa", required_argument, nullptr, 'i'},
                               {"precision", required_argument, nullptr, 'p'},
                               {"threads", required_argument, nullptr, 'n'},
                               {"plan", required_argument, nullptr, 'f'},
                               {"memory-budget", required_argument, nullptr, 'm'},
                               {"no-plan", no_argument, nullptr, 'N'},
                               {"top", required_argument, nullptr, 't'},
                               {"help", no_argument, nullptr, 'h'},
                               {"version", no_argument, nullptr, 'v'},
                               {nullptr, 0, nullptr, 0}};

ExitCode wrong_usage(const std::string& what) {
  print_error(what + " (bitdown-device --help explains)");
  return ExitCode::kUsage;
}

// Whether `name` is a precision.
bool parse(std::string_view name, Precision& precision) {
  if (name != "exact" && name != "fast") return false;
  precision = name == "exact" ? Precision::kExact : Precision::kFast;
  return true;
}

// A number from 1 to `largest`, else 0.
std::size_t parse_number(const char* text, long largest) {
  char* end = nullptr;
  const long number = std::strtol(text, &end, 10);
  return *end == '\0' && number >= 1 && number <= largest ? static_cast<std::size_t>(number) : 0;
}

// What getopt has just refused; within a bundle of letters optind has not moved yet.
std::string failed_option(char** arguments) {
  const std::string last = arguments[optind - 1];
  return last.starts_with("--") ? last : std::string("-") + static_cast<char>(optopt);
}

bool any_empty(int count, char** arguments) {
  return std::any_of(arguments + 1, arguments + count,
                     [](const char* argument) { return *argument == '\0'; });
}

ExitCode verify_blob(const DeviceOptions& options) {
  const Result<Model> model = Model::open(options.model);
  if (!model.ok()) return report(options.model, model.status());
  SessionOptions session = options.session;
  PlanSource plan;
  const Status attached = plan.attach(*model, options.model, options.plan, session);
  if (!attached.ok()) return report(options.plan.file, attached);
  return verify(options.model, *model, session);
}

ExitCode dispatch(std::span<char* const> words, DeviceOptions options) {
  if (words.empty()) return wrong_usage("no verb: run, verify or info");
  const std::string_view verb = words[0];
  if (verb != "run" && verb != "verify" && verb != "info") {
    return wrong_usage("no such verb: " + std::string(verb));
  }
  if (words.size() < 2) return wrong_usage(std::string(verb) + ": no MODEL.bdn");
  options.model = words[1];
  options.photos = words.subspan(2);
  if (verb == "run") {
    if (options.photos.empty()) return wrong_usage("run: no IMAGE");
    return run(options);
  }
  if (!options.photos.empty()) return wrong_usage(std::string(verb) + ": too many arguments");
  if (verb == "info") return info(options);
  return verify_blob(options);
}

ExitCode main(int count, char** arguments) {
  DeviceOptions options;
  opterr = 0;
  if (any_empty(count, arguments)) return wrong_usage("an empty argument");
  for (;;) {
    switch (getopt_long(count, arguments, "h", kOptions, nullptr)) {
      case 'i': {
        const Status status = choose_isa(optarg, detect_isa()).status();
        if (status.code() == StatusCode::kInvalidArgument) {
          return wrong_usage(std::string("--isa ") + optarg + ": " + status.message());
        }
        options.session.isa = optarg;
        break;
      }
      case 'p':
        if (!parse(optarg, options.session.precision)) {
          return wrong_usage("--precision: neither exact nor fast");
        }
        break;
      case 'n':
        options.session.threads = static_cast<unsigned>(parse_number(optarg, 64));
        if (options.session.threads == 0)
          return wrong_usage("--threads: not a number from 1 to 64");
        break;
      case 'f':
        options.plan.file = optarg;
        break;
      case 'm':
        options.session.memory_budget = parse_number(optarg, 1024) << 20;
        if (options.session.memory_budget == 0 && std::string_view(optarg) != "0") {
          return wrong_usage("--memory-budget: not a number from 0 to 1024");
        }
        break;
      case 'N':
        options.plan.none = true;
        break;
      case 't':
        options.top = parse_number(optarg, 1000);
        if (options.top == 0) return wrong_usage("--top: not a number from 1 to 1000");
        break;
      case 'h':
        std::printf("%s%s\n", kHelp, kExitCodeHelp);
        return ExitCode::kOk;
      case 'v':
        std::printf("bitdown-device %s\n", BITDOWN_VERSION);
        return ExitCode::kOk;
      case -1:
        if (options.plan.none && !options.plan.file.empty()) {
          return wrong_usage("--plan excludes --no-plan");
        }
        return dispatch({arguments + optind, static_cast<std::size_t>(count - optind)}, options);
      default:
        return wrong_usage("unknown or incomplete option " + failed_option(arguments));
    }
  }
}

}  // namespace
}  // namespace bitdown::apps

int main(int count, char** arguments) {
  // Beyond the file size limit, write shall fail, and be reported, instead of ending the process.
  std::signal(SIGXFSZ, SIG_IGN);
  return static_cast<int>(bitdown::apps::finish(bitdown::apps::main(count, arguments)));
}
