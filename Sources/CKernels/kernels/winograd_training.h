// Winograd's F(4x4, 3x3) while filters change: their transforms, and their gradients; see lanes_winograd_gradient.

typedef double eight __attribute__((ext_vector_type(8)));
typedef float eight_floats __attribute__((ext_vector_type(8)));
typedef float eight_loose __attribute__((ext_vector_type(8), aligned(4)));

// G, applied to one column or row of three numbers: the same operations as in lanes_winograd_filters.
INLINE void transform_taps(const eight g[3], eight result[6]) {
  const eight zero = (eight)(0);
  result[0] = (zero + g[0]) / (eight)(4);
  result[1] = (g[0] + g[1] + g[2]) / (eight)(-6);
  result[2] = (g[0] - g[1] + g[2]) / (eight)(-6);
  result[3] = (g[0] + g[1] * (eight)(2) + g[2] * (eight)(4)) / (eight)(24);
  result[4] = (g[0] - g[1] * (eight)(2) + g[2] * (eight)(4)) / (eight)(24);
  result[5] = g[2];
}

// G g G^T of eight outputs' filters, whose taps are `stride` floats apart; `turned` ones by half a turn.
INLINE void transform_eight(const float *g, ptrdiff_t stride, const bool turned, eight_floats products[36]) {
  eight columns[3][6];
  UNROLLED for (int x = 0; x < 3; x++) {
    eight column[3];
    UNROLLED for (int y = 0; y < 3; y++) {
      const int tap = turned ? 8 - (y * 3 + x) : y * 3 + x;
      column[y] = __builtin_convertvector(*(const eight_floats *)(g + tap * stride), eight);
    }
    transform_taps(column, columns[x]);
  }
  UNROLLED for (int y = 0; y < 6; y++) {
    const eight row[3] = {columns[0][y], columns[1][y], columns[2][y]};
    eight out[6];
    transform_taps(row, out);
    UNROLLED for (int x = 0; x < 6; x++) products[y * 6 + x] = __builtin_convertvector(out[x], eight_floats);
  }
}

static void filters_forward(const float *w, ptrdiff_t stride, int32_t channels, int32_t outputs, float *filters) {
  for (int32_t first = 0; first < outputs; first += 8)
    for (int32_t channel = 0; channel < channels; channel++) {
      eight_floats products[36];
      transform_eight(w + channel * 9 * stride + first, stride, false, products);
      float *to = filters + ((ptrdiff_t)first * 36 / 8 * channels + channel) * 8;
      for (int product = 0; product < 36; product++)
        *(eight_floats *)(to + (ptrdiff_t)product * channels * 8) = products[product];
    }
}

static void filters_backward(const float *w, ptrdiff_t stride, int32_t channels, int32_t outputs, float *filters) {
  float square[36][8][8] __attribute__((aligned(64)));
  for (int32_t channel = 0; channel < channels; channel += 8)
    for (int32_t first = 0; first < outputs; first += 8) {
      for (int i = 0; i < 8; i++) {
        eight_floats products[36];
        const bool exists = channel + i < channels;
        if (exists) transform_eight(w + (channel + i) * 9 * stride + first, stride, true, products);
        for (int product = 0; product < 36; product++)
          *(eight_floats *)square[product][i] = exists ? products[product] : (eight_floats)(0);
      }
      const int32_t count = outputs - first < 8 ? outputs - first : 8;
      for (int product = 0; product < 36; product++) {
        float *to = filters + (((ptrdiff_t)channel / 8 * 36 + product) * outputs + first) * 8;
        for (int output = 0; output < count; output++)
          for (int i = 0; i < 8; i++) to[output * 8 + i] = square[product][i][output];
      }
    }
}

static void winograd_trained_filters(const float *w, int32_t stride, int32_t channels, int32_t outputs,
                                     int32_t backward, float *filters) {
  if (backward)
    filters_backward(w, stride, channels, outputs, filters);
  else
    filters_forward(w, stride, channels, outputs, filters);
}

// --- gradients of filters ---------------------------------------------------------------------------------------------

// A, applied to four numbers.
INLINE void transform_gradient(const vector y[4], vector out[6]) {
  const vector even = y[0] + y[2], odd = y[1] + y[3];
  const vector far_even = fma_(splat(4), y[2], y[0]), far_odd = fma_(splat(8), y[3], splat(2) * y[1]);
  out[0] = y[0];
  out[1] = even + odd;
  out[2] = even - odd;
  out[3] = far_even + far_odd;
  out[4] = far_even - far_odd;
  out[5] = y[3];
}

