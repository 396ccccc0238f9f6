// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "bitdown/build_result.h"
#include "bitdown/json.h"

namespace bitdown::apps {

/// Two or more lines on stdout.
void print_text(const BuildResult& result);

/// All that is known, for machines. Errors are fractions.
Json to_json(const BuildResult& result);

/// One self-contained page, or with a name that ends in ".json" the same for machines, written all
/// or nothing. The first result in full; of all, when there are several, a curve of sizes and
/// answers. Throws Failure(kOutput); kUsage for another ending than .html or .json.
void write_report(const std::vector<BuildResult>& results, const std::string& path);

/// Throws Failure(kUsage) unless `path` ends in .html or .json, so that it is known before the
/// work.
void check_report_name(const std::string& path);

}  // namespace bitdown::apps
