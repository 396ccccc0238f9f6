// SPDX-License-Identifier: MIT
#include "bitdown/c.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "bitdown/session.h"
#include "doctest/doctest.h"
#include "support/aligned_blob.h"
#include "support/tiny_network.h"
#include "writer/writer.h"

namespace {

using bitdown::tests::AlignedBlob;

struct Handles {
  bitdown_model* model = nullptr;
  bitdown_session* session = nullptr;
  ~Handles() {
    bitdown_session_destroy(session);
    bitdown_model_destroy(model);
  }
};

bitdown_status create_with_isa(const bitdown_model* model, const char* isa,
                               bitdown_session** session) {
  bitdown_session_options options = {};
  options.size = sizeof options;
  options.isa = isa;
  return bitdown_session_create(model, &options, session);
}

TEST_CASE("the C interface gives what the C++ interface gives") {
  AlignedBlob blob(bitdown::builder::write_blob(bitdown::tests::smallest_network(),
                                                bitdown::builder::DensePrecision::kFloat16));
  Handles h;
  REQUIRE(bitdown_model_from_memory(blob.bytes().data(), blob.bytes().size(), &h.model).code ==
          BITDOWN_OK);
  REQUIRE(bitdown_session_create(h.model, nullptr, &h.session).code == BITDOWN_OK);
  const std::vector<float> input(bitdown_model_input_size(h.model), 0.5f);
  REQUIRE(bitdown_session_run(h.session, input.data(), input.size()).code == BITDOWN_OK);
  const float* values = nullptr;
  size_t count = 0;
  REQUIRE(bitdown_session_output(h.session, 0, &values, &count).code == BITDOWN_OK);

  const auto model = bitdown::Model::from_memory(blob.bytes());
  auto session = bitdown::Session::create(*model);
  REQUIRE(session->run(input).ok());
  CHECK(std::ranges::equal(std::span(values, count), session->output(0)));

  REQUIRE(bitdown_model_label_count(h.model) == model->label_count());
  const char* label = nullptr;
  size_t length = 0;
  REQUIRE(bitdown_model_label(h.model, 0, &label, &length).code == BITDOWN_OK);
  CHECK(std::string(label) == model->label(0));
  CHECK(length == model->label(0).size());
}

TEST_CASE("an image runs through the model's own preprocessing") {
  AlignedBlob blob(bitdown::builder::write_blob(bitdown::tests::smallest_network(),
                                                bitdown::builder::DensePrecision::kFloat16));
  Handles h;
  REQUIRE(bitdown_model_from_memory(blob.bytes().data(), blob.bytes().size(), &h.model).code ==
          BITDOWN_OK);
  REQUIRE(create_with_isa(h.model, "portable", &h.session).code == BITDOWN_OK);
  const std::vector<uint8_t> rgb(40 * 30 * 3, 100);
  CHECK(bitdown_session_run_image(h.session, rgb.data(), 40, 30, 120).code == BITDOWN_OK);
  CHECK(bitdown_session_run_image(h.session, rgb.data(), 0, 30, 120).code ==
        BITDOWN_INVALID_ARGUMENT);
}

TEST_CASE("options of the first version and newer fields are taken") {
  AlignedBlob blob(bitdown::builder::write_blob(bitdown::tests::smallest_network(),
                                                bitdown::builder::DensePrecision::kFloat16));
  Handles h;
  REQUIRE(bitdown_model_from_memory(blob.bytes().data(), blob.bytes().size(), &h.model).code ==
          BITDOWN_OK);
  bitdown_session_options options = {};
  options.plan = "no plan, which counts as none";
  options.plan_size = 29;
  options.memory_budget = 1 << 20;
  for (const size_t size : {offsetof(bitdown_session_options, plan), sizeof options}) {
    options.size = size;
    CHECK(bitdown_session_create(h.model, &options, &h.session).code == BITDOWN_OK);
    bitdown_session_destroy(h.session);
    h.session = nullptr;
  }
  for (const size_t size : {offsetof(bitdown_session_options, plan) - 1, sizeof options + 1}) {
    options.size = size;
    CHECK(bitdown_session_create(h.model, &options, &h.session).code == BITDOWN_INVALID_ARGUMENT);
  }
}

TEST_CASE("misuse gives a status and null handles") {
  Handles h;
  CHECK(bitdown_model_open("no/such/file.bdn", &h.model).code == BITDOWN_NOT_FOUND);
  CHECK(h.model == nullptr);
  CHECK(bitdown_model_open(nullptr, &h.model).code == BITDOWN_INVALID_ARGUMENT);
  CHECK(bitdown_model_from_memory(nullptr, 0, &h.model).code == BITDOWN_INVALID_ARGUMENT);
  AlignedBlob blob(bitdown::builder::write_blob(bitdown::tests::smallest_network(),
                                                bitdown::builder::DensePrecision::kFloat16));
  REQUIRE(bitdown_model_from_memory(blob.bytes().data(), blob.bytes().size(), &h.model).code ==
          BITDOWN_OK);
  CHECK(create_with_isa(h.model, "mmx", &h.session).code == BITDOWN_INVALID_ARGUMENT);
  CHECK(h.session == nullptr);
  bitdown_session_options unfilled = {};
  CHECK(bitdown_session_create(h.model, &unfilled, &h.session).code == BITDOWN_INVALID_ARGUMENT);
  unfilled.size = sizeof unfilled;
  unfilled.threads = 1000;
  CHECK(bitdown_session_create(h.model, &unfilled, &h.session).code == BITDOWN_INVALID_ARGUMENT);
  REQUIRE(bitdown_session_create(h.model, nullptr, &h.session).code == BITDOWN_OK);
  const float* values = nullptr;
  size_t count = 0;
  CHECK(bitdown_session_output(h.session, 99, &values, &count).code == BITDOWN_INVALID_ARGUMENT);
  const char* label = nullptr;
  CHECK(bitdown_model_label(h.model, 1u << 30, &label, &count).code == BITDOWN_INVALID_ARGUMENT);
  CHECK(bitdown_session_run(h.session, nullptr, 0).code == BITDOWN_INVALID_ARGUMENT);
}

}  // namespace
