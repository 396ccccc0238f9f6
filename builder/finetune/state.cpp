// SPDX-License-Identifier: MIT
#include "finetune/state.h"

#include <span>
#include <sstream>
#include <string>

#include "state/sealed_file.h"

namespace bitdown::builder {

StateFile::StateFile(const TuningFiles& files) : files_(files) {
  if (!files_.state.empty()) read();
}

// As torch writes them: the number of tensors of each task; the tensors.
void StateFile::read() {
  const auto work = read_sealed(files_.state, files_.fingerprint);
  if (!work) return;
  std::istringstream stream(std::string(reinterpret_cast<const char*>(work->data()), work->size()));
  std::vector<torch::Tensor> all;
  torch::load(all, stream);
  const torch::Tensor counts = all.at(0);
  std::size_t at = 1;
  for (std::int64_t task = 0; task < counts.numel(); ++task) {
    for (auto left = counts[task].item<std::int64_t>(); left > 0; --left) {
      tasks_[static_cast<std::size_t>(task)].push_back(all.at(at++));
    }
  }
}

bool StateFile::load(std::size_t index, Trainer& trainer) const {
  const auto task = tasks_.find(index);
  return task != tasks_.end() && trainer.restore(task->second);
}

void StateFile::save(std::size_t index, const Trainer& trainer) {
  if (files_.state.empty()) return;
  tasks_[index] = trainer.state();
  std::vector<std::int64_t> counts(tasks_.rbegin()->first + 1);
  for (const auto& [task, tensors] : tasks_) {
    counts[task] = static_cast<std::int64_t>(tensors.size());
  }
  std::vector<torch::Tensor> all = {torch::tensor(counts)};
  for (const auto& [task, tensors] : tasks_) all.insert(all.end(), tensors.begin(), tensors.end());
  std::ostringstream stream;
  torch::save(all, stream);
  const std::string text = stream.str();
  write_sealed(files_.state, files_.fingerprint, std::as_bytes(std::span(text)));
}

}  // namespace bitdown::builder
