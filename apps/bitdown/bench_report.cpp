// SPDX-License-Identifier: MIT
#include "bitdown/bench_report.h"

#include <algorithm>
#include <cstdio>

#include "bitdown/json.h"
#include "exit_code.h"

namespace bitdown::apps {
namespace {

const char* name(Precision precision) {
  return precision == Precision::kFast ? "int8" : "float32";
}

double median(const std::vector<double>& ms) {
  return percentile(ms, 0.50);
}

// 10^9 multiply-adds a second; 0 for operators that have none.
double giga_macs(std::uint64_t macs, double ms) {
  return static_cast<double>(macs) / ms * 1e-6;
}

double sum_of_medians(const LatencyRecorder& latency) {
  double sum = 0;
  for (const OperatorLatency& op : latency.operators()) sum += median(op.ms);
  return sum;
}

Json layers_json(const LatencyRecorder& latency) {
  Json layers = Json::array();
  const double whole = sum_of_medians(latency);
  for (const OperatorLatency& op : latency.operators()) {
    const double ms = median(op.ms);
    layers.push_back({{"name", op.name},
                      {"algorithm", op.algorithm},
                      {"ms", ms},
                      {"share", ms / whole},
                      {"macs", op.macs},
                      {"gmac_per_s", giga_macs(op.macs, ms)}});
  }
  return layers;
}

Json model_json(const ModelReport& model, const Peak& peak) {
  const double p50 = median(model.latency.ms());
  const double speed = giga_macs(model.latency.macs(), p50);
  const FirstLabel& first = model.first_label;
  Json json = {
      {"model", model.model},
      {"min_ms", *std::min_element(model.latency.ms().begin(), model.latency.ms().end())},
      {"p50_ms", p50},
      {"p95_ms", percentile(model.latency.ms(), 0.95)},
      {"p99_ms", percentile(model.latency.ms(), 0.99)},
      {"cpu_p50_ms", median(model.latency.cpu_ms())},
      {"first_inference_ms", first.total_ms()},
      {"first_inference",
       {{"start_ms", first.start_ms}, {"load_ms", first.load_ms}, {"run_ms", first.run_ms}}},
      {"peak_rss_bytes", nullptr},
      {"threads", model.threads},
      {"precision", name(model.precision)},
      {"isa", model.isa},
      {"macs", model.latency.macs()},
      {"gmac_per_s", speed},
      {"float_peak_fraction", speed / (peak.float32 * model.threads)},
      {"int8_peak_fraction", speed / (peak.int8 * model.threads)},
      {"layers", layers_json(model.latency)}};
  if (first.peak_rss_bytes) json["peak_rss_bytes"] = *first.peak_rss_bytes;
  return json;
}

template <typename T>
void put(Json& json, const char* key, const std::optional<T>& value) {
  if (value) json[key] = *value;
}

Json machine_json(const BenchReport& report) {
  Json json = Json::object();
  put(json, "temperature_before_c", report.before.temperature_c);
  put(json, "temperature_c", report.after.temperature_c);
  put(json, "clock_mhz", report.after.clock_mhz);
  put(json, "max_clock_mhz", report.after.max_clock_mhz);
  put(json, "throttled", throttled(report.before, report.after));
  return json;
}

// The peak of what the model computes in; that of float32 beside int8, to compare with.
void print_speed(const ModelReport& model, const Peak& peak) {
  const double speed = giga_macs(model.latency.macs(), median(model.latency.ms()));
  const double float32 = peak.float32 * model.threads;
  const bool int8 = model.precision == Precision::kFast;
  const double reached = int8 ? peak.int8 * model.threads : float32;
  std::printf("  speed        %.1f GMAC/s, %.0f %% of the %.1f that %s reaches here", speed,
              100 * speed / reached, reached, name(model.precision));
  if (int8) std::printf(" (float32: %.1f)", float32);
  std::printf("\n");
}

void print_summary(const ModelReport& model, const Peak& peak) {
  const std::vector<double>& ms = model.latency.ms();
  const FirstLabel& first = model.first_label;
  std::printf("%s   %s, %u thread%s, %s\n", printable(model.model).c_str(), name(model.precision),
              model.threads, model.threads == 1 ? "" : "s", model.isa.c_str());
  std::printf("  latency      p50 %.3f ms, p95 %.3f, p99 %.3f\n", median(ms), percentile(ms, 0.95),
              percentile(ms, 0.99));
  std::printf("  CPU time     p50 %.3f ms\n", median(model.latency.cpu_ms()));
  std::printf("  first label  %.1f ms from process start: %.1f start, %.1f load, %.1f run\n",
              first.total_ms(), first.start_ms, first.load_ms, first.run_ms);
  if (first.peak_rss_bytes) {
    std::printf("  peak memory  %.1f MB of that process\n",
                static_cast<double>(*first.peak_rss_bytes) / (1 << 20));
  }
  print_speed(model, peak);
}

void print_machine(const BenchReport& report) {
  const MachineState& after = report.after;
  std::string text;
  const auto add = [&](const char* format, double value) {
    char part[64];
    std::snprintf(part, sizeof part, format, value);
    text += (text.empty() ? "" : ", ") + std::string(part);
  };
  if (report.before.temperature_c) add("%.0f C before", *report.before.temperature_c);
  if (after.temperature_c) add("%.0f C after", *after.temperature_c);
  if (after.clock_mhz) add("clock %.0f MHz", *after.clock_mhz);
  if (after.max_clock_mhz) add("at most %.0f MHz", *after.max_clock_mhz);
  if (const auto limited = throttled(report.before, after)) {
    text += std::string(text.empty() ? "" : ", ") + (*limited ? "throttled" : "not throttled");
  }
  if (!text.empty()) std::printf("machine        %s\n", text.c_str());
}

void print_layers(const LatencyRecorder& latency) {
  std::size_t width = 5;
  for (const OperatorLatency& op : latency.operators()) width = std::max(width, op.name.size());
  const int name_width = static_cast<int>(std::min<std::size_t>(width, 40));
  const double whole = sum_of_medians(latency);
  std::printf("\n%-*s  %-18s %8s %6s %7s\n", name_width, "layer", "algorithm", "ms", "share",
              "GMAC/s");
  for (const OperatorLatency& op : latency.operators()) {
    const double ms = median(op.ms);
    std::printf("%-*s  %-18s %8.3f %4.1f %% ", name_width, printable(op.name).c_str(),
                op.algorithm.c_str(), ms, 100 * ms / whole);
    if (op.macs == 0) {
      std::printf("%7s\n", "-");
    } else {
      std::printf("%7.1f\n", giga_macs(op.macs, ms));
    }
  }
}

}  // namespace

double ratio(const BenchReport& report) {
  return median(report.model.latency.ms()) / median(report.other.value().latency.ms());
}

double cpu_ratio(const BenchReport& report) {
  return median(report.model.latency.cpu_ms()) / median(report.other.value().latency.cpu_ms());
}

void print_json(const BenchReport& report) {
  Json json = model_json(report.model, report.peak);
  json["runs"] = report.model.latency.ms().size();
  json["warmup"] = report.warmup;
  json["float_peak_gmac_per_s"] = report.peak.float32;
  json["int8_peak_gmac_per_s"] = report.peak.int8;
  json["machine"] = machine_json(report);
  if (report.other) {
    json["vs"] = model_json(*report.other, report.peak);
    json["ratio"] = ratio(report);
    json["cpu_ratio"] = cpu_ratio(report);
  }
  print_line(json);
}

void print_text(const BenchReport& report) {
  print_summary(report.model, report.peak);
  if (report.other) {
    print_summary(*report.other, report.peak);
    std::printf("ratio          %.3f of median latencies, %.3f of CPU times; runs alternating\n",
                ratio(report), cpu_ratio(report));
  }
  std::printf("runs           %zu after %zu to warm up\n", report.model.latency.ms().size(),
              report.warmup);
  print_machine(report);
  print_layers(report.model.latency);
  if (report.other) print_layers(report.other->latency);
}

}  // namespace bitdown::apps