enum { LANES_OF_TILES = TILES_AT_ONCE * LANES };

// From one product's gradients to those of the next, with a line in between as in product_stride.
INLINE ptrdiff_t gradient_stride(int32_t stride) { return (ptrdiff_t)LANES_OF_TILES * stride + LANES; }
INLINE ptrdiff_t filter_stride(int32_t channels, int32_t stride) { return (ptrdiff_t)channels * stride + LANES; }

// A dy A^T of one tile, to d[36][tile][lane][output].
static void transform_gradient_tile(const lanes_winograd *shape, const float *dy, int32_t row, int32_t column,
                                    int32_t stride, float *d) {
  float turned[16][LANES][LANES] __attribute__((aligned(64)));
  const ptrdiff_t plane = (ptrdiff_t)shape->output_height * shape->output_width * LANES;
  const ptrdiff_t product = gradient_stride(stride);
  const int32_t below = shape->output_height - row, right = shape->output_width - column;
  const bool is_far = is_far_away(shape, shape->outputs * plane);
  for (int32_t first = 0; first < shape->outputs; first += LANES) {
    const int32_t left = shape->outputs - first, count = left < LANES ? left : LANES;
    const float *corner = dy + first * plane + ((ptrdiff_t)row * shape->output_width + column) * LANES;
    for (int32_t o = 0; is_far && o < count; o++)
      fetch_soon(corner, o * plane + 4 * LANES, (ptrdiff_t)shape->output_width * LANES, 4, 0);
    for (int place = 0; place < 16; place++) {
      const int32_t r = place / 4, c = place % 4;
      const float *from = corner + ((ptrdiff_t)r * shape->output_width + c) * LANES;
      const int32_t there = r < below && c < right ? count : 0;
      if (there == LANES)
        turn_lanes(from, plane, LANES, turned[place][0], LANES);
      else
        turn_lanes(from, plane, there, turned[place][0], LANES);
    }
    for (int lane = 0; lane < LANES; lane++)
      for (int part = 0; part < PARTS; part++) {
        float *to = d + (ptrdiff_t)lane * stride + first + part * WIDTH;
        vector columns[4][6];
        UNROLLED for (int c = 0; c < 4; c++) {
          vector y[4];
          UNROLLED for (int r = 0; r < 4; r++) y[r] = load(&turned[r * 4 + c][lane][part * WIDTH]);
          transform_gradient(y, columns[c]);
        }
        UNROLLED for (int r = 0; r < 6; r++) {
          const vector line[4] = {columns[0][r], columns[1][r], columns[2][r], columns[3][r]};
          vector out[6];
          transform_gradient(line, out);
          UNROLLED for (int c = 0; c < 6; c++) store(to + (r * 6 + c) * product, out[c]);
        }
      }
  }
}

// m[channel][output] += the sums over `steps` lanes of v[channel][lane] * d[lane][output].
INLINE void multiply_gradients(const float *v, const float *d, int32_t stride, int steps, const int channels,
                               const int columns, float *m) {
  vector sums[6][4];
  UNROLLED for (int r = 0; r < channels; r++)
    UNROLLED for (int c = 0; c < columns; c++) sums[r][c] = splat(0);
  NOT_UNROLLED for (int step = 0; step < steps; step++, v++, d += stride) {
    vector gradients[4];
    UNROLLED for (int c = 0; c < columns; c++) gradients[c] = load(d + c * WIDTH);
    UNROLLED for (int r = 0; r < channels; r++) {
      const vector input = held(splat(v[r * LANES_OF_TILES]));
      UNROLLED for (int c = 0; c < columns; c++) sums[r][c] = fma_(gradients[c], input, sums[r][c]);
    }
  }
  UNROLLED for (int r = 0; r < channels; r++)
    UNROLLED for (int c = 0; c < columns; c++) {
      float *to = m + (ptrdiff_t)r * stride + c * WIDTH;
      store(to, load(to) + sums[r][c]);
    }
}

INLINE void multiply_gradient_columns(const float *v, const float *d, int32_t stride, int steps, int channels,
                                      const int columns, float *m) {
  switch (channels) {
  case 6: multiply_gradients(v, d, stride, steps, 6, columns, m); break;
  case 5: multiply_gradients(v, d, stride, steps, 5, columns, m); break;
  case 4: multiply_gradients(v, d, stride, steps, 4, columns, m); break;
  case 3: multiply_gradients(v, d, stride, steps, 3, columns, m); break;
  case 2: multiply_gradients(v, d, stride, steps, 2, columns, m); break;
  default: multiply_gradients(v, d, stride, steps, 1, columns, m);
  }
}

