// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "bitdown/session.h"
#include "support/aligned_blob.h"

// Any bytes as a blob: a Status, or a session that runs. The mutation driver or libFuzzer calls it.
// Networks of ordinary size run for one input in kRunOneIn, since a run takes longer than all
// checks; one in kThreadsOneIn gets two threads, since starting one takes longer than the rest.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kSmallInput = 4096;
  constexpr std::size_t kRunOneIn = 256;
  constexpr std::size_t kThreadsOneIn = 16;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t chance = std::hash<std::string_view>{}(text);
  const bitdown::tests::AlignedBlob blob(std::as_bytes(std::span(data, size)));
  const auto model = bitdown::Model::from_memory(blob.bytes());
  if (!model.ok()) return 0;
  bitdown::SessionOptions options;
  options.dense = bitdown::DenseBackend::kBuiltin;
  options.threads = chance / kRunOneIn % kThreadsOneIn == 0 ? 2 : 1;
  auto session = bitdown::Session::create(*model, options);
  if (!session.ok()) return 0;
  const std::size_t elements = model->input(0).shape.elements();
  if (elements > kSmallInput && chance % kRunOneIn != 0) return 0;
  const std::vector<float> input(elements, 0.5f);
  if (!session->run(input).ok()) __builtin_trap();
  return 0;
}
