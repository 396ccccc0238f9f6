// SPDX-License-Identifier: MIT
#include "finetune/state.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "importers/sha256.h"
#include "writer/writer.h"

namespace bitdown::builder {
namespace {

constexpr std::size_t kDigestSize = 64;

torch::Tensor text_tensor(const std::string& text) {
  torch::Tensor tensor = torch::empty({static_cast<std::int64_t>(text.size())}, torch::kByte);
  std::memcpy(tensor.data_ptr(), text.data(), text.size());
  return tensor;
}

}  // namespace

StateFile::StateFile(const TuningFiles& files) : files_(files) {
  std::error_code missing;
  if (files_.state.empty() || !std::filesystem::exists(files_.state, missing)) return;
  read();
}

// What torch wrote, then its SHA-256 as 64 digits: the fingerprint; the number of tensors of each
// task; the tensors.
void StateFile::read() {
  std::ifstream file(files_.state, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (text.size() < kDigestSize) return;
  const std::string digest = text.substr(text.size() - kDigestSize);
  text.resize(text.size() - kDigestSize);
  if (sha256(std::as_bytes(std::span(text))) != digest) return;
  std::istringstream stream(text);
  std::vector<torch::Tensor> all;
  torch::load(all, stream);
  if (all.size() < 2 || !torch::equal(all[0], text_tensor(files_.fingerprint))) return;
  const torch::Tensor counts = all[1];
  std::size_t at = 2;
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
  std::vector<torch::Tensor> all = {text_tensor(files_.fingerprint)};
  std::vector<std::int64_t> counts(tasks_.rbegin()->first + 1);
  for (const auto& [task, tensors] : tasks_) {
    counts[task] = static_cast<std::int64_t>(tensors.size());
  }
  all.push_back(torch::tensor(counts));
  for (const auto& [task, tensors] : tasks_) all.insert(all.end(), tensors.begin(), tensors.end());
  std::ostringstream stream;
  torch::save(all, stream);
  std::string text = stream.str();
  text += sha256(std::as_bytes(std::span(text)));
  const auto bytes = std::as_bytes(std::span(text));
  write_file(files_.state, {bytes.begin(), bytes.end()});
}

}  // namespace bitdown::builder
