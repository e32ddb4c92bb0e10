#ifndef PADAWANN_CKERNELS_H
#define PADAWANN_CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The SIMD kernels.
//
// Layout.   Sixteen images are evaluated together, one per lane: element e of an activation is the sixteen floats
//           x[e * LANES] ... x[e * LANES + 15]; elements are numbered channels x rows x columns, row-major. A "block" is
//           one such activation; blocks follow one another without a gap.
// Bits.     No number ever crosses a lane, and every sum is taken in an order that depends on the operation alone. With
//           fused multiply-add (every level but portable) results are therefore the same bits at every level, whatever the
//           other images, blocks and threads are. The portable level rounds every product.
// Tails.    There are none: a block that is not full has zeros in its last lanes, which nobody reads afterwards. Nothing
//           is read or written outside the given blocks.
// Memory.   Pointers to activations, scratch and packed weights are aligned to 64 bytes. Kernels are pure: they
//           allocate nothing and keep nothing.
// Limits.   Offsets of taps and positions are floats counted in int32_t: an activation has at most 2^26 elements.

enum { LANES = 16 };

// The instruction sets, in rising order of preference. Not all exist in every build.
enum { LEVEL_PORTABLE = 0, LEVEL_NEON = 1, LEVEL_AVX2 = 2, LEVEL_AVX512 = 3 };

// Whether this build has the level and this processor and operating system can run it.
bool lanes_level_is_available(int32_t level);

// What happens to a finished sum of output o: y = activation(fma(sum, scale[o], bias[o]) + addend), where the addend, of
// lanes_sum and of lanes_winograd_convolve without pooling, is at the same place as y; without one nothing is added.
enum {
  ACTIVATION_NONE = 0,
  ACTIVATION_RELU = 1,
  ACTIVATION_LEAKY = 2,
  ACTIVATION_CLIP = 3,
  ACTIVATION_HARD_SWISH = 4, // x * min(max(x + 3, 0), 6) / 6
};
typedef struct {
  int32_t kind;
  float slope;     // ACTIVATION_LEAKY: what negative numbers are multiplied by
  float low, high; // the bounds, which may be infinite; of ACTIVATION_RELU 0 and infinity, of ACTIVATION_NONE both infinite
} lanes_activation;
typedef struct {
  const float *scale;
  const float *bias;
  lanes_activation activation;
  const float *addend; // or NULL; blocks follow as those of y
} lanes_epilogue;

// --- images ---------------------------------------------------------------------------------------------------------

// x[e][i] = activation(fma(pixel e of image i, scale[e / plane], bias[e / plane])) for i < count; as if pixels were 0 in
// the other lanes. `pixels` holds `count` <= LANES images of `elements` numbers, one after the other.
void lanes_load_bytes(int32_t level, const uint8_t *pixels, int32_t count, int32_t elements, int32_t plane,
                      const lanes_epilogue *loading, float *x);
void lanes_load_floats(int32_t level, const float *pixels, int32_t count, int32_t elements, int32_t plane,
                       const lanes_epilogue *loading, float *x);

// nonzero[image][row]: one bit per column, the first in the lowest, that is not 0 in some channel. At most 64 columns.
void lanes_nonzero_rows(const uint8_t *pixels, ptrdiff_t images, int32_t channels, int32_t height, int32_t width,
                        uint64_t *nonzero);

// --- convolutions and linear layers as sums over taps -----------------------------------------------------------------

// sum[o][j] = sum over taps k of weight[o][k] * x[positions[j] + taps[k]]
//
// A tap is an offset from a position of the input; both count floats. A linear layer has one position. Outputs are
// taken eight at a time; only the taps that some of them uses are listed.
// Order: over taps in blocks of 256, then over the blocks.
typedef struct {
  const float *weights;     // for each group of outputs: [its taps][8]
  const int32_t *taps;      // for each group of outputs: its taps
  const int32_t *starts;    // groups + 1: where the taps of a group begin
  const int32_t *positions; // where each output position begins in the input
  int32_t position_count;
  int32_t outputs;
  // For each position of each block: whether its input is the same as that of every other such position, in every lane
  // that is read. The outputs of one are then copied to all. Or NULL.
  const uint8_t *zero;
} lanes_sums;
void lanes_sum(int32_t level, const lanes_sums *sums, const float *x, ptrdiff_t x_stride, int32_t blocks,
               const lanes_epilogue *epilogue, float *y, ptrdiff_t y_stride);

