#include "kernels.h"

void lanes_dense_forward(int32_t level, const lanes_dense *dense, const float *w, const float *x, ptrdiff_t x_stride,
                         int32_t blocks, float *y, ptrdiff_t y_stride) {
  lanes_table(level)->dense_forward(dense, w, x, x_stride, blocks, y, y_stride);
}

void lanes_dense_input_gradient(int32_t level, const lanes_dense *dense, const float *w, const float *dy, ptrdiff_t
                                dy_stride, int32_t blocks, float *dx, ptrdiff_t dx_stride) {
  lanes_table(level)->dense_input_gradient(dense, w, dy, dy_stride, blocks, dx, dx_stride);
}

void lanes_dense_weight_gradient(int32_t level, const lanes_dense *dense, const float *x, ptrdiff_t x_stride, const
                                 float *dy, ptrdiff_t dy_stride, int32_t blocks, int32_t first, int32_t end, float
                                 *dw) {
  lanes_table(level)->dense_weight_gradient(dense, x, x_stride, dy, dy_stride, blocks, first, end, dw);
}

void lanes_add_bias(int32_t level, float *y, int32_t channels, int32_t plane, const float *bias, int32_t activation,
                    float slope) {
  lanes_table(level)->add_bias(y, channels, plane, bias, activation, slope);
}

void lanes_bias_gradient(int32_t level, const float *dy, int32_t channels, int32_t plane, float *sums) {
  lanes_table(level)->bias_gradient(dy, channels, plane, sums);
}

void lanes_activation_gradient(int32_t level, const float *y, const float *dy, ptrdiff_t elements, float slope,
                               int32_t adds, float *dx) {
  lanes_table(level)->activation_gradient(y, dy, elements, slope, adds, dx);
}

void lanes_pool_gradient(int32_t level, const lanes_pool *pool, const float *x, const float *dy, float *dx) {
  lanes_table(level)->pool_gradient(pool, x, dy, dx);
}

void lanes_drop(int32_t level, const float *x, ptrdiff_t elements, const uint32_t *keys, const uint32_t *second_keys,
                uint32_t threshold, float scale, float *y) {
  lanes_table(level)->drop(x, elements, keys, second_keys, threshold, scale, y);
}

void lanes_channel_sums(int32_t level, const float *a, const float *b, const float *centre_a, const float *centre_b,
                        int32_t channels, int32_t plane, int32_t lanes, double *sums) {
  lanes_table(level)->channel_sums(a, b, centre_a, centre_b, channels, plane, lanes, sums);
}

void lanes_channel_combine(int32_t level, const float *dy, const float *x, const float *factors, const float *slopes,
                           const float *offsets, int32_t channels, int32_t plane, int32_t lanes, float *dx) {
  lanes_table(level)->channel_combine(dy, x, factors, slopes, offsets, channels, plane, lanes, dx);
}

void lanes_sgd(int32_t level, const lanes_sgd_settings *settings, const float *gradient, ptrdiff_t count, float *x,
               float *velocity) {
  lanes_table(level)->sgd(settings, gradient, count, x, velocity);
}

void lanes_adam(int32_t level, const lanes_adam_settings *settings, const float *gradient, ptrdiff_t count, float *x,
                float *mean, float *square) {
  lanes_table(level)->adam(settings, gradient, count, x, mean, square);
}

void lanes_adadelta(int32_t level, const lanes_adadelta_settings *settings, const float *gradient, ptrdiff_t count,
                    float *x, float *square, float *change) {
  lanes_table(level)->adadelta(settings, gradient, count, x, square, change);
}

void lanes_mask(int32_t level, const float *scores, const int8_t *signs, ptrdiff_t count, float threshold, float
                magnitude, float *w) {
  lanes_table(level)->mask(scores, signs, count, threshold, magnitude, w);
}

void lanes_score_step(int32_t level, const lanes_adam_settings *settings, const float *dw, const int8_t *signs,
                      ptrdiff_t count, float threshold, float magnitude, float *scores, float *mean, float *square,
                      float *w) {
  lanes_table(level)->score_step(settings, dw, signs, count, threshold, magnitude, scores, mean, square, w);
}

void lanes_store_halves(int32_t level, const float *x, ptrdiff_t elements, int32_t count, uint16_t *const *rows) {
  lanes_table(level)->store_halves(x, elements, count, rows);
}

void lanes_load_halves(int32_t level, const uint16_t *const *rows, ptrdiff_t elements, int32_t count, float *x) {
  lanes_table(level)->load_halves(rows, elements, count, x);
}

void lanes_store_rows(int32_t level, const float *x, ptrdiff_t elements, int32_t count, float *const *rows) {
  lanes_table(level)->store_rows(x, elements, count, rows);
}

void lanes_load_rows(int32_t level, const float *const *rows, ptrdiff_t elements, int32_t count, float *x) {
  lanes_table(level)->load_rows(rows, elements, count, x);
}
