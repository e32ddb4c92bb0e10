// Layers without masks, forward and backward: see lanes_dense.

enum { TERMS_AT_ONCE = 256, POSITIONS_TOGETHER = 48, OUTPUTS_OF_A_STRIP = 64, TAPS_TOGETHER = 6 };

// Vectors of outputs whose gradients stay in registers together.
#if WIDTH == 16
enum { COLUMNS_TOGETHER = 4 };
#else
enum { COLUMNS_TOGETHER = 2 };
#endif

// Where position `index`, counted through all blocks, begins.
INLINE ptrdiff_t place_of(const lanes_dense *d, int64_t index, ptrdiff_t stride) {
  return (ptrdiff_t)(index / d->position_count) * stride + d->positions[index % d->position_count];
}
INLINE ptrdiff_t output_place(const lanes_dense *d, int64_t index, ptrdiff_t stride) {
  return (ptrdiff_t)(index / d->position_count) * stride + (ptrdiff_t)(index % d->position_count) * LANES;
}

// All outputs at some positions, over the taps first..<end; added to what is there unless these are the first.
INLINE void forward_tile(const lanes_dense *d, const float *w, const float *x, ptrdiff_t x_stride, float *y,
                         ptrdiff_t y_stride, int64_t index, const int positions, int32_t first, int32_t end) {
  const float *inputs[POSITIONS_AT_ONCE];
  float *outputs[POSITIONS_AT_ONCE];
  UNROLLED for (int p = 0; p < positions; p++) {
    inputs[p] = x + place_of(d, index + p, x_stride);
    outputs[p] = y + output_place(d, index + p, y_stride);
  }
  for (int32_t o = 0; o < d->outputs; o += OUTPUTS_AT_ONCE)
    for (int part = 0; part < PARTS; part += PARTS_AT_ONCE) {
      vector sums[8][POSITIONS_AT_ONCE][PARTS_AT_ONCE];
      UNROLLED for (int r = 0; r < OUTPUTS_AT_ONCE; r++)
        UNROLLED for (int p = 0; p < positions; p++)
          UNROLLED for (int q = 0; q < PARTS_AT_ONCE; q++) sums[r][p][q] = splat(0);
      NOT_UNROLLED for (int32_t k = first; k < end; k++) {
        const ptrdiff_t tap = d->taps[k] + part * WIDTH;
        const float *weights = w + (ptrdiff_t)k * d->stride + o;
        vector factors[8];
        UNROLLED for (int r = 0; r < OUTPUTS_AT_ONCE; r++) factors[r] = held(splat(weights[r]));
        UNROLLED for (int p = 0; p < positions; p++)
          UNROLLED for (int q = 0; q < PARTS_AT_ONCE; q++) {
            const vector value = held(load(inputs[p] + tap + q * WIDTH));
            UNROLLED for (int r = 0; r < OUTPUTS_AT_ONCE; r++) sums[r][p][q] = fma_(value, factors[r], sums[r][p][q]);
          }
      }
      UNROLLED for (int r = 0; r < OUTPUTS_AT_ONCE; r++) {
        if (o + r >= d->outputs) break;
        UNROLLED for (int p = 0; p < positions; p++)
          UNROLLED for (int q = 0; q < PARTS_AT_ONCE; q++) {
            float *to = outputs[p] + (ptrdiff_t)(o + r) * d->position_count * LANES + (part + q) * WIDTH;
            store(to, first == 0 ? sums[r][p][q] : load(to) + sums[r][p][q]);
          }
      }
    }
}

static void dense_forward(const lanes_dense *d, const float *w, const float *x, ptrdiff_t x_stride, int32_t blocks,
                          float *y, ptrdiff_t y_stride) {
  const int64_t count = (int64_t)blocks * d->position_count;
  for (int64_t start = 0; start < count; start += POSITIONS_TOGETHER) {
    const int64_t stop = count - start < POSITIONS_TOGETHER ? count : start + POSITIONS_TOGETHER;
    for (int32_t first = 0; first < d->tap_count; first += TERMS_AT_ONCE) {
      const int32_t end = d->tap_count - first < TERMS_AT_ONCE ? d->tap_count : first + TERMS_AT_ONCE;
      int64_t index = start;
      for (; index + 3 <= stop; index += 3) forward_tile(d, w, x, x_stride, y, y_stride, index, 3, first, end);
      if (stop - index == 2) forward_tile(d, w, x, x_stride, y, y_stride, index, 2, first, end);
      if (stop - index == 1) forward_tile(d, w, x, x_stride, y, y_stride, index, 1, first, end);
    }
  }
}

