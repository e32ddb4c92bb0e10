// Layers without masks, forward and backward: see lanes_dense.

enum { TERMS_AT_ONCE = 256, POSITIONS_TOGETHER = 48, OUTPUTS_OF_A_STRIP = 64, TAPS_TOGETHER = 6, POSITIONS_OF_A_TILE = 6 };

// Vectors of outputs whose gradients stay in registers together.
#if WIDTH == 16
enum { COLUMNS_TOGETHER = 4 };
#else
enum { COLUMNS_TOGETHER = 2 };
#endif

// A position, counted through all blocks. To count up is much faster than to divide.
typedef struct {
  ptrdiff_t block;
  int32_t position;
} spot;

INLINE void next_spot(const lanes_dense *d, spot *at) {
  if (++at->position < d->position_count) return;
  at->position = 0;
  at->block++;
}

// Where a position begins.
INLINE ptrdiff_t place_of(const lanes_dense *d, spot at, ptrdiff_t stride) {
  return at.block * stride + d->positions[at.position];
}
INLINE ptrdiff_t output_place(spot at, ptrdiff_t stride) { return at.block * stride + (ptrdiff_t)at.position * LANES; }

// Whether one tap after the other lies a multiple of a page behind: then they share a few sets of the first-level cache, and
// drive each other out for every output. So it is where windows have one element and planes are powers of two.
INLINE bool taps_collide(const lanes_dense *d) { return d->tap_count > 8 && (d->taps[1] - d->taps[0]) % 1024 == 0; }

// Asks for what is as far behind x as `positions` lie side by side: planes are too many for the processor to guess.
INLINE void fetch_behind(const float *x, const int positions) {
  __builtin_prefetch((const void *)((uintptr_t)x + (uintptr_t)positions * LANES * sizeof(float)));
}

// Some outputs at some positions, over the taps first..<end; added to what is there unless these are the first. The inputs are
// where the taps say, or packed: tap by tap, positions side by side.
INLINE void forward_tile(const lanes_dense *d, const float *w, const float *const *inputs, float *const *outputs,
                         const int positions, int32_t o, const int rows, int32_t first, int32_t end,
                         const bool is_packed) {
  for (int part = 0; part < PARTS; part += PARTS_AT_ONCE) {
    vector sums[8][POSITIONS_OF_A_TILE][PARTS_AT_ONCE];
    UNROLLED for (int r = 0; r < rows; r++)
      UNROLLED for (int p = 0; p < positions; p++)
        UNROLLED for (int q = 0; q < PARTS_AT_ONCE; q++) sums[r][p][q] = splat(0);
    NOT_UNROLLED for (int32_t k = first; k < end; k++) {
      const ptrdiff_t tap = (is_packed ? (k - first) * positions * LANES : d->taps[k]) + part * WIDTH;
      const float *weights = w + (ptrdiff_t)k * d->stride + o;
      vector factors[8];
      UNROLLED for (int r = 0; r < rows; r++) factors[r] = held(splat(weights[r]));
      UNROLLED for (int p = 0; p < positions; p++)
        UNROLLED for (int q = 0; q < PARTS_AT_ONCE; q++) {
          const vector value = held(load(inputs[p] + tap + q * WIDTH));
          UNROLLED for (int r = 0; r < rows; r++) sums[r][p][q] = fma_(value, factors[r], sums[r][p][q]);
        }
    }
    UNROLLED for (int r = 0; r < rows; r++) {
      if (o + r >= d->outputs) break;
      UNROLLED for (int p = 0; p < positions; p++)
        UNROLLED for (int q = 0; q < PARTS_AT_ONCE; q++) {
          float *to = outputs[p] + (ptrdiff_t)(o + r) * d->position_count * LANES + (part + q) * WIDTH;
          store(to, first == 0 ? sums[r][p][q] : load(to) + sums[r][p][q]);
        }
    }
  }
}

