// 3x3 convolutions of stride 1: Winograd's F(4x4, 3x3), see lanes_winograd.
//
// Three tiles at a time: their inputs are transformed to v[36][channels][3], multiplied with the filters of sixteen
// outputs to m[16][3][36], and those transformed back. Both stay in the second-level cache.

enum { TILES_AT_ONCE = 3, OUTPUT_GROUPS_AT_ONCE = 2 };

// One row of B^T d.
INLINE void transform_input(const vector d[6], vector out[6]) {
  const vector a = fma_(splat(-4), d[2], d[4]), b = fma_(splat(-4), d[1], d[3]);
  const vector c = d[4] - d[2], e = splat(2) * (d[3] - d[1]);
  out[0] = fma_(splat(4), d[0], fma_(splat(-5), d[2], d[4]));
  out[1] = a + b;
  out[2] = a - b;
  out[3] = c + e;
  out[4] = c - e;
  out[5] = fma_(splat(4), d[1], fma_(splat(-5), d[3], d[5]));
}

// One row of A^T m.
INLINE void transform_output(const vector m[6], vector out[4]) {
  const vector s = m[1] + m[2], t = m[3] + m[4], d = m[1] - m[2], e = m[3] - m[4];
  out[0] = m[0] + (s + t);
  out[1] = fma_(splat(2), e, d);
  out[2] = fma_(splat(4), t, s);
  out[3] = fma_(splat(8), e, d + m[5]);
}

// B^T d B of 6 x 6 elements, to v[36] with a stride.
INLINE void transform_patch(const float *d, ptrdiff_t row_stride, float *v, ptrdiff_t v_stride) {
  for (int part = 0; part < PARTS; part++, d += WIDTH, v += WIDTH) {
    vector rows[6][6];
    UNROLLED for (int r = 0; r < 6; r++) {
      vector line[6];
      UNROLLED for (int c = 0; c < 6; c++) line[c] = load(d + r * row_stride + c * LANES);
      transform_input(line, rows[r]);
    }
    UNROLLED for (int c = 0; c < 6; c++) {
      const vector column[6] = {rows[0][c], rows[1][c], rows[2][c], rows[3][c], rows[4][c], rows[5][c]};
      vector out[6];
      transform_input(column, out);
      UNROLLED for (int r = 0; r < 6; r++) store(v + (r * 6 + c) * v_stride, out[r]);
    }
  }
}

// 6 x 6 elements of a plane, of which some lie outside and are zero.
static void copy_patch(const lanes_winograd *shape, const float *plane, int32_t top, int32_t left, float *patch) {
  for (int32_t row = top; row < top + 6; row++)
    for (int32_t column = left; column < left + 6; column++, patch += LANES) {
      const bool is_inside = row >= 0 && row < shape->height && column >= 0 && column < shape->width;
      const float *x = plane + ((ptrdiff_t)row * shape->width + column) * LANES;
      for (int part = 0; part < PARTS; part++)
        store(patch + part * WIDTH, is_inside ? load(x + part * WIDTH) : splat(0));
    }
}

// Where a tile comes from and goes to.
typedef struct {
  const float *x;
  float *y;
  int32_t row, column; // of its first output
} tile;

static void transform_tile(const lanes_winograd *shape, const tile *from, float *v) {
  const int32_t top = from->row - shape->top, left = from->column - shape->left;
  const bool is_inside = top >= 0 && left >= 0 && top + 6 <= shape->height && left + 6 <= shape->width;
  const ptrdiff_t plane = (ptrdiff_t)shape->height * shape->width * LANES;
  const ptrdiff_t v_stride = (ptrdiff_t)shape->channels * TILES_AT_ONCE * LANES;
  for (int32_t channel = 0; channel < shape->channels; channel++, v += TILES_AT_ONCE * LANES) {
    const float *x = from->x + channel * plane;
    if (is_inside) {
      transform_patch(x + ((ptrdiff_t)top * shape->width + left) * LANES, (ptrdiff_t)shape->width * LANES, v, v_stride);
    } else {
      _Alignas(64) float patch[36 * LANES];
      copy_patch(shape, x, top, left, patch);
      transform_patch(patch, 6 * LANES, v, v_stride);
    }
  }
}

// m[r][t][product] of eight outputs and three tiles, for one of the 36 products: sums over channels.
INLINE void multiply(const float *v, const float *filters, int32_t channels, float *m) {
  for (int part = 0; part < PARTS; part++) {
    for (int first = 0; first < 8; first += OUTPUTS_AT_ONCE) {
      vector sums[OUTPUTS_AT_ONCE][TILES_AT_ONCE];
      UNROLLED for (int r = 0; r < OUTPUTS_AT_ONCE; r++)
        UNROLLED for (int t = 0; t < TILES_AT_ONCE; t++) sums[r][t] = splat(0);
      const float *x = v + part * WIDTH, *weights = filters + first;
      NOT_UNROLLED for (int32_t c = 0; c < channels; c++, x += TILES_AT_ONCE * LANES, weights += 8) {
        vector inputs[TILES_AT_ONCE];
        UNROLLED for (int t = 0; t < TILES_AT_ONCE; t++) inputs[t] = load(x + t * LANES);
        UNROLLED for (int r = 0; r < OUTPUTS_AT_ONCE; r++) {
          const vector weight = held_splat(weights[r]);
          UNROLLED for (int t = 0; t < TILES_AT_ONCE; t++) sums[r][t] = fma_(inputs[t], weight, sums[r][t]);
        }
      }
      UNROLLED for (int r = 0; r < OUTPUTS_AT_ONCE; r++)
        UNROLLED for (int t = 0; t < TILES_AT_ONCE; t++)
          store(m + (((first + r) * TILES_AT_ONCE + t) * 36) * LANES + part * WIDTH, sums[r][t]);
    }
  }
}

