// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "bitdown/image.h"
#include "graph/graph.h"

namespace CLI {
class App;
}

namespace bitdown::apps {

/// What the file of a network may not say: the names of its classes (--names) and how a photograph
/// becomes its input (--resize, --mean, --std).
class DescriptionFlags {
 public:
  void add_to(CLI::App& verb);

  /// Describes `graph`, which was read from the file `network`. Throws Failure: kUsage (numbers
  /// that do not fit the network), kInputMissing or kInputInvalid (the file of names).
  void apply(const std::string& network, builder::Graph& graph) const;

  /// The file of names, or empty.
  const std::string& names() const { return names_; }

 private:
  void set_preprocessing(const std::string& network, builder::Graph& graph) const;

  std::string names_;
  std::uint32_t resize_ = 0;
  std::string mean_;
  std::string std_;
};

/// How a photograph becomes the input of `graph`, which was read from the file `network`. Throws
/// Failure(kUnsupported) if that is not known.
const Preprocessing& preprocessing_of(const std::string& network, const builder::Graph& graph);

}  // namespace bitdown::apps