// All outputs at some positions.
INLINE void forward_positions(const lanes_dense *d, const float *w, const float *x, ptrdiff_t x_stride, float *y,
                              ptrdiff_t y_stride, spot *at, const int positions, int32_t first, int32_t end) {
  const float *inputs[POSITIONS_OF_A_TILE];
  float *outputs[POSITIONS_OF_A_TILE];
  UNROLLED for (int p = 0; p < positions; p++) {
    inputs[p] = x + place_of(d, *at, x_stride);
    outputs[p] = y + output_place(*at, y_stride);
    next_spot(d, at);
  }
  if (positions > 3) {
    forward_tile(d, w, inputs, outputs, positions, 0, 1, first, end, false);
    return;
  }
  if (!taps_collide(d) || d->outputs < 16) {
    for (int32_t o = 0; o < d->outputs; o += OUTPUTS_AT_ONCE)
      forward_tile(d, w, inputs, outputs, positions, o, OUTPUTS_AT_ONCE, first, end, false);
    return;
  }
  float packed[TERMS_AT_ONCE * POSITIONS_AT_ONCE * LANES] __attribute__((aligned(64)));
  const float *places[POSITIONS_OF_A_TILE];
  UNROLLED for (int p = 0; p < positions; p++) places[p] = packed + p * LANES;
  for (int32_t k = first; k < end; k++)
    UNROLLED for (int p = 0; p < positions; p++) {
      fetch_behind(inputs[p] + d->taps[k], positions);
      UNROLLED for (int lane = 0; lane < LANES; lane += WIDTH)
        store(packed + ((k - first) * positions + p) * LANES + lane, load(inputs[p] + d->taps[k] + lane));
    }
  for (int32_t o = 0; o < d->outputs; o += OUTPUTS_AT_ONCE)
    forward_tile(d, w, places, outputs, positions, o, OUTPUTS_AT_ONCE, first, end, true);
}

