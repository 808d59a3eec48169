// Statuses and tensors.
#ifndef TENSORFLOW_LITE_C_COMMON_H_
#define TENSORFLOW_LITE_C_COMMON_H_

#include <cstddef>
#include <cstdint>

#define TFLM_IN_MICRO_NAMESPACE 0

#if TFLM_IN_MICRO_NAMESPACE
#define TFLM_BEGIN namespace tflite { namespace micro {
#define TFLM_END } }
#define TFLM_TYPES_BEGIN TFLM_BEGIN
#define TFLM_TYPES_END TFLM_END
#else
#define TFLM_BEGIN namespace tflite {
#define TFLM_END }
#define TFLM_TYPES_BEGIN
#define TFLM_TYPES_END
#endif

#ifndef TF_LITE_STATIC_MEMORY
#error "TFLM is built with TF_LITE_STATIC_MEMORY"
#endif

TFLM_TYPES_BEGIN

enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1 };

union TfLitePtrUnion {
  int8_t* int8;
  void* data;
};

struct TfLiteTensor {
  TfLitePtrUnion data;
  size_t bytes;
};

struct TfLiteContext;

struct TfLiteNode {
  const TfLiteTensor* input;
  TfLiteTensor* output;
};

struct TFLMRegistration {
  void* (*init)(TfLiteContext* context, const char* buffer, size_t length);
  void (*free)(TfLiteContext* context, void* buffer);
  TfLiteStatus (*prepare)(TfLiteContext* context, TfLiteNode* node);
  TfLiteStatus (*invoke)(TfLiteContext* context, TfLiteNode* node);
};

TFLM_TYPES_END

#endif
