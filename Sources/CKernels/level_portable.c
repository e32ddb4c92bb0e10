#include "kernels.h"

#define WIDTH 4
#define HAS_FMA 0
#define KERNELS lanes_kernels_portable
#include "kernels/all.h"
