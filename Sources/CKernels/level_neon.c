#include "kernels.h"

#if defined(__aarch64__)
#define WIDTH 4
#define HAS_FMA 1
#define KERNELS lanes_kernels_neon
#include "kernels/all.h"
#else
typedef int nothing_at_this_level;
#endif