// Some taps of some positions; dy holds `terms` outputs x positions.
INLINE void input_gradient_taps(const lanes_dense *d, const float *w, const float *dy, float *const *dx,
                                const int positions, int32_t k, const int taps, int32_t terms) {
  for (int part = 0; part < PARTS; part += PARTS_AT_ONCE) {
    vector sums[8][POSITIONS_AT_ONCE][PARTS_AT_ONCE];
    UNROLLED for (int r = 0; r < taps; r++)
      UNROLLED for (int p = 0; p < positions; p++)
        UNROLLED for (int q = 0; q < PARTS_AT_ONCE; q++) sums[r][p][q] = splat(0);
    const float *weights = w + (ptrdiff_t)k * d->stride, *values = dy + part * WIDTH;
    NOT_UNROLLED for (int32_t o = 0; o < terms; o++, values += positions * LANES) {
      vector factors[8];
      UNROLLED for (int r = 0; r < taps; r++) factors[r] = held(splat(weights[(ptrdiff_t)r * d->stride + o]));
      UNROLLED for (int p = 0; p < positions; p++)
        UNROLLED for (int q = 0; q < PARTS_AT_ONCE; q++) {
          const vector gradient = held(load(values + p * LANES + q * WIDTH));
          UNROLLED for (int r = 0; r < taps; r++) sums[r][p][q] = fma_(gradient, factors[r], sums[r][p][q]);
        }
    }
    // Taps of neighbouring positions can be the same inputs: one after the other.
    UNROLLED for (int r = 0; r < taps; r++)
      UNROLLED for (int p = 0; p < positions; p++)
        UNROLLED for (int q = 0; q < PARTS_AT_ONCE; q++) {
          float *to = dx[p] + d->taps[k + r] + (part + q) * WIDTH;
          store(to, load(to) + sums[r][p][q]);
        }
  }
}

INLINE void input_gradient_tile(const lanes_dense *d, const float *w, const float *dy, ptrdiff_t dy_stride, float *dx,
                                ptrdiff_t dx_stride, int64_t index, const int positions) {
  float packed[TERMS_AT_ONCE * POSITIONS_AT_ONCE * LANES] __attribute__((aligned(64)));
  float *to[POSITIONS_AT_ONCE];
  UNROLLED for (int p = 0; p < positions; p++) to[p] = dx + place_of(d, index + p, dx_stride);
  for (int32_t first = 0; first < d->outputs; first += TERMS_AT_ONCE) {
    const int32_t terms = d->outputs - first < TERMS_AT_ONCE ? d->outputs - first : TERMS_AT_ONCE;
    for (int32_t o = 0; o < terms; o++)
      for (int p = 0; p < positions; p++) {
        const float *from =
            dy + output_place(d, index + p, dy_stride) + (ptrdiff_t)(first + o) * d->position_count * LANES;
        for (int at = 0; at < LANES; at += WIDTH) store(packed + (o * positions + p) * LANES + at, load(from + at));
      }
    int32_t k = 0;
    for (; k + OUTPUTS_AT_ONCE <= d->tap_count; k += OUTPUTS_AT_ONCE)
      input_gradient_taps(d, w + first, packed, to, positions, k, OUTPUTS_AT_ONCE, terms);
    for (; k < d->tap_count; k++) input_gradient_taps(d, w + first, packed, to, positions, k, 1, terms);
  }
}

static void dense_input_gradient(const lanes_dense *d, const float *w, const float *dy, ptrdiff_t dy_stride,
                                 int32_t blocks, float *dx, ptrdiff_t dx_stride) {
  const int64_t count = (int64_t)blocks * d->position_count;
  int64_t index = 0;
  for (; index + 3 <= count; index += 3) input_gradient_tile(d, w, dy, dy_stride, dx, dx_stride, index, 3);
  if (count - index == 2) input_gradient_tile(d, w, dy, dy_stride, dx, dx_stride, index, 2);
  if (count - index == 1) input_gradient_tile(d, w, dy, dy_stride, dx, dx_stride, index, 1);
}

