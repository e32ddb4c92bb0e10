#include "kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define WIDTH 8
#define HAS_FMA 1
#define KERNELS lanes_kernels_avx2
#include "kernels/all.h"
#pragma clang attribute pop
#else
typedef int nothing_at_this_level;
#endif
