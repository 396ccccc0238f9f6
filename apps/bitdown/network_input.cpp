// SPDX-License-Identifier: MIT
#include "bitdown/network_input.h"

#include <algorithm>
#include <cstdint>

#include "bitdown/failure.h"
#include "bitdown/npy.h"
#include "bitdown/photo.h"
#include "classifier.h"
#include "schema/standard_input.h"

namespace bitdown::apps {
namespace {

std::vector<float> standard_numbers(std::size_t count) {
  std::vector<float> numbers(count);
  for (std::size_t i = 0; i < count; ++i) {
    numbers[i] = schema::standard_input(static_cast<std::uint32_t>(i));
  }
  return numbers;
}

}  // namespace

std::vector<float> prepared_inputs(const Shape& shape, const std::string& file) {
  const std::vector<std::size_t> wanted(shape.dimensions.begin(),
                                        shape.dimensions.begin() + shape.rank);
  const std::vector<std::size_t> found = read_npy_shape(file);
  const bool many = found.size() == wanted.size() + 1;
  if ((!many && found.size() != wanted.size()) || (many && found.front() == 0) ||
      !std::equal(wanted.begin(), wanted.end(), found.end() - shape.rank)) {
    throw Failure(ExitCode::kInputInvalid, file + ": shape " + shape_text(found) +
                                               ", but the network takes " + shape_text(wanted));
  }
  return read_npy(file).values;
}

std::vector<float> network_input(const Model& model, const std::string& file) {
  const Shape shape = model.input(0).shape;
  if (file.empty()) return standard_numbers(shape.elements());
  std::vector<float> input;
  if (file.ends_with(".npy")) {
    input = prepared_inputs(shape, file);
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
