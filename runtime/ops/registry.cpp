// SPDX-License-Identifier: MIT
#include "ops/registry.h"

#include <iterator>

namespace bitdown {
namespace {

using PlanFunction = Result<Step> (*)(const PlanContext&, const schema::Operator&);

struct Entry {
  schema::Parameters parameters;
  PlanFunction plan;
};

// In the order of the schema's union.
constexpr Entry kOperators[] = {
    {schema::Parameters::NONE, nullptr},
    {schema::Parameters::Convolution, plan_convolution},
    {schema::Parameters::Linear, plan_linear},
    {schema::Parameters::MaxPool, plan_max_pool},
    {schema::Parameters::GlobalAveragePool, plan_global_average_pool},
    {schema::Parameters::Softmax, plan_softmax},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kOperators); ++i) {
    if (static_cast<std::size_t>(kOperators[i].parameters) != i) return false;
  }
  return std::size(kOperators) == static_cast<std::size_t>(schema::Parameters::MAX) + 1;
}
static_assert(in_order(), "one entry for every operator of schema/model.fbs, in its order");

}  // namespace

Result<Step> plan_operator(const PlanContext& context, const schema::Operator& op) {
  const auto index = static_cast<std::size_t>(op.parameters_type());
  if (index == 0 || index >= std::size(kOperators)) {
    return Status(StatusCode::kUnsupported, "unknown operator");
  }
  return kOperators[index].plan(context, op);
}

}  // namespace bitdown
