// SPDX-License-Identifier: MIT
#include "bitdown/first_label.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

#include "algorithm_names.h"
#include "bitdown/failure.h"
#include "first-label/stamps.h"

namespace bitdown::apps {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  int number() const { return number_; }
  bool valid() const { return number_ >= 0; }
  void close() {
    if (valid()) ::close(std::exchange(number_, -1));
  }

 private:
  int number_;
};

// Starts `command`, reads `input` as its stdin from the beginning, returns its stdout. Empty on any
// failure. Its stderr is dropped: the tool has one line for what goes wrong.
std::string output_of(std::vector<std::string> command, const Descriptor& input) {
  int ends[2];
  if (lseek(input.number(), 0, SEEK_SET) != 0 || pipe2(ends, O_CLOEXEC) != 0) return {};
  const Descriptor from_child(ends[0]);
  Descriptor to_parent(ends[1]);

  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.number(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, to_parent.number(), STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int error = posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return {};

  to_parent.close();
  std::string output;
  char buffer[256];
  for (ssize_t got = 0; (got = read(from_child.number(), buffer, sizeof buffer)) > 0;) {
    output.append(buffer, static_cast<std::size_t>(got));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? output : std::string();
}

// Beside this tool, in the build folder as where it is installed.
std::string program() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return (self.parent_path() / "bitdown-first-label").string();
}

// The words that bitdown-first-label understands; empty ones leave the choice to the library.
std::vector<std::string> command_line(const std::string& model, const SessionOptions& options,
                                      const std::string& plan) {
  const std::string dense = options.dense == DenseBackend::kXnnpack   ? "xnnpack"
                            : options.dense == DenseBackend::kBuiltin ? "builtin"
                                                                      : "";
  const std::string precision = options.precision == Precision::kFast    ? "fast"
                                : options.precision == Precision::kExact ? "exact"
                                                                         : "";
  const std::string algorithm = algorithm_name(options.algorithm, "");
  const std::string budget = std::to_string(options.memory_budget);
  const std::string isa = options.isa == nullptr ? "" : options.isa;
  const std::string threads = std::to_string(options.threads);
  return {program(), model, isa, dense, precision, threads, algorithm, budget, plan};
}

double milliseconds(long long ns) {
  return static_cast<double>(ns) * 1e-6;
}

FirstLabel measure_one(const std::vector<std::string>& command, const Descriptor& input) {
  const long long start = now_ns();
  const std::string line = output_of(command, input);
  Stamps stamps;
  if (std::sscanf(line.c_str(), kStampsFormat, &stamps.main, &stamps.ready, &stamps.label,
                  &stamps.peak_rss_bytes) != 4) {
    throw Failure(ExitCode::kInternal, command[0] + ": gave no first label");
  }
  FirstLabel result{milliseconds(stamps.main - start), milliseconds(stamps.ready - stamps.main),
                    milliseconds(stamps.label - stamps.ready), std::nullopt};
  if (stamps.peak_rss_bytes > 0) result.peak_rss_bytes = stamps.peak_rss_bytes;
  return result;
}

}  // namespace

FirstLabel measure_first_label(const std::string& model, const SessionOptions& options,
                               const std::string& plan, std::span<const float> input) {
  const Descriptor file(memfd_create("input", MFD_CLOEXEC));
  const auto size = static_cast<ssize_t>(input.size_bytes());
  if (!file.valid() || write(file.number(), input.data(), input.size_bytes()) != size) {
    throw Failure(ExitCode::kInternal, "the input of a fresh process: cannot be written");
  }
  const std::vector<std::string> command = command_line(model, options, plan);
  std::error_code error;
  if (!std::filesystem::exists(command[0], error)) {
    throw Failure(ExitCode::kInputMissing,
                  command[0] + ": no such file, but bench starts it as a fresh process");
  }
  std::vector<FirstLabel> processes;
  for (int i = 0; i < 5; ++i) processes.push_back(measure_one(command, file));
  std::nth_element(
      processes.begin(), processes.begin() + 2, processes.end(),
      [](const FirstLabel& a, const FirstLabel& b) { return a.total_ms() < b.total_ms(); });
  return processes[2];
}

}  // namespace bitdown::apps