// Some taps and outputs over `positions` x LANES rows of dy, outputs last.
INLINE void weight_gradient_tile(const lanes_dense *d, const float *const *x, int positions, const float *rows,
                                 int32_t k, const int taps, const int columns, float *dw) {
  vector sums[TAPS_TOGETHER][4];
  UNROLLED for (int r = 0; r < taps; r++)
    UNROLLED for (int c = 0; c < columns; c++) sums[r][c] = splat(0);
  for (int p = 0; p < positions; p++) {
    const float *inputs[TAPS_TOGETHER];
    UNROLLED for (int r = 0; r < taps; r++) inputs[r] = x[p] + d->taps[k + r];
    NOT_UNROLLED for (int lane = 0; lane < LANES; lane++, rows += OUTPUTS_OF_A_STRIP) {
      vector gradients[4];
      UNROLLED for (int c = 0; c < columns; c++) gradients[c] = load(rows + c * WIDTH);
      UNROLLED for (int r = 0; r < taps; r++) {
        const vector input = held(splat(inputs[r][lane]));
        UNROLLED for (int c = 0; c < columns; c++) sums[r][c] = fma_(gradients[c], input, sums[r][c]);
      }
    }
  }
  UNROLLED for (int r = 0; r < taps; r++)
    UNROLLED for (int c = 0; c < columns; c++) {
      float *to = dw + (ptrdiff_t)(k + r) * d->stride + c * WIDTH;
      store_loose(to, load_loose(to) + sums[r][c]);
    }
}

INLINE void weight_gradient_taps(const lanes_dense *d, const float *const *x, int positions, const float *rows,
                                 int32_t k, const int taps, int32_t outputs, float *dw) {
  int32_t o = 0;
  for (; o + COLUMNS_TOGETHER * WIDTH <= outputs; o += COLUMNS_TOGETHER * WIDTH)
    weight_gradient_tile(d, x, positions, rows + o, k, taps, COLUMNS_TOGETHER, dw + o);
#if WIDTH == 16
  if (outputs - o >= 2 * WIDTH) {
    weight_gradient_tile(d, x, positions, rows + o, k, taps, 2, dw + o);
    o += 2 * WIDTH;
  }
  if (outputs - o >= WIDTH) weight_gradient_tile(d, x, positions, rows + o, k, taps, 1, dw + o);
#endif
}

// The gradients of some outputs at one position become rows, one per lane.
INLINE void turn_gradients(const lanes_dense *d, const float *dy, int32_t outputs, float *rows) {
  for (int32_t o = 0; o < outputs; o += LANES) {
    sixteen columns[LANES];
    UNROLLED for (int i = 0; i < LANES; i++) {
      columns[i] = (sixteen)(0);
      if (o + i < outputs) columns[i] = *sixteen_of(dy + (ptrdiff_t)(o + i) * d->position_count * LANES);
    }
    transpose_floats(columns);
    UNROLLED for (int i = 0; i < LANES; i++) *sixteen_at(rows + i * OUTPUTS_OF_A_STRIP + o) = columns[i];
  }
}

static void dense_weight_gradient(const lanes_dense *d, const float *x, ptrdiff_t x_stride, const float *dy,
                                  ptrdiff_t dy_stride, int32_t blocks, int32_t first, int32_t end, float *dw) {
  float rows[LANES * LANES * OUTPUTS_OF_A_STRIP] __attribute__((aligned(64)));
  const int64_t count = (int64_t)blocks * d->position_count;
  for (int32_t strip = 0; strip < d->outputs; strip += OUTPUTS_OF_A_STRIP) {
    const int32_t left = d->outputs - strip, outputs = left < OUTPUTS_OF_A_STRIP ? left : OUTPUTS_OF_A_STRIP;
    const int32_t columns = (outputs + LANES - 1) / LANES * LANES;
    for (int64_t start = 0; start < count; start += LANES) {
      const int positions = count - start < LANES ? (int)(count - start) : LANES;
      const float *inputs[LANES];
      for (int p = 0; p < positions; p++) {
        inputs[p] = x + place_of(d, start + p, x_stride);
        turn_gradients(d, dy + output_place(d, start + p, dy_stride) + (ptrdiff_t)strip * d->position_count * LANES,
                       outputs, rows + p * LANES * OUTPUTS_OF_A_STRIP);
      }
      int32_t k = first;
      for (; k + TAPS_TOGETHER <= end; k += TAPS_TOGETHER)
        weight_gradient_taps(d, inputs, positions, rows, k, TAPS_TOGETHER, columns, dw + strip);
      for (; k < end; k++) weight_gradient_taps(d, inputs, positions, rows, k, 1, columns, dw + strip);
    }
  }
}
