// SPDX-License-Identifier: MIT
#include "bitdown/tuning_flags.h"

#include <CLI/CLI.hpp>

namespace bitdown::apps {

void TuningFlags::add_to(CLI::App& verb) {
  verb.add_option("--objective", objective_,
                  "network: the float network's distribution over classes; blocks: its values\n"
                  "behind each residual block, one block after the other")
      ->check(CLI::IsMember({"network", "blocks"}))
      ->capture_default_str();
  verb.add_option("--optimizer", optimizer_,
                  "adam: codebooks, scales, shifts and dense weights; sgd: codebooks alone, as in\n"
                  "\"And the Bit Goes Down\", batch-norms re-estimated")
      ->check(CLI::IsMember({"adam", "sgd"}))
      ->capture_default_str();
  verb.add_option("--epochs", tuning_.epochs, "Passes over the images")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  verb.add_option("--rate", tuning_.rate, "First learning rate (default: the optimizer's)")
      ->check(CLI::Range(1e-9, 10.0));
  verb.add_option("--batch", tuning_.batch, "Images a step")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  verb.add_option("--crop", tuning_.crop,
                  "Smallest share of an image's area that random cuts keep; 1: no cuts, as\n"
                  "always with blocks")
      ->check(CLI::Range(0.05, 1.0))
      ->capture_default_str();
  verb.add_option("--patience", tuning_.patience, "Epochs without gain before it stops")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  verb.add_option("--seed", tuning_.seed, "Of all random choices")->capture_default_str();
}

builder::Tuning TuningFlags::tuning() const {
  builder::Tuning tuning = tuning_;
  tuning.objective =
      objective_ == "blocks" ? builder::Objective::kBlocks : builder::Objective::kNetwork;
  tuning.optimizer = optimizer_ == "sgd" ? builder::Optimizer::kSgd : builder::Optimizer::kAdam;
  return tuning;
}

}  // namespace bitdown::apps
