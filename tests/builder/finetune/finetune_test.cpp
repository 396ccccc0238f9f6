// SPDX-License-Identifier: MIT
#include "finetune/finetune.h"

#include <utility>

#include "builder/quantize/support/noise.h"
#include "doctest/doctest.h"
#include "error.h"
#include "support/folder.h"
#include "support/tiny_network.h"
#include "writer/writer.h"

namespace bitdown::tests {
namespace {

using builder::Graph;
using builder::Objective;
using builder::Optimizer;
using builder::Tuning;

// A student with wrong codewords and the teacher that it should become.
Graph student() {
  Graph graph = tiny_network();
  std::uint32_t i = 0;
  for (builder::Node& node : graph.nodes) {
    auto* convolution = std::get_if<builder::Convolution>(&node.op);
    if (convolution == nullptr) continue;
    auto* coded = std::get_if<builder::CodedMatrix>(&convolution->weights);
    if (coded == nullptr) continue;
    for (float& value : coded->codebook) value *= i++ % 3 == 0 ? 1.5f : 0.75f;
  }
  return graph;
}

Tuning quick(Objective objective, Optimizer optimizer) {
  Tuning tuning;
  tuning.objective = objective;
  tuning.optimizer = optimizer;
  tuning.epochs = 4;
  tuning.batch = 8;
  tuning.rate = optimizer == Optimizer::kSgd ? 0.05 : 0.02;
  return tuning;
}

struct Tuned {
  builder::TuningResult result;
  std::vector<std::byte> blob;
};

Tuned tuned(
    const Tuning& tuning, const builder::TuningFiles& files = {},
    const std::function<void(const builder::EpochProgress&)>& progress =
        [](const builder::EpochProgress&) {}) {
  Graph graph = student();
  Noise noise(40, {});
  Tuned tuned;
  tuned.result =
      builder::finetune(graph, tiny_network({.dense = true}), noise, tuning, 1, files, progress);
  tuned.blob = builder::write_blob(graph, builder::DensePrecision::kFloat16);
  return tuned;
}

TEST_CASE("each objective and optimizer brings the student nearer to its teacher") {
  CHECK(builder::can_finetune());
  for (const Objective objective : {Objective::kNetwork, Objective::kBlocks}) {
    for (const Optimizer optimizer : {Optimizer::kAdam, Optimizer::kSgd}) {
      CAPTURE(static_cast<int>(objective));
      CAPTURE(static_cast<int>(optimizer));
      double done = 0;
      const auto progress = [&](const builder::EpochProgress& epoch) {
        CHECK(epoch.done >= done);
        CHECK_FALSE(epoch.restored);
        done = epoch.done;
      };
      const Tuned found = tuned(quick(objective, optimizer), {}, progress);
      CHECK(done == doctest::Approx(1));
      CHECK(found.result.images == 40);
      CHECK(found.result.held_out_before > 0);
      CHECK(found.result.held_out_after < 0.8 * found.result.held_out_before);
    }
  }
}

TEST_CASE("the same seed gives the same bytes, another seed others") {
  Tuning tuning = quick(Objective::kNetwork, Optimizer::kAdam);
  const Tuned first = tuned(tuning);
  CHECK(tuned(tuning).blob == first.blob);
  tuning.seed = 1;
  CHECK(tuned(tuning).blob != first.blob);
}

TEST_CASE("what gains nothing stays as it was, to the last bit") {
  Graph graph = tiny_network();
  const Graph before = graph;
  Noise noise(40, {});
  Tuning tuning = quick(Objective::kNetwork, Optimizer::kAdam);
  tuning.rate = 10;  // Nothing can come of this.
  tuning.epochs = 1;
  builder::finetune(graph, tiny_network({.dense = true}), noise, tuning, 1, {},
                    [](const builder::EpochProgress&) {});
  const auto precision = builder::DensePrecision::kFloat32;
  CHECK(builder::write_blob(graph, precision) == builder::write_blob(before, precision));
}

struct Interrupt {};

TEST_CASE("a run that was interrupted after any epoch ends with the same bytes") {
  const std::pair<Objective, Optimizer> ways[] = {{Objective::kNetwork, Optimizer::kAdam},
                                                  {Objective::kNetwork, Optimizer::kSgd},
                                                  {Objective::kBlocks, Optimizer::kAdam}};
  for (const auto& [objective, optimizer] : ways) {
    const Folder folder;
    const builder::TuningFiles files{folder / "state", "this run"};
    Tuning tuning = quick(objective, optimizer);
    tuning.epochs = 2;
    const std::vector<std::byte> whole = tuned(tuning).blob;
    std::size_t starts = 0;
    std::vector<std::byte> found;
    while (found.empty() && ++starts < 40) {
      std::size_t fresh = 0;
      try {
        found = tuned(tuning, files, [&](const builder::EpochProgress& epoch) {
                  if (!epoch.restored && ++fresh == 2) throw Interrupt();
                }).blob;
      } catch (const Interrupt&) {
      }
    }
    CHECK(starts > 1);
    CHECK(found == whole);
  }
}

TEST_CASE("a state of another run, or none at all, is left aside") {
  const Folder folder;
  Tuning tuning = quick(Objective::kNetwork, Optimizer::kAdam);
  const std::string state = folder / "state";
  const auto fresh = [](const builder::EpochProgress& epoch) { CHECK_FALSE(epoch.restored); };
  const std::vector<std::byte> whole = tuned(tuning).blob;
  tuning.seed = 1;
  tuned(tuning, {state, "other run"});
  tuning.seed = 0;
  CHECK(tuned(tuning, {state, "this run"}, fresh).blob == whole);
  std::string damaged = read_file(state);
  damaged[damaged.size() / 2] ^= 1;
  folder.write("state", damaged);
  CHECK(tuned(tuning, {state, "this run"}, fresh).blob == whole);
}

TEST_CASE("what cannot be tuned is refused") {
  const auto refused = [](const Graph& teacher, std::size_t images, const char* text) {
    Graph graph = student();
    Noise noise(images, {});
    try {
      builder::finetune(graph, teacher, noise, {}, 1, {}, [](const builder::EpochProgress&) {});
      FAIL("accepted");
    } catch (const builder::Error& error) {
      CHECK(std::string(error.what()).find(text) != std::string::npos);
    }
  };
  refused(tiny_network({.dense = true}), 19, "too few images to fine-tune: 19, needs 20");
  refused(smallest_network(), 40, "the float network has other layers");
  refused(tiny_network({.height = 40, .dense = true}), 40, "the float network has other layers");
}

}  // namespace
}  // namespace bitdown::tests
