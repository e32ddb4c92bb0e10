#ifndef PADAWANN_TRAINING_H
#define PADAWANN_TRAINING_H

#include <stddef.h>
#include <stdint.h>

// The kernels of training: gradients, dropout, optimisers, and features that are kept.
//
// Layout and bits are those of CKernels.h. Where a sum crosses lanes (the gradients of weights), its order depends on the
// operation and the number of blocks alone. Lanes without an image must have gradients of zero.

// --- layers whose outputs share their taps ------------------------------------------------------------------------------

// A convolution's group or a linear layer, without a mask: output o at position p of block b is the sum over taps k of
// w[k * stride + o] * x[b * x_stride + positions[p] + taps[k]]. Taps and positions count floats; stride is the number of
// outputs rounded up to 16, and the weights behind the last output are zeros. x, y and their gradients are aligned to 64
// bytes, weights to 4.
typedef struct {
  const int32_t *taps;
  const int32_t *positions;
  int32_t tap_count;
  int32_t position_count;
  int32_t outputs;
  int32_t stride;
} lanes_dense;

// y[b][o][p] = the sum. Order: over taps in blocks of 256, then over the blocks.
void lanes_dense_forward(int32_t level, const lanes_dense *dense, const float *w, const float *x, ptrdiff_t x_stride,
                         int32_t blocks, float *y, ptrdiff_t y_stride);
// dx[b][positions[p] + taps[k]] += sum over o of w[k][o] * dy[b][o][p].
void lanes_dense_input_gradient(int32_t level, const lanes_dense *dense, const float *w, const float *dy,
                                ptrdiff_t dy_stride, int32_t blocks, float *dx, ptrdiff_t dx_stride);
// dw[k][o] += sum over blocks, positions and lanes of x * dy, for taps first..<end. Order: over 16 positions of all lanes,
// then over those.
void lanes_dense_weight_gradient(int32_t level, const lanes_dense *dense, const float *x, ptrdiff_t x_stride,
                                 const float *dy, ptrdiff_t dy_stride, int32_t blocks, int32_t first, int32_t end,
                                 float *dw);

// The same for groups first_group..<end_group, whose inputs are group_step floats apart; x, dy and dw begin with group 0.
// Order: over 64 positions lane by lane, then over the lanes (halves first), then over those.
void lanes_dense_lane_gradient(int32_t level, const lanes_dense *dense, int32_t first_group, int32_t end_group,
                               ptrdiff_t group_step, const float *x, ptrdiff_t x_stride, const float *dy,
                               ptrdiff_t dy_stride, int32_t blocks, int32_t first, int32_t end, float *dw);

// --- 3x3 convolutions of stride 1 whose filters change ----------------------------------------------------------------------

// The filters of lanes_winograd_convolve from weights as they are stored for lanes_dense, w[channel * 9 + tap][stride]: the
// same numbers as lanes_winograd_filters makes. With `backward`, those of the convolution by which the gradient of the input
// is that of the output: from `outputs` to `channels`, the taps turned by half a turn.
void lanes_winograd_trained_filters(int32_t level, const float *w, int32_t stride, int32_t channels, int32_t outputs,
                                    int32_t backward, float *filters);
// dw[channel * 9 + tap][stride] += the gradient of the weights of channels first..<end, by Winograd's algorithm: of
// Y = A^T [ (G g G^T) . (B^T d B) ] A it is G^T [ (B^T d B) . (A dY A^T) ] G, summed over tiles and lanes. Order: over three
// tiles of all lanes, then over those.
size_t lanes_winograd_gradient_scratch_count(int32_t channels, int32_t stride);
void lanes_winograd_gradient(int32_t level, const lanes_winograd *shape, const float *x, ptrdiff_t x_stride,
                             const float *dy, ptrdiff_t dy_stride, int32_t blocks, int32_t first, int32_t end,
                             int32_t stride, float *dw, float *scratch);

// --- what happens to single activations -----------------------------------------------------------------------------------

// y[c][p] = activation(y[c][p] + bias[c]), with a bias per lane: bias holds channels x LANES.
void lanes_add_bias(int32_t level, float *y, int32_t channels, int32_t plane, const float *bias,
                    const lanes_activation *activation);
// y = activation(a + b); y may be a or b.
void lanes_add_activated(int32_t level, const float *a, const float *b, ptrdiff_t elements,
                         const lanes_activation *activation, float *y);
// sums[c] = the sum over positions of dy[c], lane by lane.
void lanes_bias_gradient(int32_t level, const float *dy, int32_t channels, int32_t plane, float *sums);
// dx = factor * dy times the slope of the activation, which `y` tells: its result, or what it read for ACTIVATION_HARD_SWISH
// and a negative slope of ACTIVATION_LEAKY. It is 0 at the kinks of ACTIVATION_CLIP, as in PyTorch's relu6. Added to dx if
// `adds`. dx may be dy.
void lanes_activation_gradient(int32_t level, const lanes_activation *activation, float factor, const float *y,
                               const float *dy, ptrdiff_t elements, int32_t adds, float *dx);