static void dense_forward(const lanes_dense *d, const float *w, const float *x, ptrdiff_t x_stride, int32_t blocks,
                          float *y, ptrdiff_t y_stride) {
  const int64_t count = (int64_t)blocks * d->position_count;
  spot begin = {0, 0};
  for (int64_t start = 0; start < count; start += POSITIONS_TOGETHER) {
    const int64_t stop = count - start < POSITIONS_TOGETHER ? count : start + POSITIONS_TOGETHER;
    spot at = begin;
    for (int32_t first = 0; first < d->tap_count; first += TERMS_AT_ONCE) {
      const int32_t end = d->tap_count - first < TERMS_AT_ONCE ? d->tap_count : first + TERMS_AT_ONCE;
      at = begin;
      int64_t left = stop - start;
      // Of a single output more positions fit into the registers.
      for (; d->outputs == 1 && left >= POSITIONS_OF_A_TILE; left -= POSITIONS_OF_A_TILE)
        forward_positions(d, w, x, x_stride, y, y_stride, &at, POSITIONS_OF_A_TILE, first, end);
      while (left > 0) {
        // Four that are left are two and two.
        const int some = left == 4 || left == 2 ? 2 : left == 1 ? 1 : 3;
        if (some == 3) forward_positions(d, w, x, x_stride, y, y_stride, &at, 3, first, end);
        if (some == 2) forward_positions(d, w, x, x_stride, y, y_stride, &at, 2, first, end);
        if (some == 1) forward_positions(d, w, x, x_stride, y, y_stride, &at, 1, first, end);
        left -= some;
      }
    }
    begin = at;
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
                                ptrdiff_t dx_stride, spot *at, const int positions) {
  float packed[TERMS_AT_ONCE * POSITIONS_AT_ONCE * LANES] __attribute__((aligned(64)));
  const float *from[POSITIONS_AT_ONCE];
  float *to[POSITIONS_AT_ONCE];
  UNROLLED for (int p = 0; p < positions; p++) {
    from[p] = dy + output_place(*at, dy_stride);
    to[p] = dx + place_of(d, *at, dx_stride);
    next_spot(d, at);
  }
  const bool collide = taps_collide(d);
  for (int32_t first = 0; first < d->outputs; first += TERMS_AT_ONCE) {
    const int32_t terms = d->outputs - first < TERMS_AT_ONCE ? d->outputs - first : TERMS_AT_ONCE;
    for (int32_t o = 0; o < terms; o++)
      UNROLLED for (int p = 0; p < positions; p++) {
        const float *gradients = from[p] + (ptrdiff_t)(first + o) * d->position_count * LANES;
        if (collide) fetch_behind(gradients, positions);
        UNROLLED for (int lane = 0; lane < LANES; lane += WIDTH)
          store(packed + (o * positions + p) * LANES + lane, load(gradients + lane));
      }
    int32_t k = 0;
    for (; k + OUTPUTS_AT_ONCE <= d->tap_count; k += OUTPUTS_AT_ONCE)
      input_gradient_taps(d, w + first, packed, to, positions, k, OUTPUTS_AT_ONCE, terms);
    for (; k < d->tap_count; k++) input_gradient_taps(d, w + first, packed, to, positions, k, 1, terms);
  }
}

// The same of a single output: nothing is summed up before it is added.
INLINE void input_gradient_single(const lanes_dense *d, const float *w, const float *dy, ptrdiff_t dy_stride,
                                  float *dx, ptrdiff_t dx_stride, spot *at, const int positions) {
  vector gradients[POSITIONS_AT_ONCE][PARTS];
  float *to[POSITIONS_AT_ONCE];
  UNROLLED for (int p = 0; p < positions; p++) {
    const float *from = dy + output_place(*at, dy_stride);
    UNROLLED for (int part = 0; part < PARTS; part++) gradients[p][part] = load(from + part * WIDTH);
    to[p] = dx + place_of(d, *at, dx_stride);
    next_spot(d, at);
  }
  NOT_UNROLLED for (int32_t k = 0; k < d->tap_count; k++) {
    const vector weight = held(splat(w[(ptrdiff_t)k * d->stride]));
    UNROLLED for (int p = 0; p < positions; p++)
      UNROLLED for (int part = 0; part < PARTS; part++) {
        float *place = to[p] + d->taps[k] + part * WIDTH;
        store(place, load(place) + gradients[p][part] * weight);
      }
  }
}

INLINE void input_gradient_positions(const lanes_dense *d, const float *w, const float *dy, ptrdiff_t dy_stride,
                                     float *dx, ptrdiff_t dx_stride, spot *at, const int positions) {
  if (d->outputs == 1)
    input_gradient_single(d, w, dy, dy_stride, dx, dx_stride, at, positions);
  else
    input_gradient_tile(d, w, dy, dy_stride, dx, dx_stride, at, positions);
}

static void dense_input_gradient(const lanes_dense *d, const float *w, const float *dy, ptrdiff_t dy_stride,
                                 int32_t blocks, float *dx, ptrdiff_t dx_stride) {
  int64_t left = (int64_t)blocks * d->position_count;
  spot at = {0, 0};
  // Of one position nobody else reads the same inputs, so that four that are left can be two and two.
  for (; left >= 3 && !(left == 4 && d->position_count == 1); left -= 3)
    input_gradient_positions(d, w, dy, dy_stride, dx, dx_stride, &at, 3);
  for (; left >= 2; left -= 2) input_gradient_positions(d, w, dy, dy_stride, dx, dx_stride, &at, 2);
  if (left == 1) input_gradient_positions(d, w, dy, dy_stride, dx, dx_stride, &at, 1);
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
  const ptrdiff_t step = (ptrdiff_t)d->position_count * LANES;
  const bool collide = taps_collide(d);
  for (int32_t o = 0; collide && o < outputs; o++) fetch_behind(dy + o * step, 1);
  for (int32_t o = 0; o < outputs; o += LANES) {
    if (outputs - o >= LANES)
      turn_lanes(dy + o * step, step, LANES, rows + o, OUTPUTS_OF_A_STRIP);
    else
      turn_lanes(dy + o * step, step, outputs - o, rows + o, OUTPUTS_OF_A_STRIP);
  }
}

static void dense_weight_gradient(const lanes_dense *d, const float *x, ptrdiff_t x_stride, const float *dy,
                                  ptrdiff_t dy_stride, int32_t blocks, int32_t first, int32_t end, float *dw) {
  float rows[LANES * LANES * OUTPUTS_OF_A_STRIP] __attribute__((aligned(64)));
  const int64_t count = (int64_t)blocks * d->position_count;
  for (int32_t strip = 0; strip < d->outputs; strip += OUTPUTS_OF_A_STRIP) {
    const int32_t left = d->outputs - strip, outputs = left < OUTPUTS_OF_A_STRIP ? left : OUTPUTS_OF_A_STRIP;
    const int32_t columns = (outputs + LANES - 1) / LANES * LANES;
    spot at = {0, 0};
    for (int64_t start = 0; start < count; start += LANES) {
      const int positions = count - start < LANES ? (int)(count - start) : LANES;
      const float *inputs[LANES];
      for (int p = 0; p < positions; p++, next_spot(d, &at)) {
        inputs[p] = x + place_of(d, at, x_stride);
        turn_gradients(d, dy + output_place(at, dy_stride) + (ptrdiff_t)strip * d->position_count * LANES, outputs,
                       rows + p * LANES * OUTPUTS_OF_A_STRIP);
      }
      int32_t k = first;
      for (; k + TAPS_TOGETHER <= end; k += TAPS_TOGETHER)
        weight_gradient_taps(d, inputs, positions, rows, k, TAPS_TOGETHER, columns, dw + strip);
      for (; k < end; k++) weight_gradient_taps(d, inputs, positions, rows, k, 1, columns, dw + strip);
    }
  }
}
