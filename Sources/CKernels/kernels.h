#ifndef PADAWANN_KERNELS_H
#define PADAWANN_KERNELS_H

#include "CKernels.h"

// Every kernel that there is once per level: its name, its parameters, and these as arguments. A table's member, the
// function that fills it and the one that calls it, lanes_NAME, all come from here, so that no two can be exchanged.
#define LANES_KERNELS(X) \
  X(load_bytes, (const uint8_t *pixels, int32_t count, int32_t elements, int32_t plane, const lanes_epilogue           \
      *loading, float *x), (pixels, count, elements, plane, loading, x))                                               \
  X(load_floats, (const float *pixels, int32_t count, int32_t elements, int32_t plane, const lanes_epilogue            \
      *loading, float *x), (pixels, count, elements, plane, loading, x))                                               \
  X(sum, (const lanes_sums *sums, const float *x, ptrdiff_t x_stride, int32_t blocks, const lanes_epilogue             \
      *epilogue, float *y, ptrdiff_t y_stride), (sums, x, x_stride, blocks, epilogue, y, y_stride))                    \
  X(sum_edges, (const lanes_edges *edges, const float *x, ptrdiff_t x_stride, int32_t blocks, const lanes_epilogue     \
      *epilogue, float *y, ptrdiff_t y_stride), (edges, x, x_stride, blocks, epilogue, y, y_stride))                   \
  X(winograd_convolve, (const lanes_winograd *shape, const float *x, ptrdiff_t x_stride, int32_t blocks, const         \
      lanes_epilogue *epilogue, float *y, ptrdiff_t y_stride, float *scratch), (shape, x, x_stride, blocks,            \
      epilogue, y, y_stride, scratch))                                                                                 \
  X(lookup, (const lanes_tables *tables, const float *x, const lanes_epilogue *epilogue, float *y, float *scratch),    \
      (tables, x, epilogue, y, scratch))                                                                               \
  X(pointwise, (const float *x, int32_t channels, int32_t plane, const lanes_epilogue *epilogue, float *y), (x,        \
      channels, plane, epilogue, y))                                                                                   \
  X(add, (const float *a, const float *b, ptrdiff_t elements, float *y), (a, b, elements, y))                          \
  X(pad, (const lanes_padding *padding, const float *x, float *y), (padding, x, y))                                    \
  X(pool_windows, (const lanes_pool *pool, const float *x, float *y), (pool, x, y))                                    \
  X(dense_forward, (const lanes_dense *dense, const float *w, const float *x, ptrdiff_t x_stride, int32_t blocks,      \
      float *y, ptrdiff_t y_stride), (dense, w, x, x_stride, blocks, y, y_stride))                                     \
  X(dense_input_gradient, (const lanes_dense *dense, const float *w, const float *dy, ptrdiff_t dy_stride, int32_t     \
      blocks, float *dx, ptrdiff_t dx_stride), (dense, w, dy, dy_stride, blocks, dx, dx_stride))                       \
  X(dense_weight_gradient, (const lanes_dense *dense, const float *x, ptrdiff_t x_stride, const float *dy, ptrdiff_t   \
      dy_stride, int32_t blocks, int32_t first, int32_t end, float *dw), (dense, x, x_stride, dy, dy_stride, blocks,   \
      first, end, dw))                                                                                                 \
  X(dense_lane_gradient, (const lanes_dense *dense, int32_t first_group, int32_t end_group, ptrdiff_t group_step,      \
      const float *x, ptrdiff_t x_stride, const float *dy, ptrdiff_t dy_stride, int32_t blocks, int32_t first, int32_t  \
      end, float *dw), (dense, first_group, end_group, group_step, x, x_stride, dy, dy_stride, blocks, first, end, dw)) \
  X(winograd_trained_filters, (const float *w, int32_t stride, int32_t channels, int32_t outputs, int32_t backward,    \
      float *filters), (w, stride, channels, outputs, backward, filters))                                              \
  X(winograd_gradient, (const lanes_winograd *shape, const float *x, ptrdiff_t x_stride, const float *dy, ptrdiff_t    \
      dy_stride, int32_t blocks, int32_t first, int32_t end, int32_t stride, float *dw, float *scratch), (shape, x,    \
      x_stride, dy, dy_stride, blocks, first, end, stride, dw, scratch))                                               \
  X(add_bias, (float *y, int32_t channels, int32_t plane, const float *bias, const lanes_activation *activation), (y,  \
      channels, plane, bias, activation))                                                                              \
  X(bias_gradient, (const float *dy, int32_t channels, int32_t plane, float *sums), (dy, channels, plane, sums))       \
  X(activation_gradient, (const lanes_activation *activation, float factor, const float *y, const float *dy,           \
      ptrdiff_t elements, int32_t adds, float *dx), (activation, factor, y, dy, elements, adds, dx))                   \
  X(pool_gradient, (const lanes_pool *pool, const float *x, const float *dy, float *dx), (pool, x, dy, dx))            \
  X(drop, (const float *x, ptrdiff_t elements, const uint32_t *keys, const uint32_t *second_keys, uint32_t             \
      threshold, float scale, float *y), (x, elements, keys, second_keys, threshold, scale, y))                        \
  X(channel_sums, (const float *a, const float *b, const float *centre_a, const float *centre_b, int32_t channels,     \
      int32_t plane, int32_t lanes, double *sums), (a, b, centre_a, centre_b, channels, plane, lanes, sums))           \
  X(normalisation_sums, (const lanes_activation *activation, const float *y, float *dy, const float *x, const float    \
      *centre, int32_t channels, int32_t plane, int32_t lanes, double *gradients, double *products), (activation, y,   \
      dy, x, centre, channels, plane, lanes, gradients, products))                                                     \
  X(channel_combine, (const float *dy, const float *x, const float *factors, const float *slopes, const float          \
      *offsets, int32_t channels, int32_t plane, int32_t lanes, int32_t adds, float *dx), (dy, x, factors, slopes,     \
      offsets, channels, plane, lanes, adds, dx))                                                                      \
  X(add_activated, (const float *a, const float *b, ptrdiff_t elements, const lanes_activation *activation, float *y), \
      (a, b, elements, activation, y))                                                                                 \
  X(sgd, (const lanes_sgd_settings *settings, const float *gradient, ptrdiff_t count, float *x, float *velocity),      \
      (settings, gradient, count, x, velocity))                                                                        \
  X(adam, (const lanes_adam_settings *settings, const float *gradient, ptrdiff_t count, float *x, float *mean, float   \
      *square), (settings, gradient, count, x, mean, square))                                                          \
  X(adadelta, (const lanes_adadelta_settings *settings, const float *gradient, ptrdiff_t count, float *x, float        \
      *square, float *change), (settings, gradient, count, x, square, change))                                         \
  X(mask, (const float *scores, const int8_t *signs, ptrdiff_t count, float threshold, float magnitude, float *w),     \
      (scores, signs, count, threshold, magnitude, w))                                                                 \
  X(score_step, (const lanes_adam_settings *settings, const float *dw, const int8_t *signs, ptrdiff_t count, float     \
      threshold, float magnitude, float *scores, float *mean, float *square, float *w), (settings, dw, signs, count,   \
      threshold, magnitude, scores, mean, square, w))                                                                  \
  X(store_halves, (const float *x, ptrdiff_t elements, int32_t count, uint16_t *const *rows), (x, elements, count,     \
      rows))                                                                                                           \
  X(load_halves, (const uint16_t *const *rows, ptrdiff_t elements, int32_t count, float *x), (rows, elements, count,   \
      x))                                                                                                              \
  X(store_rows, (const float *x, ptrdiff_t elements, int32_t count, float *const *rows), (x, elements, count, rows))   \
  X(load_rows, (const float *const *rows, ptrdiff_t elements, int32_t count, float *x), (rows, elements, count, x))    \
  X(neurons, (const lanes_neuron_program *program, const float *labels, int32_t images, float *values, double *losses, \
      int32_t *right, float *outputs), (program, labels, images, values, losses, right, outputs))                      \
  X(neurons_backward, (const lanes_neuron_program *program, const float *labels, int32_t images, const float *values, \
      float *gradients, double *factor_gradients), (program, labels, images, values, gradients, factor_gradients))     \
  X(neuron_activation, (int32_t activation, const float *x, ptrdiff_t count, float *y), (activation, x, count, y))     \
  X(neuron_logarithm, (const float *x, ptrdiff_t count, float *y), (x, count, y))

// The kernels of one level; the files level_*.c define one table each, from the same source.
typedef struct {
#define MEMBER(name, parameters, arguments) void(*name) parameters;
  LANES_KERNELS(MEMBER)
#undef MEMBER
} lanes_kernels;

extern const lanes_kernels lanes_kernels_portable;
#if defined(__x86_64__)
extern const lanes_kernels lanes_kernels_avx2;
extern const lanes_kernels lanes_kernels_avx512;
#elif defined(__aarch64__)
extern const lanes_kernels lanes_kernels_neon;
#endif

#endif
