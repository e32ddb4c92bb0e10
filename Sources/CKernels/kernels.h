#ifndef PADAWANN_KERNELS_H
#define PADAWANN_KERNELS_H

#include "CKernels.h"

// Every kernel of one level; the files level_*.c define one table each, from the same source.
typedef struct {
  void (*load_bytes)(const uint8_t *, int32_t, int32_t, int32_t, const lanes_epilogue *, float *);
  void (*load_floats)(const float *, int32_t, int32_t, int32_t, const lanes_epilogue *, float *);
  void (*sum)(const lanes_sums *, const float *, ptrdiff_t, int32_t, const lanes_epilogue *, float *, ptrdiff_t);
  void (*winograd)(const lanes_winograd *, const float *, ptrdiff_t, int32_t, const lanes_epilogue *, float *,
                   ptrdiff_t, float *);
  void (*lookup)(const lanes_tables *, const float *, const lanes_epilogue *, float *, float *);
  void (*pointwise)(const float *, int32_t, int32_t, const lanes_epilogue *, float *);
  void (*add)(const float *, const float *, ptrdiff_t, float *);
  void (*pad)(const lanes_padding *, const float *, float *);
  void (*pool)(const lanes_pool *, const float *, float *);
  void (*dense_forward)(const lanes_dense *, const float *, const float *, ptrdiff_t, int32_t, float *, ptrdiff_t);
  void (*dense_input_gradient)(const lanes_dense *, const float *, const float *, ptrdiff_t, int32_t, float *,
      ptrdiff_t);
  void (*dense_weight_gradient)(const lanes_dense *, const float *, ptrdiff_t, const float *, ptrdiff_t,
      int32_t, int32_t, int32_t, float *);
  void (*add_bias)(float *, int32_t, int32_t, const float *, int32_t, float);
  void (*bias_gradient)(const float *, int32_t, int32_t, float *);
  void (*activation_gradient)(const float *, const float *, ptrdiff_t, float, int32_t, float *);
  void (*pool_gradient)(const lanes_pool *, const float *, const float *, float *);
  void (*drop)(const float *, ptrdiff_t, const uint32_t *, const uint32_t *, uint32_t, float, float *);
  void (*channel_sums)(const float *, const float *, const float *, const float *, int32_t, int32_t, int32_t,
      double *);
  void (*channel_combine)(const float *, const float *, const float *, const float *, const float *, int32_t,
      int32_t, int32_t, float *);
  void (*sgd)(const lanes_sgd_settings *, const float *, ptrdiff_t, float *, float *);
  void (*adam)(const lanes_adam_settings *, const float *, ptrdiff_t, float *, float *, float *);
  void (*adadelta)(const lanes_adadelta_settings *, const float *, ptrdiff_t, float *, float *, float *);
  void (*mask)(const float *, const int8_t *, ptrdiff_t, float, float, float *);
  void (*score_step)(const lanes_adam_settings *, const float *, const int8_t *, ptrdiff_t, float, float, float
      *, float *, float *, float *);
  void (*store_halves)(const float *, ptrdiff_t, int32_t, uint16_t *const *);
  void (*load_halves)(const uint16_t *const *, ptrdiff_t, int32_t, float *);
  void (*store_rows)(const float *, ptrdiff_t, int32_t, float *const *);
  void (*load_rows)(const float *const *, ptrdiff_t, int32_t, float *);
} lanes_kernels;

extern const lanes_kernels lanes_kernels_portable;
#if defined(__x86_64__)
extern const lanes_kernels lanes_kernels_avx2;
extern const lanes_kernels lanes_kernels_avx512;
#elif defined(__aarch64__)
extern const lanes_kernels lanes_kernels_neon;
#endif

// The table of a level; of the portable one where there is no such level.
const lanes_kernels *lanes_table(int32_t level);

#endif