// dx of lanes_pool_windows is added to dx; the first of equal maxima has all of a window's gradient.
void lanes_pool_gradient(int32_t level, const lanes_pool *pool, const float *x, const float *dy, float *dx);
// y = x * scale where a hash of (keys of the lane, element) is at least `threshold` of 2^24, otherwise 0; y may be x.
void lanes_drop(int32_t level, const float *x, ptrdiff_t elements, const uint32_t *keys, const uint32_t *second_keys,
                uint32_t threshold, float scale, float *y);

// --- batch normalisation ------------------------------------------------------------------------------------------------------

// sums[c] += sum over positions and the first `lanes` lanes of one block of a[c][p] - centre_a[c]; with b, of
// (a - centre_a) * (b - centre_b).
void lanes_channel_sums(int32_t level, const float *a, const float *b, const float *centre_a, const float *centre_b,
                        int32_t channels, int32_t plane, int32_t lanes, double *sums);
// dy becomes the gradient in front of an activation, of which y is what lanes_activation_gradient wants (not read for
// ACTIVATION_NONE); gradients[c] += the sum of dy and products[c] += that of dy * (x - centre[c]), as in lanes_channel_sums.
void lanes_normalisation_sums(int32_t level, const lanes_activation *activation, const float *y, float *dy,
                              const float *x, const float *centre, int32_t channels, int32_t plane, int32_t lanes,
                              double *gradients, double *products);
// dx[c][p] = fma(dy, factors[c], fma(x, slopes[c], offsets[c])) in the first `lanes` lanes of one block, 0 in the others;
// added to dx if `adds`.
void lanes_channel_combine(int32_t level, const float *dy, const float *x, const float *factors, const float *slopes,
                           const float *offsets, int32_t channels, int32_t plane, int32_t lanes, int32_t adds,
                           float *dx);

// --- optimisers: PyTorch's formulas, one number after the other -----------------------------------------------------------------

typedef struct {
  float rate, momentum, dampening, decay;
  int32_t nesterov, first;
} lanes_sgd_settings;
void lanes_sgd(int32_t level, const lanes_sgd_settings *settings, const float *gradient, ptrdiff_t count, float *x,
               float *velocity);

typedef struct {
  float rate;          // divided by 1 - beta1^step
  float beta1, beta2;
  float root;          // the square root of 1 - beta2^step
  float epsilon;
  float decay;         // added to the gradient
  float shrink;        // what the number is multiplied by first
} lanes_adam_settings;
void lanes_adam(int32_t level, const lanes_adam_settings *settings, const float *gradient, ptrdiff_t count, float *x,
                float *mean, float *square);

typedef struct {
  float rate, rho, epsilon, decay;
} lanes_adadelta_settings;
void lanes_adadelta(int32_t level, const lanes_adadelta_settings *settings, const float *gradient, ptrdiff_t count,
                    float *x, float *square, float *change);

// --- masks that are learned -----------------------------------------------------------------------------------------------------

// w = sign * magnitude where score > threshold, otherwise 0.
void lanes_mask(int32_t level, const float *scores, const int8_t *signs, ptrdiff_t count, float threshold,
                float magnitude, float *w);
// One step of Adam for scores, whose gradient is dw * sign, and then lanes_mask.
void lanes_score_step(int32_t level, const lanes_adam_settings *settings, const float *dw, const int8_t *signs,
                      ptrdiff_t count, float threshold, float magnitude, float *scores, float *mean, float *square,
                      float *w);
// The k-th largest of `count` numbers that are no NaN, 1 <= k <= count.
float lanes_kth_largest(const float *x, ptrdiff_t count, ptrdiff_t k);

// --- features that are kept -----------------------------------------------------------------------------------------------------

// Rounds one block to halves (IEEE binary16, to nearest even, at most +-65504) and stores lane i < count as rows[i][0..<elements].
void lanes_store_halves(int32_t level, const float *x, ptrdiff_t elements, int32_t count, uint16_t *const *rows);
// The opposite; lanes from `count` on become zero.
void lanes_load_halves(int32_t level, const uint16_t *const *rows, ptrdiff_t elements, int32_t count, float *x);
// The same for rows of floats.
void lanes_store_rows(int32_t level, const float *x, ptrdiff_t elements, int32_t count, float *const *rows);
void lanes_load_rows(int32_t level, const float *const *rows, ptrdiff_t elements, int32_t count, float *x);

#endif
