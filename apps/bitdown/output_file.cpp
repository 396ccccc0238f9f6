// SPDX-License-Identifier: MIT
#include "bitdown/output_file.h"

#include <system_error>

#include "bitdown/failure.h"
#include "error.h"
#include "writer/writer.h"

namespace bitdown::apps {

void refuse_to_overwrite(const std::filesystem::path& input, const std::filesystem::path& output) {
  std::error_code missing;  // A file that does not exist is no other file.
  if (std::filesystem::equivalent(input, output, missing)) {
    throw Failure(ExitCode::kUsage, output.string() + ": would overwrite the input");
  }
}

void refuse_to_overwrite_any(const std::vector<std::filesystem::path>& inputs,
                             const std::filesystem::path& output) {
  for (const std::filesystem::path& input : inputs) refuse_to_overwrite(input, output);
}

void write_output(const std::filesystem::path& path, const std::vector<std::byte>& bytes) {
  try {
    builder::write_file(path, bytes);
  } catch (const builder::Error& error) {
    throw Failure(exit_code_for_output(error.code()), error.what());
  }
}

}  // namespace bitdown::apps
