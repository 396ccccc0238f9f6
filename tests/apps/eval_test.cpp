// SPDX-License-Identifier: MIT
#include <limits>
#include <nlohmann/json.hpp>

#include "apps/support/networks.h"
#include "apps/support/tool.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

using nlohmann::json;

// Six photographs with the classes and logits that `run` finds for them.
struct Sample {
  Folder folder;
  std::string model = write_network(folder, tiny_spec());
  std::vector<std::string> names;
  std::vector<unsigned> classes;
  std::vector<float> logits;

  Sample() {
    std::vector<std::string> arguments = {"run", model, "--json", "--logits", folder / "l.npy"};
    for (unsigned i = 0; i < 6; ++i) {
      names.push_back("p" + std::to_string(i) + ".bmp");
      arguments.push_back(write_photo(folder, names.back().c_str(), i));
    }
    const std::string out = check_ok(run_tool(kTool, arguments));
    std::size_t at = 0;
    for (unsigned i = 0; i < 6; ++i) {
      const std::size_t end = out.find('\n', at);
      classes.push_back(json::parse(out.substr(at, end - at))["top"][0]["index"]);
      at = end + 1;
    }
    logits = npy_values(read_file(folder / "l.npy"));
  }

  // The first `wrong` photographs get another class.
  std::string labels(unsigned wrong) const {
    std::string text = "file\tclass_index\twnid\tname\n";
    for (unsigned i = 0; i < 6; ++i) {
      const unsigned index = i < wrong ? (classes[i] + 1) % 3 : classes[i];
      text += names[i] + "\t" + std::to_string(index) + "\tn0\tname\n";
    }
    return folder.write("labels.tsv", text);
  }

  json eval(const std::vector<std::string>& more, unsigned wrong = 0) const {
    std::vector<std::string> arguments = {"eval", model, "--labels", labels(wrong), "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return json::parse(check_ok(run_tool(kTool, arguments)));
  }

  std::string reference(const std::vector<float>& values, const char* shape = "(6, 3)") const {
    return folder.write("reference.npy", npy_bytes(shape, values));
  }
};

TEST_CASE("eval counts what run says") {
  const Sample sample;
  json result = sample.eval({});
  CHECK(result["images"] == 6);
  CHECK(result["top1"] == 1.0);
  CHECK(result["top5"] == 1.0);
  CHECK(result["agreement"].is_null());
  CHECK(result["max_logit_difference"].is_null());
  result = sample.eval({}, 2);
  CHECK(result["top1"].get<double>() == doctest::Approx(4.0 / 6));
  CHECK(result["top5"] == 1.0);
}

TEST_CASE("eval compares with reference logits") {
  const Sample sample;
  json result = sample.eval({"--reference", sample.reference(sample.logits)});
  CHECK(result["agreement"] == 1.0);
  CHECK(result["max_logit_difference"] == 0.0);

  std::vector<float> changed = sample.logits;
  changed[4 * 3 + (sample.classes[4] + 1) % 3] += 1000;  // Photograph 4 gets another class.
  result = sample.eval({"--reference", sample.reference(changed)});
  CHECK(result["agreement"].get<double>() == doctest::Approx(5.0 / 6));
  CHECK(result["max_logit_difference"].get<double>() == doctest::Approx(1000));
  CHECK(result["top1"] == 1.0);
}

TEST_CASE("a reference of zeros has no largest logit to compare with") {
  const Sample sample;
  const std::string reference = sample.reference(std::vector<float>(18));
  const std::string out = check_ok(run_tool(
      kTool, {"eval", sample.model, "--labels", sample.labels(0), "--reference", reference}));
  CHECK(out.find("logits     differ by at most ") != std::string::npos);
  CHECK(out.find("inf") == std::string::npos);
  CHECK(out.find("of the largest") == std::string::npos);
}

TEST_CASE("any number of jobs gives the same result") {
  const Sample sample;
  std::vector<float> changed = sample.logits;
  changed[7] += 0.5f;
  const std::string reference = sample.reference(changed);
  const json one = sample.eval({"--reference", reference, "--jobs", "1"}, 3);
  for (const char* jobs : {"2", "3", "16"}) {
    CHECK(sample.eval({"--reference", reference, "--jobs", jobs}, 3) == one);
  }
}

TEST_CASE("photographs may lie in another folder than their labels") {
  const Sample sample;
  const Folder elsewhere;
  const std::string labels =
      elsewhere.write("labels.tsv", "p0.bmp\t" + std::to_string(sample.classes[0]) + "\n");
  check_refused(run_tool(kTool, {"eval", sample.model, "--labels", labels}), 3, "p0.bmp");
  const std::string out = check_ok(
      run_tool(kTool, {"eval", sample.model, "--labels", labels, "--images", sample.folder / "."}));
  CHECK(out.find("images     1 ") == 0);
  CHECK(out.find("top-1      100.0 %") != std::string::npos);
}

TEST_CASE("what does not fit is refused by name") {
  const Sample sample;
  const auto eval = [&](const std::string& labels, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"eval", sample.model, "--labels", labels};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_tool(kTool, arguments);
  };
  check_refused(eval(sample.folder / "none.tsv"), 3, "none.tsv: no such file");
  const auto list = [&](const char* text) { return sample.folder.write("odd.tsv", text); };
  check_refused(eval(list("p0.bmp\t0\np1.bmp\t3\n")), 4, "odd.tsv: line 2: class index 3");
  // Of two bad photographs the first is named, whatever the order of the threads.
  sample.folder.write("text.jpg", "no image");
  check_refused(eval(list("p0.bmp\t0\ntext.jpg\t0\nnone.jpg\t1\n"), {"--jobs", "3"}), 4,
                "text.jpg: not a readable image");
  check_refused(eval(sample.labels(0), {"--reference", sample.folder / "none.npy"}), 3, "none.npy");
  const std::string reference = sample.reference(std::vector<float>(15), "(5, 3)");
  check_refused(eval(sample.labels(0), {"--reference", reference}), 4, "need (6, 3)");
  std::vector<float> odd = sample.logits;
  odd[7] = std::numeric_limits<float>::quiet_NaN();
  check_refused(eval(sample.labels(0), {"--reference", sample.reference(odd)}), 4,
                "reference.npy: input not finite: number 7");
  check_refused(eval(list("p0.bmp\t-1\np1.bmp\t0\n")), 4, "odd.tsv: line 1: class index");
}

}  // namespace
}  // namespace bitdown::tests
