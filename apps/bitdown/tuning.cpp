// SPDX-License-Identifier: MIT
#include "bitdown/tuning.h"

#include <cstdio>

#include "bitdown/failure.h"
#include "bitdown/image_folder.h"
#include "bitdown/progress.h"
#include "error.h"
#include "importers/sha256.h"
#include "quantize/images.h"

namespace bitdown::apps {
namespace {

std::string fingerprint(const TuningJob& job) {
  const builder::Tuning& tuning = job.tuning;
  char numbers[128];
  std::snprintf(numbers, sizeof numbers, "%d %d %u %.17g %zu %.17g %u %llu\n",
                static_cast<int>(tuning.objective), static_cast<int>(tuning.optimizer),
                tuning.epochs, tuning.rate, tuning.batch, tuning.crop, tuning.patience,
                static_cast<unsigned long long>(tuning.seed));
  const std::string text =
      BITDOWN_VERSION "\n" + job.subject + "\n" + numbers + names_and_sizes(job.images);
  return builder::sha256(std::as_bytes(std::span(text)));
}

}  // namespace

std::string tuning_file(const std::string& output) {
  return output + ".tuning.partial";
}

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
    bar.update(epoch.done, text, epoch.restored);
  };
  const auto name_skipped = [&] {
    for (const std::string& problem : inputs.problems()) print_error("skipped " + problem);
  };
  try {
    const builder::TuningResult result =
        builder::finetune(student, teacher, inputs, job.tuning, job.jobs,
                          {tuning_file(job.output), fingerprint(job)}, progress);
    if (job.name_skipped) name_skipped();
    return result;
  } catch (const builder::TooFewImages& error) {
    name_skipped();
    const std::string folder = job.images.front().parent_path().string();
    throw Failure(exit_code(error.code()), folder + ": " + error.what());
  } catch (const builder::Error& error) {
    name_skipped();
    // Only the file of finished epochs is written.
    if (error.code() == StatusCode::kIoError) throw Failure(ExitCode::kOutput, error.what());
    throw Failure(exit_code(error.code()), job.network + ": " + error.what());
  }
}

}  // namespace bitdown::apps
