// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bitdown/build_result.h"
#include "bitdown/json.h"
#include "bitdown/lines.h"
#include "bitdown/model.h"

namespace bitdown::apps {

/// Compares the networks on every tenth of the `images` (not empty), at least one: those that the
/// quantizer holds out, when none is skipped.
Answers compare_answers(const Model& source, const Model& built,
                        const std::vector<std::filesystem::path>& images, unsigned jobs);

/// On the photographs that the file `labels` lists, `photos`, in its folder. Throws Failure.
Accuracy measure_accuracy(const Model& source, const Model& built, const std::string& labels,
                          const std::vector<LabelledPhoto>& photos, unsigned jobs);

/// Fills in what follows from comparison.images: used, same_class and the `worst` few.
void count_answers(Answers& answers, std::size_t worst);

/// For machines: each layer's difference, and the worst images.
Json differences_json(const Answers& answers);
Json worst_json(const Answers& answers);

}  // namespace bitdown::apps
