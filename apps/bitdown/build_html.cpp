// SPDX-License-Identifier: MIT
#include "bitdown/build_html.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "bitdown/thumbnail.h"
#include "exit_code.h"

namespace bitdown::apps {
namespace {

constexpr const char* kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Bitdown: build report</title><style>
body{font:15px/1.5 system-ui,sans-serif;color:#1c212b;background:#eef0f4;margin:0}
main{max-width:1080px;margin:auto;padding:24px}
h1{font-size:26px;margin:8px 0}h2{font-size:19px;margin:32px 0 8px}p{margin:4px 0;color:#566}
.cards{display:flex;flex-wrap:wrap;gap:12px;margin-top:16px}
.card{background:#fff;border-radius:8px;padding:12px 18px;min-width:130px}
.card b{display:block;font-size:24px}.card span{color:#566}
table{border-collapse:collapse;background:#fff;border-radius:8px;width:100%;font-size:13px}
th,td{padding:3px 10px;text-align:right;white-space:nowrap}th{color:#566;font-weight:600}
td:first-child,th:first-child{text-align:left}tr:nth-child(even){background:#f7f8fa}
.bar{display:inline-block;height:9px;background:#2f6fde;border-radius:2px;margin-left:8px}
.bars{text-align:left;min-width:150px}.other .bar{background:#d9822b}
figure{margin:0;background:#fff;border-radius:8px;padding:8px;font-size:12px;width:172px}
figure img{width:172px;height:172px;object-fit:cover;border-radius:4px}
figcaption{overflow-wrap:anywhere}.off{color:#b3261e}
svg{background:#fff;border-radius:8px;width:100%;max-width:720px}
dl{display:grid;grid-template-columns:max-content auto;gap:2px 16px;background:#fff;padding:12px 18px;border-radius:8px}
dt{color:#566}dd{margin:0;overflow-wrap:anywhere}
</style></head><body><main>
)";

template <typename... Values>
std::string format(const char* pattern, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

// Names come from files, so they may hold anything.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : printable(text)) {
    switch (c) {
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '&':
        result += "&amp;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string percent(double fraction) {
  return format("%.1f %%", 100 * fraction);
}

std::string megabytes(std::uint64_t bytes) {
  return format("%.3f MB", static_cast<double>(bytes) / (1 << 20));
}

std::string card(const std::string& figure, const std::string& what) {
  return "<div class=card><b>" + figure + "</b><span>" + escaped(what) + "</span></div>\n";
}

// A number with a bar that `longest` fills.
std::string bar_cell(double fraction, double longest, const char* kind) {
  const double share = longest > 0 && std::isfinite(fraction) ? fraction / longest : 1.0;
  const double width = 100 * std::clamp(share, 0.0, 1.0);
  return std::string("<td class=\"bars") + kind + "\">" + percent(fraction) +
         format("<i class=bar style=\"width:%.1fpx\"></i></td>", width);
}

const builder::LayerDifference* find(const BuildResult& result, const std::string& name) {
  if (!result.answers) return nullptr;
  for (const builder::LayerDifference& layer : result.answers->comparison.layers) {
    if (layer.name == name) return &layer;
  }
  return nullptr;
}

// At most 100 %, since a layer in error by more is no worse to look at.
double longest_bar(const BuildResult& result) {
  double longest = 0;
  for (const BuiltLayer& layer : result.layers) {
    const builder::LayerDifference* difference = find(result, layer.size.name);
    longest = std::max({longest, layer.held_out, difference == nullptr ? 0 : difference->error});
  }
  return std::min(longest, 1.0);
}

std::string summary(const BuildResult& result) {
  std::string html = "<h1>" + escaped(result.output) + "</h1><p>" + escaped(result.architecture) +
                     " from " + escaped(result.network) + "</p><div class=cards>\n";
  html += card(megabytes(result.size.bytes_file), "file, labels included");
  html += card(format("%.1fx", result.ratio()),
               "smaller than " + megabytes(result.bytes_float) + " of float32");
  if (result.answers) {
    html += card(
        percent(result.answers->agreement()),
        "same first class as float, " + std::to_string(result.answers->used) + " images held out");
  }
  if (result.accuracy) {
    html += card(percent(result.accuracy->source), "top-1, float network");
    html += card(percent(result.accuracy->exact), "top-1, blob");
    html += card(percent(result.accuracy->fast), "top-1, blob in int8");
  }
  return html + card(format("%.1f min", result.seconds / 60), "to build") + "</div>\n";
}

std::string layers(const BuildResult& result) {
  std::string html =
      "<h2>Layers</h2><p>Errors in units of the variance of the layer's output: of the layer "
      "alone, "
      "on images held out; and with all layers before it compressed too.</p>\n<table><tr><th>layer"
      "<th>shape<th>K<th>d<th>bits/weight<th>bytes<th>k-means start<th class=bars>error, held out";
  if (result.answers) html += "<th class=bars>in the network";
  html += "</tr>\n";
  const double longest = longest_bar(result);
  for (const BuiltLayer& layer : result.layers) {
    std::string shape;
    for (const std::uint32_t size : layer.size.shape) {
      shape += (shape.empty() ? "" : "x") + std::to_string(size);
    }
    html += "<tr><td>" + escaped(layer.size.name) + "<td>" + shape + "<td>" +
            std::to_string(layer.size.entries) + "<td>" + std::to_string(layer.size.block_size) +
            format("<td>%.2f<td>%llu<td>", layer.size.bits_per_weight,
                   static_cast<unsigned long long>(layer.size.bytes_stored)) +
            percent(layer.start_error) + bar_cell(layer.held_out, longest, "");
    if (const builder::LayerDifference* difference = find(result, layer.size.name)) {
      html += bar_cell(difference->error, longest, " other");
    }
    html += "</tr>\n";
  }
  return html + "</table>\n";
}

std::string worst_images(const Answers& answers) {
  std::string html = "<h2>Images whose answers differ most</h2><div class=cards>\n";
  for (const std::size_t image : answers.worst) {
    const builder::ImageDifference& difference = answers.comparison.images[image];
    html += "<figure>";
    const std::string picture = thumbnail(answers.images[image]);
    if (!picture.empty()) html += "<img alt=\"\" src=\"data:image/jpeg;base64," + picture + "\">";
    html += "<figcaption>" + escaped(answers.images[image].filename().string()) + "<br>" +
            percent(difference.error) +
            (difference.same_class ? ", same class" : "<span class=off>, another class</span>") +
            "</figcaption></figure>\n";
  }
  return html + "</div>\n";
}

// What a result is judged by: accuracy where it was measured, else agreement.
double answer_of(const BuildResult& result) {
  if (result.accuracy) return result.accuracy->exact;
  return result.answers ? result.answers->agreement() : 0;
}

std::string curve(const std::vector<BuildResult>& results) {
  constexpr double kWidth = 720, kHeight = 300, kMargin = 48;
  double largest = 0;
  double least = 1;
  for (const BuildResult& result : results) {
    largest = std::max(largest, static_cast<double>(result.size.bytes_file));
    least = std::min(least, answer_of(result));
  }
  const double floor = std::floor(std::max(0.0, least - 0.02) * 20) / 20;  // A multiple of 5 %.
  const auto y_of = [&](double value) {
    return kHeight - kMargin - (kHeight - 2 * kMargin) * (value - floor) / (1 - floor);
  };
  std::string html = std::string("<h2>Size and ") +
                     (results[0].accuracy ? "top-1" : "agreement with the float network") +
                     "</h2>\n" +
                     format("<svg viewBox=\"0 0 %.0f %.0f\" font-size=12>", kWidth, kHeight);
  for (int tick = 0; tick <= 4; ++tick) {
    const double value = floor + (1 - floor) * tick / 4;
    html += format("<path d=\"M%.0f %.1fH%.0f\" stroke=\"#dde\"/><text x=4 y=%.1f>%.1f %%</text>",
                   kMargin, y_of(value), kWidth - kMargin, y_of(value) + 4, 100 * value);
  }
  for (const BuildResult& result : results) {
    const double x =
        kMargin + (kWidth - 3 * kMargin) * static_cast<double>(result.size.bytes_file) / largest;
    const double y = y_of(answer_of(result));
    const std::string name = std::filesystem::path(result.output).stem().string();
    html += format("<circle cx=%.1f cy=%.1f r=5 fill=\"#2f6fde\"/><text x=%.1f y=%.1f>", x, y,
                   x + 8, y - 6) +
            escaped(name) + "</text>" +
            format("<text x=%.1f y=%.0f text-anchor=middle>", x, kHeight - kMargin + 18) +
            format("%.2f MB", static_cast<double>(result.size.bytes_file) / (1 << 20)) +
            "</text>\n";
  }
  return html + "</svg>\n";
}

std::string settings(const BuildResult& result) {
  std::string html = "<h2>Settings</h2><dl>\n";
  const auto row = [&](const char* name, const std::string& value) {
    html += std::string("<dt>") + name + "<dd>" + escaped(value) + "\n";
  };
  row("recipe", result.recipe);
  row("images",
      std::to_string(result.images) + " used, " + std::to_string(result.skipped) + " skipped");
  if (result.tuning) {
    row("fine-tuning, loss on images held out",
        format("%.4f, was %.4f", result.tuning->held_out_after, result.tuning->held_out_before));
  }
  row("source, SHA-256", result.source_sha256);
  row("size, paper's accounting", megabytes(static_cast<std::uint64_t>(result.size.paper.total())));
  row("threads", std::to_string(result.jobs));
  row("made by", "bitdown " BITDOWN_VERSION);
  return html + "</dl>\n";
}

}  // namespace

std::string html_report(const std::vector<BuildResult>& results) {
  std::string html = kHead;
  if (results.size() > 1) html += curve(results);
  for (const BuildResult& result : results) {
    html += summary(result) + layers(result);
    if (result.answers) html += worst_images(*result.answers);
    html += settings(result);
  }
  return html + "</main></body></html>\n";
}

}  // namespace bitdown::apps
