// SPDX-License-Identifier: MIT
#include "bitdown/network_input.h"

#include <algorithm>
#include <random>

#include "bitdown/failure.h"
#include "bitdown/npy.h"
#include "bitdown/photo.h"

namespace bitdown::apps {
namespace {

std::vector<float> random_numbers(std::size_t count) {
  std::mt19937 engine(20190712);
  std::vector<float> numbers(count);
  for (float& number : numbers) number = static_cast<float>(engine() >> 8) * 0x1p-22f - 2.0f;
  return numbers;
}

std::vector<float> first_array(const Shape& shape, const std::string& file) {
  const std::vector<std::size_t> wanted(shape.dimensions.begin(),
                                        shape.dimensions.begin() + shape.rank);
  const std::vector<std::size_t> found = read_npy_shape(file);
  if (found.size() < wanted.size() || found.size() > wanted.size() + 1 || found.front() == 0 ||
      !std::equal(wanted.begin(), wanted.end(), found.end() - shape.rank)) {
    throw Failure(ExitCode::kInputInvalid, file + ": shape " + shape_text(found) +
                                               ", but the network takes " + shape_text(wanted));
  }
  Npy array = read_npy(file);
  array.values.resize(shape.elements());
  return std::move(array.values);
}

std::vector<float> prepared_photo(const Model& model, const std::string& file) {
  const auto preprocessing = model.preprocessing();
  if (!preprocessing) {
    throw Failure(ExitCode::kUnsupported,
                  file + ": the model does not say how to prepare a photograph");
  }
  std::vector<float> input(model.input(0).shape.elements());
  const cv::Mat photo = read_photo(file);
  const Status status = preprocess(view(photo), *preprocessing, input);
  if (!status.ok()) throw Failure(file, status);
  return input;
}

}  // namespace

std::vector<float> network_input(const Model& model, const std::string& file) {
  const Shape shape = model.input(0).shape;
  if (file.empty()) return random_numbers(shape.elements());
  if (file.ends_with(".npy")) return first_array(shape, file);
  return prepared_photo(model, file);
}

}  // namespace bitdown::apps
