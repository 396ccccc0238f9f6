// SPDX-License-Identifier: MIT
//
// A program that uses the installed library, and the example of README.md.
#include <algorithm>
#include <cstdio>
#include <vector>

#include "bitdown/model.h"
#include "bitdown/session.h"

int main(int argc, char** argv) {
  const auto model = bitdown::Model::open(argc > 1 ? argv[1] : "model.bdn");
  if (!model.ok()) return std::fprintf(stderr, "%s\n", model.status().message()), 1;
  auto session = bitdown::Session::create(*model);
  if (!session.ok()) return std::fprintf(stderr, "%s\n", session.status().message()), 1;

  const std::vector<float> input(model->input(0).shape.elements(), 0.5f);
  if (!session->run(input).ok()) return 1;
  const auto logits = session->output(0);
  const auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
  std::printf("class %td of %zu on %s\n", best, logits.size(), session->isa());
  return 0;
}
