// The source of every kernel, compiled once per level.
//
// The including file defines WIDTH (lanes of a vector: 16, 8 or 4), HAS_FMA, and KERNELS (the name of the table).

#pragma STDC FP_CONTRACT OFF

#include <string.h>

#include "vector.h"

#include "elements.h"
#include "images.h"
#include "lookup.h"
#include "sums.h"
#include "winograd.h"

#include "edge_sums.h"

#include "gradients.h"
#include "optimisers.h"
#include "rows.h"
#include "transpose.h"

#include "dense.h"
#include "lane_sums.h"
#include "winograd_training.h"

#include "neurons.h"

#define FILL(name, parameters, arguments) .name = name,
const lanes_kernels KERNELS = {LANES_KERNELS(FILL)};
#undef FILL