// The same over the edges of each output alone: what is pruned costs nothing. A column is a tap that some output may use; they are
// taken in blocks of EDGE_COLUMNS at most, so that their inputs stay in the first-level cache for many outputs.
// Order: over the edges of an output, from its splits on in another sum, then over the sums; as lanes_sum does it where a split
// stands for every 256 taps of the eight outputs.
enum { EDGE_POSITIONS = 6, EDGE_COLUMNS = 72 };
typedef struct {
  const float *weights;    // of each edge, output by output and in the order of their columns
  const int32_t *taps;     // of each edge; where columns are copied, 6 * LANES times its place in their block
  const int32_t *starts;   // outputs x blocks + 1: where the edges of an output in a block of columns begin
  const int32_t *splits;   // outputs x blocks: the edge in this block with which another sum begins, or -1
  const int32_t *columns;  // the taps of all columns, whose inputs are copied next to each other first; or NULL
  const int32_t *positions;
  int32_t column_count, columns_at_once, blocks; // columns of an output, of a block, and how many blocks they are
  int32_t position_count, outputs;
  const uint8_t *zero; // see lanes_sums
} lanes_edges;
void lanes_sum_edges(int32_t level, const lanes_edges *edges, const float *x, ptrdiff_t x_stride, int32_t blocks,
                     const lanes_epilogue *epilogue, float *y, ptrdiff_t y_stride);

// --- 3x3 and 5x5 convolutions of stride 1: Winograd F(4x4, 3x3) and F(2x2, 5x5) -----------------------------------------

// Y = A^T [ (G g G^T) . (B^T d B) ] A for every 4x4 or 2x2 tile of the output (Lavin and Gray, 2015, section 4.3): 36
// products in the place of 144 or 100. The input is surrounded by as many zeros as the output asks for.
typedef struct {
  const float *filters; // G g G^T: [outputs / 8][36][channels][8], by lanes_winograd_filters
  int32_t kernel;                              // 3 or 5
  int32_t channels, height, width;             // of the input
  int32_t outputs, output_height, output_width; // before pooling
  int32_t top, left;                           // padding
  int32_t pools; // 1: the maximum of every 2x2 window is stored in the place of the four (an odd last row is left out)
  // What happens to the elements of each input channel first, as to sums of an output, or NULL. The surrounding zeros
  // stay zeros. Nothing is added.
  const lanes_epilogue *before;
  // For each tile of each block, row by row: whether its input is the same as that of every other such tile, in every
  // lane that is read. The outputs of one are then copied to all. Such tiles lie inside the input. Or NULL.
  const uint8_t *zero;
  // 1: what is read and written may lie far away, as it does when batches of many blocks go through a layer before the next;
  // tiles are then asked for ahead. Where it is near, that takes time.
  int32_t fetches_ahead;
} lanes_winograd;
size_t lanes_winograd_filters_count(int32_t channels, int32_t outputs);
size_t lanes_winograd_scratch_count(int32_t channels);
// weights: outputs x channels x kernel x kernel.
void lanes_winograd_filters(const float *weights, int32_t kernel, int32_t channels, int32_t outputs, float *filters);
void lanes_winograd_convolve(int32_t level, const lanes_winograd *shape, const float *x, ptrdiff_t x_stride,
                             int32_t blocks, const lanes_epilogue *epilogue, float *y, ptrdiff_t y_stride,
                             float *scratch);

// --- ternary linear layers by tables ("four Russians") ------------------------------------------------------------------

// Three inputs have 27 signed partial sums (weights -1, 0, 1). They are tabulated once for all outputs; an output then
// adds one entry per three inputs. Order: over 8 groups of three, then over those.
size_t lanes_lookup_indices_count(int32_t inputs, int32_t outputs);
enum { LOOKUP_SCRATCH_COUNT = 2 * 8 * 27 * LANES };
// mask, negative: one bit per edge, outputs x inputs, bit i in word i / 64. An edge counts where its mask bit is set.
// order: the inputs in the order in which they are taken, or NULL for their own. Eight groups that are zero in every lane
// are left out.
void lanes_lookup_indices(const uint64_t *mask, const uint64_t *negative, const int32_t *order, int32_t inputs,
                          int32_t outputs, uint16_t *indices);
typedef struct {
  const uint16_t *indices; // by lanes_lookup_indices
  const int32_t *order;    // the same
  int32_t inputs, outputs;
} lanes_tables;
void lanes_lookup(int32_t level, const lanes_tables *tables, const float *x, const lanes_epilogue *epilogue, float *y,
                  float *scratch);

// --- what has no edges --------------------------------------------------------------------------------------------------

// y[c][p] = activation(fma(x[c][p], scale[c], bias[c])); x and y may be the same.
void lanes_pointwise(int32_t level, const float *x, int32_t channels, int32_t plane, const lanes_epilogue *epilogue,
                     float *y);
// y = a + b over `elements`; y may be a.
void lanes_add(int32_t level, const float *a, const float *b, ptrdiff_t elements, float *y);
// The image of channels x height x width in the middle of zeros.
typedef struct {
  int32_t channels, height, width;
  int32_t top, left, padded_height, padded_width;
} lanes_padding;
void lanes_pad(int32_t level, const lanes_padding *padding, const float *x, float *y);

// The maximum (average = 0) or mean (1: over all of the padded window, 2: over what is inside) of every window.
typedef struct {
  int32_t channels, height, width, output_height, output_width;
  int32_t kernel_height, kernel_width, stride_height, stride_width;
  int32_t top, left, bottom, right; // padding
  int32_t dilation_height, dilation_width;
  int32_t average;
} lanes_pool;
void lanes_pool_windows(int32_t level, const lanes_pool *pool, const float *x, float *y);

#include "Neurons.h"
#include "Training.h"

#endif
