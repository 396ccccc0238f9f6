// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "calibrate/calibrate.h"
#include "graph/graph.h"

namespace bitdown::builder {

/// What the compressed network is taught.
enum class Objective : std::uint8_t {
  kNetwork,  ///< The float network's distribution over classes: KL divergence, temperature 1.
  kBlocks,   ///< One residual block after the other: the float network's values behind the block.
};

enum class Optimizer : std::uint8_t {
  /// Adam on codebooks, scales, shifts and dense weights, rate falling as a cosine ("Permute,
  /// Quantize, and Fine-tune").
  kAdam,
  /// Momentum 0.9 and weight decay 1e-4 on codebooks alone, a codeword's gradient being the mean
  /// over its blocks, and batch-norms re-estimated after each epoch ("And the Bit Goes Down").
  kSgd,
};

struct Tuning {
  Objective objective = Objective::kNetwork;
  Optimizer optimizer = Optimizer::kAdam;
  unsigned epochs = 10;    ///< Over all images; of each block.
  double rate = 0;         ///< The first; Adam's is in units of a tensor's size. 0: the usual one.
  std::size_t batch = 16;  ///< Images a step.
  double crop = 0.6;       ///< Images are cut to this share of their area at least, at random; 1:
                           ///< they stay whole, as they always do for kBlocks.
  unsigned patience = 3;   ///< Epochs without gain on the images held out before it stops.
  std::uint64_t seed = 0;
};

/// After each epoch, and before the first (epoch 0).
struct EpochProgress {
  std::string part;  ///< "network", or the block's last layer.
  std::size_t epoch = 0;
  double done = 0;        ///< Share of the work, in [0, 1].
  double loss = 0;        ///< Mean over the epoch's images; 0 for epoch 0.
  double held_out = 0;    ///< On every tenth image, which is never trained on.
  bool restored = false;  ///< From an earlier run.
};

struct TuningFiles {
  std::string state;        ///< Keeps finished epochs across runs; empty: nothing is kept.
  std::string fingerprint;  ///< What the state belongs to: networks, images and settings.
};

/// Losses on the images held out, for kBlocks the mean over the blocks: KL divergence in nats, or
/// squared error in units of the teacher's variance.
struct TuningResult {
  std::size_t images = 0;  ///< Used: kBlocks takes as many as fit into 3 GiB of features.
  double held_out_before = 0;
  double held_out_after = 0;
};

/// Whether this tool was built with libtorch, which fine-tuning needs.
bool can_finetune();

/// Fine-tunes `student` by distillation from `teacher`, the float network that it was made of (the
/// same nodes and shapes): codes are frozen, no labels. The best epoch on the images held out wins,
/// which may be none: then `student` stays as it is. Codebooks are rounded to fp16 at the end.
/// Deterministic for a seed and a number of threads. Throws Error: kUnsupported (without libtorch,
/// several inputs, another network), kInvalidData (fewer than 20 images, a loss that is not
/// finite), kIoError (state file), kOutOfMemory (also kBlocks with images too large to keep 20).
TuningResult finetune(Graph& student, const Graph& teacher, CalibrationInputs& inputs,
                      const Tuning& tuning, unsigned jobs, const TuningFiles& files,
                      const std::function<void(const EpochProgress&)>& progress);

}  // namespace bitdown::builder
