// SPDX-License-Identifier: MIT
#include "bitdown/output_file.h"

#include <system_error>

#include "bitdown/failure.h"
#include "error.h"
#include "state/sealed_file.h"
#include "writer/writer.h"

namespace bitdown::apps {

namespace {

template <typename Use>
void or_fail(const Use& use) {
  try {
    use();
  } catch (const builder::Error& error) {
    throw Failure(exit_code_for_output(error.code()), error.what());
  }
}

}  // namespace

void check_output(const std::filesystem::path& output,
                  const std::vector<std::filesystem::path>& inputs) {
  if (output.empty()) return;
  for (const std::filesystem::path& input : inputs) {
    std::error_code missing;  // A file that does not exist is no other file.
    if (std::filesystem::equivalent(input, output, missing)) {
      throw Failure(ExitCode::kUsage, output.string() + ": would overwrite the input");
    }
  }
  or_fail([&] { builder::check_writable(output); });
}

void check_partial(const std::filesystem::path& file) {
  or_fail([&] { builder::refuse_foreign(file); });
}

void write_output(const std::filesystem::path& path, const std::vector<std::byte>& bytes) {
  or_fail([&] { builder::write_file(path, bytes); });
}

}  // namespace bitdown::apps