// All sums of one product.
static void multiply_gradient_product(const float *v, const float *d, int32_t stride, int steps, int32_t channels,
                                      float *m) {
  for (int32_t channel = 0; channel < channels;) {
    // Shares that differ by one at most: a small rest would leave the processor waiting for its sums.
    const int32_t rest = channels - channel, shares = (rest + 5) / 6, some = (rest + shares - 1) / shares;
    const float *x = v + (ptrdiff_t)channel * LANES_OF_TILES;
    float *to = m + (ptrdiff_t)channel * stride;
    int32_t o = 0;
    for (; o + COLUMNS_TOGETHER * WIDTH <= stride; o += COLUMNS_TOGETHER * WIDTH)
      multiply_gradient_columns(x, d + o, stride, steps, some, COLUMNS_TOGETHER, to + o);
#if WIDTH == 16
    for (; o < stride; o += WIDTH) multiply_gradient_columns(x, d + o, stride, steps, some, 1, to + o);
#endif
    channel += some;
  }
}

// G^T, applied to six sums.
INLINE void transform_sums(const vector m[6], vector out[3]) {
  const vector near = (m[1] + m[2]) * splat(-1.0f / 6), far = (m[3] + m[4]) * splat(1.0f / 24);
  out[0] = fma_(splat(0.25f), m[0], near + far);
  out[1] = fma_(splat(1.0f / 12), m[3] - m[4], (m[2] - m[1]) * splat(1.0f / 6));
  out[2] = fma_(splat(4), far, near + m[5]);
}

static void add_filter_gradients(const float *m, int32_t channels, int32_t stride, float *dw) {
  const ptrdiff_t product = filter_stride(channels, stride);
  for (int32_t channel = 0; channel < channels; channel++)
    for (int32_t o = 0; o < stride; o += WIDTH) {
      const float *from = m + (ptrdiff_t)channel * stride + o;
      vector columns[6][3];
      UNROLLED for (int c = 0; c < 6; c++) {
        vector sums[6];
        UNROLLED for (int r = 0; r < 6; r++) sums[r] = load(from + (r * 6 + c) * product);
        transform_sums(sums, columns[c]);
      }
      UNROLLED for (int r = 0; r < 3; r++) {
        const vector line[6] = {columns[0][r], columns[1][r], columns[2][r],
                                columns[3][r], columns[4][r], columns[5][r]};
        vector out[3];
        transform_sums(line, out);
        UNROLLED for (int c = 0; c < 3; c++) {
          float *to = dw + ((ptrdiff_t)channel * 9 + r * 3 + c) * stride + o;
          store(to, load(to) + out[c]);
        }
      }
    }
}

static void winograd_gradient(const lanes_winograd *whole, const float *x, ptrdiff_t x_stride, const float *dy,
                              ptrdiff_t dy_stride, int32_t blocks, int32_t first, int32_t end, int32_t stride,
                              float *dw, float *scratch) {
  lanes_winograd shape = *whole;
  shape.channels = end - first;
  float *v = scratch, *d = v + 36 * product_stride(&shape), *m = d + 36 * gradient_stride(stride);
  for (ptrdiff_t at = 0; at < 36 * filter_stride(shape.channels, stride); at += WIDTH) store(m + at, splat(0));
  const int32_t columns = tile_columns(&shape), places = tile_rows(&shape) * columns;
  const ptrdiff_t plane = (ptrdiff_t)shape.height * shape.width * LANES;
  int count = 0;
  for (int32_t block = 0; block < blocks; block++)
    for (int32_t place = 0; place < places; place++) {
      const tile from = {x + block * x_stride + first * plane, NULL, NULL, place / columns * 4, place % columns * 4};
      transform_tile(&shape, &from, v + count * LANES);
      transform_gradient_tile(&shape, dy + block * dy_stride, from.row, from.column, stride,
                              d + (ptrdiff_t)count * LANES * stride);
      const bool is_last = block + 1 == blocks && place + 1 == places;
      if (++count < TILES_AT_ONCE && !is_last) continue;
      for (int product = 0; product < 36; product++)
        multiply_gradient_product(v + product * product_stride(&shape), d + product * gradient_stride(stride), stride,
                                  count * LANES, shape.channels, m + product * filter_stride(shape.channels, stride));
      count = 0;
    }
  add_filter_gradients(m, shape.channels, stride, dw + (ptrdiff_t)first * 9 * stride);
}
