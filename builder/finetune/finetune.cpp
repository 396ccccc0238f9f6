// SPDX-License-Identifier: MIT
#include "finetune/finetune.h"

#include <torch/torch.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "error.h"
#include "finetune/batches.h"
#include "finetune/block_features.h"
#include "finetune/parts.h"
#include "finetune/state.h"
#include "finetune/statistics.h"
#include "finetune/train.h"
#include "quantize/images.h"
#include "quantize/moments.h"

namespace bitdown::builder {
namespace {

constexpr std::size_t kFewest = 20;

using Indices = std::vector<std::size_t>;

struct Split {
  Indices train;
  Indices held_out;
};

Split split(std::size_t images) {
  Split both;
  for (std::size_t i = 0; i < images; ++i) {
    (i % kHoldOut == kHoldOut - 1 ? both.held_out : both.train).push_back(i);
  }
  return both;
}

Indices chosen(std::span<const std::size_t> batch, const Indices& from) {
  Indices indices;
  for (const std::size_t i : batch) indices.push_back(from[i]);
  return indices;
}

// In batches, calls `use` with each.
template <typename Use>
void each_batch(const Indices& indices, std::size_t size, const Use& use) {
  for (std::size_t at = 0; at < indices.size(); at += size) {
    use(std::span(indices).subspan(at, std::min(size, indices.size() - at)));
  }
}

// Kullback and Leibler's divergence of the student's classes from the teacher's, mean over images.
torch::Tensor divergence(const torch::Tensor& teacher, const torch::Tensor& student) {
  return torch::kl_div(torch::log_softmax(student, 1), torch::log_softmax(teacher, 1),
                       at::Reduction::Sum, /*log_target=*/true) /
         static_cast<double>(student.size(0));
}

// Squared error in units of the teacher's variance.
torch::Tensor relative_error(const torch::Tensor& teacher, const torch::Tensor& student) {
  const torch::Tensor variance = (teacher - teacher.mean()).square().mean();
  return (student - teacher).square().mean() / variance.clamp_min(1e-12);
}

std::pair<std::uint32_t, std::uint32_t> size_of(const Weights& weights) {
  return std::visit([](const auto& matrix) { return std::pair(matrix.rows, matrix.columns); },
                    weights);
}

bool same_layer(const Node& a, const Node& b) {
  if (a.name != b.name || a.inputs != b.inputs || a.output != b.output) return false;
  if (a.op.index() != b.op.index()) return false;
  if (const auto* first = std::get_if<Convolution>(&a.op)) {
    const auto& second = std::get<Convolution>(b.op);
    return size_of(first->weights) == size_of(second.weights) && first->kernel == second.kernel &&
           first->stride == second.stride && first->padding == second.padding &&
           first->relu == second.relu;
  }
  if (const auto* first = std::get_if<Linear>(&a.op)) {
    return size_of(first->weights) == size_of(std::get<Linear>(b.op).weights);
  }
  return true;
}

void check_same(const Graph& student, const Graph& teacher) {
  const auto same_shape = [](const Value& a, const Value& b) { return a.shape == b.shape; };
  if (student.inputs != teacher.inputs || student.outputs != teacher.outputs ||
      !std::equal(student.values.begin(), student.values.end(), teacher.values.begin(),
                  teacher.values.end(), same_shape) ||
      !std::equal(student.nodes.begin(), student.nodes.end(), teacher.nodes.begin(),
                  teacher.nodes.end(), same_layer)) {
    throw Error(StatusCode::kUnsupported, "the float network has other layers");
  }
}

class Finetuning {
 public:
  Finetuning(const Graph& student, const Graph& teacher, const Images& images, const Tuning& tuning,
             const TuningFiles& files, const std::function<void(const EpochProgress&)>& progress)
      : graph_(student),
        images_(images),
        tuning_(tuning),
        state_(files),
        progress_(progress),
        batches_(images, student.values[student.inputs[0]].shape),
        split_(split(images.count())),
        student_(student),
        teacher_(teacher) {}

  TuningResult run() {
    result_.images = images_.count();
    if (tuning_.objective == Objective::kNetwork) {
      network();
    } else {
      all_blocks();
    }
    result_.held_out_before /= static_cast<double>(std::max<std::size_t>(tasks_, 1));
    result_.held_out_after /= static_cast<double>(std::max<std::size_t>(tasks_, 1));
    return result_;
  }

  // What gained nothing stays as it was, to the last bit.
  void write_to(Graph& graph) const {
    if (gained_) student_.write_to(graph);
  }

 private:
  void network() {
    const Part part = whole(graph_);
    Task task;
    task.layers = layers_of(student_, part);
    task.images = split_.train.size();
    task.loss = [&](std::span<const std::size_t> batch, Random& random) {
      const torch::Tensor input =
          batches_.augmented(chosen(batch, split_.train), tuning_.crop, random);
      return divergence(answer(teacher_, part, input), student_.run(part, input));
    };
    const torch::Tensor wanted = answers(teacher_, part, split_.held_out);
    task.held_out = [&] {
      return divergence(wanted, answers(student_, part, split_.held_out)).item<double>();
    };
    reestimate(task, part, [&](const auto& use) {
      each_batch(split_.train, tuning_.batch, [&](auto batch) { use(batches_.plain(batch)); });
    });
    train(std::move(task), "network", 0, 1);
  }

