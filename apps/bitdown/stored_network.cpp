// SPDX-License-Identifier: MIT
#include "bitdown/stored_network.h"

#include "bitdown/failure.h"
#include "error.h"

namespace bitdown::apps {

builder::StoredNetwork stored_network(const std::string& path, const Model& model) {
  try {
    return builder::read_blob(model.root());
  } catch (const builder::Error& error) {
    throw Failure(exit_code(error.code()), path + ": " + error.what());
  }
}

}  // namespace bitdown::apps
