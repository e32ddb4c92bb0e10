#include "kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(                                                                                          \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"), min_vector_width(512))), apply_to = function)
#define WIDTH 16
#define HAS_FMA 1
#define KERNELS lanes_kernels_avx512
#include "kernels/all.h"
#pragma clang attribute pop
#else
typedef int nothing_at_this_level;
#endif
