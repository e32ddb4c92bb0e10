// Gradients of the weights of layers with few outputs for each input: sums that stay in their lanes until a strip of
// positions is done. See lanes_dense_lane_gradient.

enum { STRIP_POSITIONS = 64, MOST_TAPS = 9 };

// Where the positions of a strip are.
typedef struct {
  const float *x[STRIP_POSITIONS];
  const float *dy[STRIP_POSITIONS];
  int count;
} strip;

// The sums over the lanes, halves first: for eight-lane vectors and sixteen-lane ones the same.
INLINE float sum_of_lanes(const float *x) {
  typedef float four __attribute__((ext_vector_type(4)));
  const four *y = (const four *)x;
  const four sum = (y[0] + y[2]) + (y[1] + y[3]);
  return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

INLINE void lane_gradient_tile(const strip *s, const int32_t *taps, ptrdiff_t x_offset, ptrdiff_t dy_offset,
                               ptrdiff_t output_step, const int tap_count, const int outputs, float *dw,
                               ptrdiff_t stride) {
  float totals[2][MOST_TAPS][LANES] __attribute__((aligned(64)));
  ptrdiff_t offsets[MOST_TAPS];
  UNROLLED for (int k = 0; k < tap_count; k++) offsets[k] = x_offset + taps[k];
  for (int part = 0; part < PARTS; part++) {
    vector sums[2][MOST_TAPS];
    UNROLLED for (int o = 0; o < outputs; o++)
      UNROLLED for (int k = 0; k < tap_count; k++) sums[o][k] = splat(0);
    NOT_UNROLLED for (int p = 0; p < s->count; p++) {
      const float *x = s->x[p] + part * WIDTH, *dy = s->dy[p] + dy_offset + part * WIDTH;
      vector gradients[2];
      UNROLLED for (int o = 0; o < outputs; o++) gradients[o] = load(dy + o * output_step);
      UNROLLED for (int k = 0; k < tap_count; k++) {
        const vector input = held(load(x + offsets[k]));
        UNROLLED for (int o = 0; o < outputs; o++) sums[o][k] = fma_(gradients[o], input, sums[o][k]);
      }
    }
    UNROLLED for (int o = 0; o < outputs; o++)
      UNROLLED for (int k = 0; k < tap_count; k++) store(&totals[o][k][part * WIDTH], sums[o][k]);
  }
  for (int k = 0; k < tap_count; k++)
    for (int o = 0; o < outputs; o++) dw[k * stride + o] += sum_of_lanes(totals[o][k]);
}

INLINE void lane_gradient_taps(const strip *s, const int32_t *taps, ptrdiff_t x_offset, ptrdiff_t dy_offset,
                               ptrdiff_t output_step, int tap_count, const int outputs, float *dw, ptrdiff_t stride) {
  switch (tap_count) {
  case 9: // of one output
  case 8:
  case 7:
    if (outputs == 1 && tap_count == 9)
      lane_gradient_tile(s, taps, x_offset, dy_offset, output_step, 9, 1, dw, stride);
    break;
  case 6: lane_gradient_tile(s, taps, x_offset, dy_offset, output_step, 6, outputs, dw, stride); break;
  case 5: lane_gradient_tile(s, taps, x_offset, dy_offset, output_step, 5, outputs, dw, stride); break;
  case 4: lane_gradient_tile(s, taps, x_offset, dy_offset, output_step, 4, outputs, dw, stride); break;
  case 3: lane_gradient_tile(s, taps, x_offset, dy_offset, output_step, 3, outputs, dw, stride); break;
  case 2: lane_gradient_tile(s, taps, x_offset, dy_offset, output_step, 2, outputs, dw, stride); break;
  default: lane_gradient_tile(s, taps, x_offset, dy_offset, output_step, 1, outputs, dw, stride);
  }
}

// The taps first..<end of one group over one strip.
static void lane_gradient_group(const lanes_dense *d, const strip *s, ptrdiff_t x_offset, ptrdiff_t dy_offset,
                                int32_t first, int32_t end, float *dw) {
  const ptrdiff_t step = (ptrdiff_t)d->position_count * LANES;
  for (int32_t k = first; k < end;) {
    const int32_t rest = end - k, shares = (rest + 5) / 6;
    const int32_t some = d->outputs == 1 && rest == 9 ? 9 : (rest + shares - 1) / shares;
    float *to = dw + (ptrdiff_t)k * d->stride;
    int32_t o = 0;
    for (; o + 2 <= d->outputs; o += 2)
      lane_gradient_taps(s, d->taps + k, x_offset, dy_offset + o * step, step, some, 2, to + o, d->stride);
    if (o < d->outputs)
      lane_gradient_taps(s, d->taps + k, x_offset, dy_offset + o * step, step, some, 1, to + o, d->stride);
    k += some;
  }
}

static void dense_lane_gradient(const lanes_dense *d, int32_t first_group, int32_t end_group, ptrdiff_t group_step,
                                const float *x, ptrdiff_t x_stride, const float *dy, ptrdiff_t dy_stride,
                                int32_t blocks, int32_t first, int32_t end, float *dw) {
  const int64_t count = (int64_t)blocks * d->position_count;
  const ptrdiff_t output_step = (ptrdiff_t)d->outputs * d->position_count * LANES;
  int32_t block = 0, position = 0;
  for (int64_t start = 0; start < count; start += STRIP_POSITIONS) {
    strip s;
    s.count = count - start < STRIP_POSITIONS ? (int)(count - start) : STRIP_POSITIONS;
    for (int p = 0; p < s.count; p++) {
      s.x[p] = x + block * x_stride + d->positions[position];
      s.dy[p] = dy + block * dy_stride + (ptrdiff_t)position * LANES;
      if (++position == d->position_count) position = 0, block++;
    }
    for (int32_t group = first_group; group < end_group; group++)
      lane_gradient_group(d, &s, group * group_step, group * output_step, first, end,
                          dw + (ptrdiff_t)group * d->tap_count * d->stride);
  }
}
