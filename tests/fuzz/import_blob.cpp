// SPDX-License-Identifier: MIT
//
// import_blob NETWORK BLOB: what `bitdown import` does, for sanitized builds without the tools.
#include <cstdio>

#include "error.h"
#include "importers/importer.h"
#include "writer/writer.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: import_blob NETWORK BLOB\n");
    return 2;
  }
  try {
    using namespace bitdown::builder;
    write_file(argv[2], write_blob(import_network(argv[1]), DensePrecision::kFloat16));
  } catch (const bitdown::builder::Error& error) {
    std::fprintf(stderr, "import_blob: %s\n", error.what());
    return 1;
  }
  return 0;
}
