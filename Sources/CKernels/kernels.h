#ifndef PADAWANN_KERNELS_H
#define PADAWANN_KERNELS_H

#include "CKernels.h"

// Every kernel of one level; the files level_*.c define one table each, from the same source.
typedef struct {
  void (*load_bytes)(const uint8_t *, int32_t, int32_t, int32_t, const float *, const float *, float *);
  void (*load_floats)(const float *, int32_t, int32_t, int32_t, const float *, const float *, float *);
  void (*sum)(const lanes_sums *, const float *, ptrdiff_t, int32_t, const lanes_epilogue *, float *, ptrdiff_t);
  void (*winograd)(const lanes_winograd *, const float *, ptrdiff_t, int32_t, const lanes_epilogue *, float *,
                   ptrdiff_t, float *);
  void (*lookup)(const uint16_t *, int32_t, int32_t, const float *, const lanes_epilogue *, float *, float *);
  void (*pointwise)(const float *, int32_t, int32_t, const lanes_epilogue *, float *);
  void (*add)(const float *, const float *, ptrdiff_t, float *);
  void (*pad)(const lanes_padding *, const float *, float *);
  void (*pool)(const lanes_pool *, const float *, float *);
} lanes_kernels;

extern const lanes_kernels lanes_kernels_portable;
#if defined(__x86_64__)
extern const lanes_kernels lanes_kernels_avx2;
extern const lanes_kernels lanes_kernels_avx512;
#elif defined(__aarch64__)
extern const lanes_kernels lanes_kernels_neon;
#endif

#endif
