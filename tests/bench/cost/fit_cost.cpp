// SPDX-License-Identifier: MIT
//
// fit_cost MODEL.bdn...: the figures of kernels/convolution/cost.cpp for this CPU, by least squares
// of relative errors over the layers of all models, from what `bitdown tune` measured. Prints them,
// how far predictions are off, and what choosing by them costs. BITDOWN_ISA chooses an ISA.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bitdown/session.h"
#include "core/layer_plan.h"
#include "core/session_settings.h"
#include "layer.h"
#include "mapped_file.h"
#include "terms.h"

namespace bitdown::tests {
namespace {

struct Layer {
  std::string name;
  Equation decode;
  Equation table;
  double expanded;  ///< Nanoseconds.
};

template <typename T>
T value_or_exit(const char* file, Result<T> result) {
  if (result.ok()) return std::move(result).value();
  std::fprintf(stderr, "fit_cost: %s: %s\n", file, result.status().message());
  std::exit(1);
}

Layer make_layer(const Model& model, std::uint32_t index, const LayerPlan& plan,
                 const Machine& on) {
  const schema::Model& root = model.root();
  const schema::Operator& op = *root.operators()->Get(index);
  const auto [window, weights] = cost_layer(root, op);
  const kernels::CoreCost& core = kernels::core_cost(on.isa);
  const kernels::Int8Kernel& int8 =
      kernels::select_int8(on.isa).of_codewords(weights.codes.block_size);
  auto decode = kernels::predict_decode(core, weights, window, int8, on.threads);
  // One figure for all multiply-adds: what chained ones take of it stays.
  if (int8.chained) decode.work.macs *= core.chained / core.decode.macs;
  const auto table =
      kernels::predict_table(core, weights, window, kernels::select_table(on.isa), on.threads);
  return {op.name()->str(),
          {terms_of(decode.work), static_cast<double>(plan.measured.decode)},
          {terms_of(table.work), static_cast<double>(plan.measured.table)},
          static_cast<double>(plan.measured.expanded)};
}

// The tuned layers of a model, for each number of threads that its plan file has.
void add_layers(const char* path, std::vector<Layer>& layers) {
  const Model model = value_or_exit(path, Model::open(path));
  const std::string plan_path = std::string(path) + ".plan";
  const MappedFile file = value_or_exit(plan_path.c_str(), MappedFile::open(plan_path.c_str()));
  const std::string_view text = {reinterpret_cast<const char*>(file.bytes().data()),
                                 file.bytes().size()};
  for (unsigned threads = 1; threads <= 64; ++threads) {
    const Machine machine = value_or_exit(path, choose_machine({.threads = threads}));
    const PlanKey key = make_plan_key(model.blob(), machine.isa, true, machine.threads);
    std::vector<LayerPlan> plans(model.root().operators()->size());
    if (!read_plan(text, key, plans).ok()) continue;
    for (std::uint32_t i = 0; i < plans.size(); ++i) {
      if (plans[i].measured.table != 0) layers.push_back(make_layer(model, i, plans[i], machine));
    }
  }
}

Terms fit(const char* name, const std::vector<Layer>& layers, Equation Layer::*algorithm) {
  std::vector<Equation> equations;
  for (const Layer& layer : layers) equations.push_back(layer.*algorithm);
  return print_fit(name, equations);
}

// What reading an expanded weight takes, when all the rest is as fitted for decoding.
void fit_expanded(const std::vector<Layer>& layers, const Terms& decode) {
  double products = 0, squares = 0, expanded = 0, decoded = 0;
  for (const Layer& layer : layers) {
    Terms rest = layer.decode.terms;
    const double numbers = rest[2] / layer.expanded;
    rest[1] = rest[2] = 0;
    products += numbers * (1 - evaluate(rest, decode) / layer.expanded);
    squares += numbers * numbers;
    expanded += layer.expanded;
    decoded += layer.decode.value;
  }
  std::printf("expanded %.4g; all layers expanded take %.3f of the time of decoding\n",
              std::max(0.0, products / squares), expanded / decoded);
}

void judge(const std::vector<Layer>& layers, const Terms& decode, const Terms& table) {
  double best = 0, chosen = 0, all_decode = 0, all_table = 0;
  std::size_t good = 0;
  for (const Layer& layer : layers) {
    const double by_table = evaluate(layer.table.terms, table);
    const double by_decode = evaluate(layer.decode.terms, decode);
    const bool tables = by_table < kTableGain * by_decode;
    const double time = tables ? layer.table.value : layer.decode.value;
    const double least = std::min(layer.table.value, layer.decode.value);
    if (time <= 1.05 * least) {
      ++good;
    } else {
      std::printf("  %-24s decode %.3f ms (%.3f predicted), table %.3f ms (%.3f)\n",
                  layer.name.c_str(), layer.decode.value * 1e-6, by_decode * 1e-6,
                  layer.table.value * 1e-6, by_table * 1e-6);
    }
    best += least;
    chosen += time;
    all_decode += layer.decode.value;
    all_table += layer.table.value;
  }
  std::printf("%zu of %zu layers within 5 %% of the faster algorithm\n", good, layers.size());
  std::printf("time against all by decoding: tables %.3f, chosen %.3f, best %.3f\n",
              all_table / all_decode, chosen / all_decode, best / all_decode);
}

int main(int count, char** models) {
  std::vector<Layer> layers;
  for (int i = 1; i < count; ++i) add_layers(models[i], layers);
  if (layers.empty()) {
    std::fputs("usage: fit_cost MODEL.bdn..., tuned ones\n", stderr);
    return 2;
  }
  const Terms decode = fit("decode", layers, &Layer::decode);
  const Terms table = fit("table", layers, &Layer::table);
  fit_expanded(layers, decode);
  judge(layers, decode, table);
  return 0;
}

}  // namespace
}  // namespace bitdown::tests

int main(int count, char** models) {
  return bitdown::tests::main(count, models);
}