// A^T m A, finished: 4 x 4 outputs.
INLINE void transform_back(const float *m, const lanes_epilogue *epilogue, int32_t output, vector out[4][4]) {
  vector columns[6][4];
  UNROLLED for (int c = 0; c < 6; c++) {
    vector column[6];
    UNROLLED for (int r = 0; r < 6; r++) column[r] = load(m + (r * 6 + c) * LANES);
    transform_output(column, columns[c]);
  }
  UNROLLED for (int r = 0; r < 4; r++) {
    const vector row[6] = {columns[0][r], columns[1][r], columns[2][r], columns[3][r], columns[4][r], columns[5][r]};
    transform_output(row, out[r]);
    UNROLLED for (int c = 0; c < 4; c++) out[r][c] = finish(out[r][c], epilogue, output);
  }
}

static void store_outputs(const lanes_winograd *shape, const float *m, const tile *to, int32_t output,
                          const lanes_epilogue *epilogue) {
  const ptrdiff_t width = shape->output_width;
  const int32_t below = shape->output_height - to->row, right = shape->output_width - to->column;
  float *y = to->y + (((ptrdiff_t)output * shape->output_height + to->row) * width + to->column) * LANES;
  for (int part = 0; part < PARTS; part++, m += WIDTH, y += WIDTH) {
    vector out[4][4];
    transform_back(m, epilogue, output, out);
    UNROLLED for (int r = 0; r < 4; r++)
      UNROLLED for (int c = 0; c < 4; c++)
        if (r < below && c < right) store(y + (r * width + c) * LANES, out[r][c]);
  }
}

static void store_pooled(const lanes_winograd *shape, const float *m, const tile *to, int32_t output,
                         const lanes_epilogue *epilogue) {
  const ptrdiff_t height = shape->output_height / 2, width = shape->output_width / 2;
  const int32_t below = shape->output_height - to->row, right = shape->output_width - to->column;
  float *y = to->y + ((output * height + to->row / 2) * width + to->column / 2) * LANES;
  for (int part = 0; part < PARTS; part++, m += WIDTH, y += WIDTH) {
    vector out[4][4];
    transform_back(m, epilogue, output, out);
    UNROLLED for (int r = 0; r < 4; r += 2)
      UNROLLED for (int c = 0; c < 4; c += 2)
        if (r + 1 < below && c + 1 < right)
          store(y + (r / 2 * width + c / 2) * LANES,
                larger(larger(out[r][c], out[r][c + 1]), larger(out[r + 1][c], out[r + 1][c + 1])));
  }
}

// All outputs of `count` transformed tiles.
static void finish_tiles(const lanes_winograd *shape, const tile *tiles, int count, const float *v, float *m,
                         const lanes_epilogue *epilogue) {
  const ptrdiff_t group_size = (ptrdiff_t)36 * shape->channels * 8;
  const ptrdiff_t m_size = 8 * TILES_AT_ONCE * 36 * LANES;
  const int32_t groups = (shape->outputs + 7) / 8;
  for (int32_t first = 0; first < groups; first += OUTPUT_GROUPS_AT_ONCE) {
    const int32_t end = groups - first < OUTPUT_GROUPS_AT_ONCE ? groups : first + OUTPUT_GROUPS_AT_ONCE;
    for (int product = 0; product < 36; product++)
      for (int32_t group = first; group < end; group++)
        multiply(v + (ptrdiff_t)product * shape->channels * TILES_AT_ONCE * LANES,
                 shape->filters + group * group_size + (ptrdiff_t)product * shape->channels * 8, shape->channels,
                 m + (group - first) * m_size + product * LANES);
    for (int32_t output = first * 8; output < end * 8 && output < shape->outputs; output++)
      for (int t = 0; t < count; t++) {
        const float *sums = m + (((ptrdiff_t)output - first * 8) * TILES_AT_ONCE + t) * 36 * LANES;
        if (shape->pools)
          store_pooled(shape, sums, &tiles[t], output, epilogue);
        else
          store_outputs(shape, sums, &tiles[t], output, epilogue);
      }
  }
}

static void winograd(const lanes_winograd *shape, const float *x, ptrdiff_t x_stride, int32_t blocks,
                     const lanes_epilogue *epilogue, float *y, ptrdiff_t y_stride, float *scratch) {
  const int32_t rows = (shape->output_height + 3) / 4, columns = (shape->output_width + 3) / 4;
  const int64_t per_block = (int64_t)rows * columns, total = per_block * blocks;
  float *v = scratch + OUTPUT_GROUPS_AT_ONCE * 8 * TILES_AT_ONCE * 36 * LANES;
  for (int64_t first = 0; first < total; first += TILES_AT_ONCE) {
    tile tiles[TILES_AT_ONCE];
    const int count = total - first < TILES_AT_ONCE ? (int)(total - first) : TILES_AT_ONCE;
    for (int t = 0; t < count; t++) {
      const int64_t block = (first + t) / per_block, index = (first + t) % per_block;
      tiles[t] = (tile){x + block * x_stride, y + block * y_stride, (int32_t)(index / columns) * 4,
                        (int32_t)(index % columns) * 4};
      transform_tile(shape, &tiles[t], v + t * LANES);
    }
    finish_tiles(shape, tiles, count, v, scratch, epilogue);
  }
}