  void all_blocks() {
    const std::vector<Part> parts = blocks(graph_);
    BlockFeatures features(images_, graph_, tuning_.batch);
    if (features.count() < kFewest) {
      throw Error(StatusCode::kOutOfMemory, "the images are too large to tune block after block");
    }
    result_.images = features.count();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Part& part = parts[i];
      features.advance_teacher(teacher_, part);
      if (is_trained(part)) block(features, part, i, parts.size());
      features.advance_student(student_, part);
    }
  }

  // Whether a part has anything that the optimizer moves.
  bool is_trained(const Part& part) {
    const std::vector<TorchLayer*> layers = layers_of(student_, part);
    return std::any_of(layers.begin(), layers.end(), [&](const TorchLayer* layer) {
      return tuning_.optimizer == Optimizer::kAdam || layer->codes.defined();
    });
  }

  void block(const BlockFeatures& features, const Part& part, std::size_t index,
             std::size_t count) {
    const Split both = split(features.count());
    Task task;
    task.layers = layers_of(student_, part);
    task.images = both.train.size();
    task.loss = [&](std::span<const std::size_t> batch, Random&) {
      const Indices indices = chosen(batch, both.train);
      return relative_error(features.teacher(indices),
                            student_.run(part, features.student(indices)));
    };
    task.held_out = [&] {
      const torch::NoGradGuard no_grad;
      double sum = 0;
      each_batch(both.held_out, tuning_.batch, [&](std::span<const std::size_t> batch) {
        const torch::Tensor error =
            relative_error(features.teacher(batch), student_.run(part, features.student(batch)));
        sum += error.item<double>() * static_cast<double>(batch.size());
      });
      return sum / static_cast<double>(both.held_out.size());
    };
    // On what the student feeds the block: so should the teacher's layers answer.
    reestimate(task, part, [&](const auto& use) {
      each_batch(both.train, tuning_.batch, [&](auto batch) { use(features.student(batch)); });
    });
    train(std::move(task), graph_.nodes[part.end - 1].name, index, count);
  }

  // SGD moves codebooks alone, so batch-norms follow after each epoch.
  void reestimate(Task& task, const Part& part, const EachBatch& each) {
    if (tuning_.optimizer != Optimizer::kSgd) return;
    task.settle = [this, part, each, wanted = measure_statistics(teacher_, part, each)] {
      match_statistics(student_, part, wanted, each);
    };
  }

  void train(Task task, const std::string& name, std::size_t index, std::size_t count) {
    Trainer trainer(std::move(task), tuning_);
    bool restored = state_.load(index, trainer);
    while (true) {
      if (!restored) {
        trainer.epoch();
        state_.save(index, trainer);
      }
      const Training& training = trainer.training();
      const bool finished = trainer.finished();
      const double epochs =
          finished ? 1 : static_cast<double>(training.epoch) / static_cast<double>(tuning_.epochs);
      progress_({name, training.epoch,
                 (static_cast<double>(index) + epochs) / static_cast<double>(count), training.loss,
                 training.epoch == 0 ? training.first : training.last, restored});
      restored = false;
      if (finished) break;
    }
    trainer.keep_best();
    ++tasks_;
    gained_ |= trainer.training().best_epoch > 0;
    result_.held_out_before += trainer.training().first;
    result_.held_out_after += trainer.training().best;
  }

  static torch::Tensor answer(TorchNetwork& network, const Part& part, const torch::Tensor& input) {
    const torch::NoGradGuard no_grad;
    return network.run(part, input);
  }

  torch::Tensor answers(TorchNetwork& network, const Part& part, const Indices& indices) const {
    std::vector<torch::Tensor> all;
    each_batch(indices, tuning_.batch, [&](std::span<const std::size_t> batch) {
      all.push_back(answer(network, part, batches_.plain(batch)));
    });
    return torch::cat(all);
  }

  const Graph& graph_;
  const Images& images_;
  const Tuning& tuning_;
  StateFile state_;
  const std::function<void(const EpochProgress&)>& progress_;
  const Batches batches_;
  const Split split_;
  TorchNetwork student_;
  TorchNetwork teacher_;
  TuningResult result_;
  std::size_t tasks_ = 0;
  bool gained_ = false;
};

TuningResult run_finetuning(Graph& student, const Graph& teacher, const Images& images,
                            const Tuning& tuning, const TuningFiles& files,
                            const std::function<void(const EpochProgress&)>& progress) {
  try {
    Finetuning finetuning(student, teacher, images, tuning, files, progress);
    const TuningResult result = finetuning.run();
    finetuning.write_to(student);
    return result;
  } catch (const c10::Error& error) {  // Its own what() has many lines.
    const std::string message = error.what_without_backtrace();
    const bool memory = message.find("allocate memory") != std::string::npos;
    throw Error(memory ? StatusCode::kOutOfMemory : StatusCode::kInternal,
                "libtorch: " + message.substr(0, message.find('\n')));
  }
}

}  // namespace

bool can_finetune() {
  return true;
}

TuningResult finetune(Graph& student, const Graph& teacher, CalibrationInputs& inputs,
                      const Tuning& tuning, unsigned jobs, const TuningFiles& files,
                      const std::function<void(const EpochProgress&)>& progress) {
  if (student.inputs.size() != 1) {
    throw Error(StatusCode::kUnsupported, "inputs: only networks with one can be fine-tuned");
  }
  check_same(student, teacher);
  torch::set_num_threads(static_cast<int>(jobs));
  const Images images(inputs, student.values[student.inputs[0]].shape, jobs);
  if (images.count() < kFewest) {
    throw TooFewImages("too few images to fine-tune: " + std::to_string(images.count()) +
                       ", needs " + std::to_string(kFewest));
  }
  return run_finetuning(student, teacher, images, tuning, files, progress);
}

}  // namespace bitdown::builder
