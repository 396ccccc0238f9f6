// SPDX-License-Identifier: MIT
#include "bitdown/tuning.h"

#include <cstdio>
#include <system_error>

#include "bitdown/failure.h"
#include "bitdown/image_folder.h"
#include "bitdown/progress.h"
#include "error.h"
#include "importers/sha256.h"

namespace bitdown::apps {
namespace {

std::string fingerprint(const TuningJob& job) {
  const builder::Tuning& tuning = job.tuning;
  std::string text = BITDOWN_VERSION "\n" + job.subject;
  for (const double number :
       {static_cast<double>(tuning.objective), static_cast<double>(tuning.optimizer),
        static_cast<double>(tuning.epochs), tuning.rate, static_cast<double>(tuning.batch),
        tuning.crop, static_cast<double>(tuning.patience), static_cast<double>(tuning.seed)}) {
    text += "\n" + std::to_string(number);
  }
  for (const std::filesystem::path& image : job.images) {
    std::error_code missing;
    text += "\n" + image.filename().string() + " " +
            std::to_string(std::filesystem::file_size(image, missing));
  }
  return builder::sha256(std::as_bytes(std::span(text)));
}

}  // namespace

void refuse_without_libtorch() {
  if (builder::can_finetune()) return;
  throw Failure(ExitCode::kUnsupported,
                "this tool was built without libtorch, which fine-tuning needs: ./dev build "
                "finetune makes one that has it");
}

builder::TuningResult finetune_on_images(const TuningJob& job, builder::Graph& student,
                                         const builder::Graph& teacher) {
  FolderInputs inputs(job.images, *student.preprocessing);
  TimedProgress bar;
  const auto progress = [&](const builder::EpochProgress& epoch) {
    char text[128];
    std::snprintf(text, sizeof text, "%s: epoch %zu, loss %.4f, held out %.4f",
                  printable(epoch.part).c_str(), epoch.epoch, epoch.loss, epoch.held_out);
    if (epoch.done > 0) bar.update(epoch.done, text, epoch.restored);
  };
  const auto name_skipped = [&] {
    for (const std::string& problem : inputs.problems()) print_error("skipped " + problem);
  };
  try {
    const builder::TuningResult result = builder::finetune(
        student, teacher, inputs, job.tuning, job.jobs, {job.state, fingerprint(job)}, progress);
    name_skipped();
    return result;
  } catch (const builder::Error& error) {
    name_skipped();
    throw Failure(exit_code(error.code()), job.network + ": " + error.what());
  }
}

}  // namespace bitdown::apps
