// SPDX-License-Identifier: MIT
#include "bitdown/network_input.h"

#include <algorithm>
#include <random>

#include "bitdown/failure.h"
#include "bitdown/npy.h"
#include "bitdown/photo.h"
#include "classifier.h"

namespace bitdown::apps {
namespace {

std::vector<float> random_numbers(std::size_t count) {
  std::mt19937 engine(20190712);
  std::vector<float> numbers(count);
  for (float& number : numbers) number = static_cast<float>(engine() >> 8) * 0x1p-22f - 2.0f;
  return numbers;
}

}  // namespace

std::vector<float> prepared_inputs(const Shape& shape, const std::string& file,
                                   std::size_t fewest) {
  const std::vector<std::size_t> wanted(shape.dimensions.begin(),
                                        shape.dimensions.begin() + shape.rank);
  const std::vector<std::size_t> found = read_npy_shape(file);
  const bool many = found.size() == wanted.size() + 1;
  if ((!many && found.size() != wanted.size()) || (many && found.front() < fewest) ||
      !std::equal(wanted.begin(), wanted.end(), found.end() - shape.rank)) {
    throw Failure(ExitCode::kInputInvalid, file + ": shape " + shape_text(found) +
                                               ", but the network takes " + shape_text(wanted));
  }
  return read_npy(file).values;
}

std::vector<float> network_input(const Model& model, const std::string& file) {
  const Shape shape = model.input(0).shape;
  if (file.empty()) return random_numbers(shape.elements());
  std::vector<float> input;
  if (file.ends_with(".npy")) {
    input = prepared_inputs(shape, file, 1);
    input.resize(shape.elements());
    return input;
  }
  input.resize(shape.elements());
  const cv::Mat photo = read_photo(file);
  const Status status = prepare_photo(model, view(photo), input);
  if (!status.ok()) throw Failure(file, status);
  return input;
}

}  // namespace bitdown::apps
