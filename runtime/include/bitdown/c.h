/* SPDX-License-Identifier: MIT */
#ifndef BITDOWN_C_H_
#define BITDOWN_C_H_

/* The C interface to the runtime, and its stable ABI: opaque handles, plain types, every call that
 * can fail returns a bitdown_status. It wraps model.h, session.h and image.h; see there for the
 * meaning of each call.
 *
 * What it does not do: it decodes no image files, reports no per-layer detail, and takes no
 * caller-supplied arenas; use the C++ interface for those.
 *
 * Threads: a bitdown_model may be shared by any number of threads; a bitdown_session serves one at
 * a time. Strings returned live as long as the handle they come from. Null handles are allowed in
 * the destroy calls only. */

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define BITDOWN_API __attribute__((visibility("default")))
#else
#define BITDOWN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Same numbers as bitdown::StatusCode in status.h. */
typedef enum bitdown_code {
  BITDOWN_OK = 0,
  BITDOWN_INVALID_ARGUMENT = 1,
  BITDOWN_NOT_FOUND = 2,
  BITDOWN_IO_ERROR = 3,
  BITDOWN_INVALID_DATA = 4,
  BITDOWN_UNSUPPORTED = 5,
  BITDOWN_OUT_OF_MEMORY = 6,
  BITDOWN_INTERNAL = 7
} bitdown_code;

/* `message` is static; `where` is a copy, empty when unknown. */
typedef struct bitdown_status {
  bitdown_code code;
  const char* message;
  char where[64];
} bitdown_status;

typedef struct bitdown_model bitdown_model;
typedef struct bitdown_session bitdown_session;

/* Model. On success *model must be released with bitdown_model_destroy(); on failure it is null. */
BITDOWN_API bitdown_status bitdown_model_open(const char* path, bitdown_model** model);
/* `blob` is used in place: 64-byte aligned, and alive until the model is destroyed. */
BITDOWN_API bitdown_status bitdown_model_from_memory(const void* blob, size_t size,
                                                     bitdown_model** model);
/* After every session of the model. */
BITDOWN_API void bitdown_model_destroy(bitdown_model* model);

/* Number of float elements of the network's input, planar (channels, height, width). */
BITDOWN_API size_t bitdown_model_input_size(const bitdown_model* model);
BITDOWN_API size_t bitdown_model_label_count(const bitdown_model* model);
/* `label` points to `*length` bytes, followed by a NUL that the length does not count.
 * BITDOWN_INVALID_ARGUMENT when index >= bitdown_model_label_count(). */
BITDOWN_API bitdown_status bitdown_model_label(const bitdown_model* model, size_t index,
                                               const char** label, size_t* length);

/* Session. The fields mean what those of SessionOptions mean; all zero is the default. */
typedef enum bitdown_precision {
  BITDOWN_PRECISION_DEFAULT = 0,
  BITDOWN_PRECISION_EXACT = 1,
  BITDOWN_PRECISION_FAST = 2
} bitdown_precision;
typedef struct bitdown_session_options {
  size_t size; /* sizeof(bitdown_session_options): later versions append fields. */
  const char* isa;
  bitdown_precision precision;
  unsigned threads;
  int pin_threads;
  const char* plan; /* The text of a plan file, plan_size bytes, or null; for the call only. */
  size_t plan_size;
  size_t memory_budget; /* Bytes. */
} bitdown_session_options;
/* `options` may be null. The model must outlive the session. */
BITDOWN_API bitdown_status bitdown_session_create(const bitdown_model* model,
                                                  const bitdown_session_options* options,
                                                  bitdown_session** session);
BITDOWN_API void bitdown_session_destroy(bitdown_session* session);

/* Runs on `count` floats, which must equal bitdown_model_input_size(). Allocates nothing. */
BITDOWN_API bitdown_status bitdown_session_run(bitdown_session* session, const float* input,
                                               size_t count);
/* Preprocesses an interleaved 8-bit RGB image as the model says, then runs. Allocates working
 * memory for the call. BITDOWN_UNSUPPORTED when the model does not describe its preprocessing. */
BITDOWN_API bitdown_status bitdown_session_run_image(bitdown_session* session, const uint8_t* rgb,
                                                     uint32_t width, uint32_t height,
                                                     size_t stride);
/* Result `index` of the last run: *count floats, valid until the next run.
 * BITDOWN_INVALID_ARGUMENT when there is no such output. */
BITDOWN_API bitdown_status bitdown_session_output(const bitdown_session* session, size_t index,
                                                  const float** values, size_t* count);

#ifdef __cplusplus
}
#endif

#endif /* BITDOWN_C_H_ */
