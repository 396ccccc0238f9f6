// SPDX-License-Identifier: MIT
#include "quantize/images.h"

#include <algorithm>
#include <utility>

#include "workers/workers.h"

namespace bitdown::builder {

Images::Images(CalibrationInputs& inputs, const std::vector<std::uint32_t>& shape, unsigned jobs)
    : width_(shape.back()) {
  std::size_t size = 1;
  for (const std::uint32_t dimension : shape) size *= dimension;
  std::vector<HalfTensor> loaded(inputs.count());
  in_parallel(loaded.size(), jobs, [&](std::size_t index) {
    std::vector<float> values(size);
    if (inputs.load(index, values)) loaded[index] = HalfTensor(values);
  });
  for (HalfTensor& image : loaded) {
    if (image.size() > 0) images_.push_back(std::move(image));
  }
}

void Images::unpack(std::size_t index, bool mirrored, std::span<float> values) const {
  images_[index].unpack(values);
  if (!mirrored) return;
  for (std::size_t row = 0; row < values.size(); row += width_) {
    std::reverse(values.begin() + static_cast<std::ptrdiff_t>(row),
                 values.begin() + static_cast<std::ptrdiff_t>(row + width_));
  }
}

}  // namespace bitdown::builder
