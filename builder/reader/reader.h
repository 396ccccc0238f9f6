// SPDX-License-Identifier: MIT
#pragma once

#include "graph/graph.h"
#include "writer/writer.h"

namespace bitdown::schema {
struct Model;
}

namespace bitdown::builder {

/// A network as a blob held it.
struct StoredNetwork {
  Graph graph;
  /// Of its dense numbers: kFloat32 if any of them is float32.
  DensePrecision precision = DensePrecision::kFloat16;
};

/// The inverse of write_blob: a blob that it wrote is reproduced byte by byte by
/// write_blob(read.graph, read.precision). A codebook that several layers share becomes one for
/// each. `model` must have passed schema::check. Throws Error(kUnsupported) for what a Graph cannot
/// hold: kernels, strides or paddings that are not square.
StoredNetwork read_blob(const schema::Model& model);

}  // namespace bitdown::builder
