// The source of every kernel, compiled once per level.
//
// The including file defines WIDTH (lanes of a vector: 16, 8 or 4), HAS_FMA, and KERNELS (the name of the table).

#pragma STDC FP_CONTRACT OFF

#include "vector.h"

#include "elements.h"
#include "images.h"
#include "lookup.h"
#include "sums.h"
#include "winograd.h"

#include "gradients.h"
#include "optimisers.h"
#include "rows.h"

#include "dense.h"

const lanes_kernels KERNELS = {
    load_bytes, load_floats, sum, winograd, lookup, pointwise, add, pad, pool,
    dense_forward, dense_input_gradient, dense_weight_gradient, add_bias, bias_gradient, activation_gradient,
    pool_gradient, drop, channel_sums, channel_combine, sgd, adam, adadelta, mask, score_step, store_halves,
    load_halves, store_rows, load_rows};
