// SPDX-License-Identifier: MIT
//
// predict_cost MODEL.bdn [NS]: milliseconds that the convolutions of a model take by the figures of
// kernels/convolution/cost.cpp for this CPU, by part: all by decoding, and as planned. NS: what a
// multiply-add of dense float32 takes; the same as fractions of its products then. BITDOWN_ISA
// chooses an ISA, and qemu-user the CPU: on ARM the figures are estimates.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "bitdown/model.h"
#include "core/layer_plan.h"
#include "core/session_settings.h"
#include "kernels/convolution/blocking.h"
#include "kernels/convolution/convolution_table.h"
#include "layer.h"
#include "terms.h"

namespace bitdown::tests {
namespace {

using Parts = Terms;

// Nanoseconds.
template <typename Work>
Parts parts_of(const Work& work, const Work& ns) {
  Parts parts = terms_of(work);
  const Terms each = terms_of(ns);
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i] *= each[i];
  return parts;
}

struct Sum {
  Parts parts = {};
  int layers = 0;

  void add(const Parts& more) {
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i] += more[i];
    ++layers;
  }
  double total() const {
    double sum = 0;
    for (const double part : parts) sum += part;
    return sum;
  }
};

// In units of `unit` nanoseconds.
void print(const char* what, const Sum& sum, double unit, const std::array<const char*, 6>& names) {
  std::printf("%-12s %2d layers %9.4f:", what, sum.layers, sum.total() / unit);
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::printf(" %s %.4f", names[i], sum.parts[i] / unit);
  }
  std::printf("\n");
}

// Dense rows are read as they are.
Parts decode_parts(const kernels::CoreCost& core, CostLayer layer,
                   const kernels::Int8Kernel& int8) {
  if (layer.weights.coded) {
    return parts_of(kernels::predict_decode(core, layer.weights, layer.window, int8, 1).work,
                    core.decode);
  }
  layer.weights.codes.block_size = 1;
  kernels::DecodeWork ns = core.decode;
  ns.numbers = core.expanded;
  return parts_of(kernels::predict_expanded(core, layer.weights, layer.window, int8, 1).work, ns);
}

void predict(const schema::Model& root, IsaSet isa, double dense_ns) {
  const kernels::CoreCost& core = kernels::core_cost(isa);
  Sum all, decoded, tables;
  double macs = 0;
  for (const schema::Operator* op : *root.operators()) {
    if (op->parameters_as_Convolution() == nullptr) continue;
    const CostLayer layer = cost_layer(root, *op);
    Sum decode, table;
    decode.add(decode_parts(core, layer, kernels::select_int8(isa)));
    macs += static_cast<double>(kernels::convolution_macs(layer.weights, layer.window));
    all.add(decode.parts);
    bool by_table = layer.weights.coded && kernels::can_use_table(layer.weights);
    if (by_table) {
      const kernels::TableKernel& kernel = kernels::select_table(isa);
      table.add(parts_of(kernels::predict_table(core, layer.weights, layer.window, kernel, 1).work,
                         core.table));
      by_table = table.total() < kTableGain * decode.total();
    }
    (by_table ? tables : decoded).add(by_table ? table.parts : decode.parts);
  }
  const double unit = dense_ns == 0 ? 1e6 : dense_ns * macs;
  constexpr std::array kDecode = {"products", "codes",     "numbers",
                                  "packing",  "gathering", "finishing"};
  constexpr std::array kTable = {"rows", "pairs", "adding", "finishing", "listing", "gathering"};
  std::printf("%s, %s, %.0f million multiply-adds\n", core.core,
              dense_ns == 0 ? "ms" : "fractions of dense float32's products", macs * 1e-6);
  print("by decoding", all, unit, kDecode);
  print("planned", decoded, unit, kDecode);
  print("  by tables", tables, unit, kTable);
  std::printf("planned in all %.4f\n", (decoded.total() + tables.total()) / unit);
}

}  // namespace
}  // namespace bitdown::tests

int main(int count, char** arguments) {
  if (count != 2 && count != 3) {
    std::fprintf(stderr, "usage: predict_cost MODEL.bdn [NS]\n");
    return 2;
  }
  auto model = bitdown::Model::open(arguments[1]);
  const auto machine = bitdown::choose_machine({.threads = 1});
  if (!model.ok() || !machine.ok()) {
    std::fprintf(stderr, "predict_cost: %s\n",
                 (model.ok() ? machine.status() : model.status()).message());
    return 1;
  }
  bitdown::tests::predict(model.value().root(), machine.value().isa,
                          count == 3 ? std::atof(arguments[2]) : 0.0);
  return 0;
}
