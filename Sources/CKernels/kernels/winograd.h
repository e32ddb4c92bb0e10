// 3x3 and 5x5 convolutions of stride 1: Winograd's F(4x4, 3x3) and F(2x2, 5x5), see lanes_winograd.
//
// Three tiles at a time: their inputs are transformed to v[36][channels][3], multiplied with the filters of sixteen
// outputs to m[16][3][36], and those transformed back. Both stay in the second-level cache. The two algorithms evaluate
// polynomials at the same six points and differ only in the sizes of filters and outputs.

enum { TILES_AT_ONCE = 3, OUTPUT_GROUPS_AT_ONCE = 2, CHANNELS_AT_ONCE = 64 };

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

// One row of A^T m, for `size` outputs: 4 or 2.
INLINE void transform_output(const vector m[6], const int size, vector out[4]) {
  const vector s = m[1] + m[2], t = m[3] + m[4], d = m[1] - m[2], e = m[3] - m[4];
  out[0] = m[0] + (s + t);
  if (size == 2) {
    out[1] = fma_(splat(2), e, d + m[5]);
    return;
  }
  out[1] = fma_(splat(2), e, d);
  out[2] = fma_(splat(4), t, s);
  out[3] = fma_(splat(8), e, d + m[5]);
}

// What happens to the elements of one channel before they are transformed; see lanes_winograd.
typedef struct {
  vector scale, bias;
  lanes_activation activation;
} before_channel;
enum { BEFORE_NOTHING = -1 };

INLINE vector load_before(const float *x, const int activation, const before_channel *before) {
  if (activation == BEFORE_NOTHING) return load(x);
  return activate(fma_(load(x), before->scale, before->bias), activation, &before->activation);
}

// Where 6 x 6 elements come from, in floats from a channel's first; those outside of an activation are zero, whatever happens
// before: what is read in their place is masked. Without branches, which a processor would guess wrong at every edge.
typedef struct {
  bool is_whole;
  int32_t places[36];
  int32_t masks[36];
  int32_t next; // where the next tile's patch goes on
} patch;

static void find_patch(const lanes_winograd *shape, int32_t top, int32_t left, patch *at) {
  at->is_whole = top >= 0 && left >= 0 && top + 6 <= shape->height && left + 6 <= shape->width;
  for (int place = 0; place < 36; place++) {
    const int32_t row = top + place / 6, column = left + place % 6;
    const bool is_inside = row >= 0 && row < shape->height && column >= 0 && column < shape->width;
    at->places[place] = is_inside ? (row * shape->width + column) * LANES : 0;
    at->masks[place] = is_inside ? -1 : 0;
  }
  at->next = ((top < 0 ? 0 : top) * shape->width + left + 6) * LANES;
}

// Whether activations of so many floats lie beyond the second-level cache, and are read in pieces too short for the processor
// to guess the next ones.
INLINE bool is_far_away(const lanes_winograd *shape, ptrdiff_t floats) {
  return shape->fetches_ahead && floats > 1 << 16;
}

// Asks for some rows of four elements from an offset on, which need not exist.
INLINE void fetch_soon(const float *x, ptrdiff_t offset, ptrdiff_t row_stride, const int rows, const int writes) {
  UNROLLED for (int r = 0; r < rows; r++)
    UNROLLED for (int c = 0; c < 4; c++) {
      const uintptr_t at = (uintptr_t)x + (uintptr_t)(offset + r * row_stride + c * LANES) * sizeof(float);
      if (writes)
        __builtin_prefetch((const void *)at, 1);
      else
        __builtin_prefetch((const void *)at, 0);
    }
}

typedef int32_t patch_mask __attribute__((ext_vector_type(WIDTH)));
INLINE vector masked(vector x, int32_t mask) { return (vector)((patch_mask)x & (patch_mask)(mask)); }

// B^T d B of 6 x 6 elements of a channel, to v[36] with a stride; d is the first of the elements, x of the channel.
INLINE void transform_patch(const float *d, const float *x, ptrdiff_t row_stride, const bool is_whole, const patch *at,
                            const int activation, const before_channel *before, float *v, ptrdiff_t v_stride) {
  for (int part = 0; part < PARTS; part++, d += WIDTH, x += WIDTH, v += WIDTH) {
    vector rows[6][6];
    UNROLLED for (int r = 0; r < 6; r++) {
      vector line[6];
      UNROLLED for (int c = 0; c < 6; c++)
        line[c] = is_whole ? load_before(d + r * row_stride + c * LANES, activation, before)
                           : masked(load_before(x + at->places[r * 6 + c], activation, before), at->masks[r * 6 + c]);
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

INLINE void transform_inside(const float *x, ptrdiff_t row_stride, const patch *at, const int activation,
                             const before_channel *before, float *v, ptrdiff_t v_stride) {
  if (at->is_whole)
    transform_patch(x + at->places[0], x, row_stride, true, at, activation, before, v, v_stride);
  else
    transform_patch(x, x, row_stride, false, at, activation, before, v, v_stride);
}

// The outputs of a tile in a row or column, before pooling.
INLINE int32_t tile_size(const lanes_winograd *shape) { return 7 - shape->kernel; }

// Where a tile comes from and goes to.
typedef struct {
  const float *x;
  float *y;
  const float *addend; // see lanes_epilogue
  int32_t row, column; // of its first output
} tile;

// From one product's inputs to those of the next. The line in between spreads them over the sets of the cache.
INLINE ptrdiff_t product_stride(const lanes_winograd *shape) {
  return ((ptrdiff_t)shape->channels * TILES_AT_ONCE + 1) * LANES;
}

static void transform_tile(const lanes_winograd *shape, const tile *from, float *v) {
  const int32_t top = from->row - shape->top, left = from->column - shape->left;
  patch at;
  find_patch(shape, top, left, &at);
  const ptrdiff_t row = (ptrdiff_t)shape->width * LANES, plane = shape->height * row, v_stride = product_stride(shape);
  const float *x = from->x;
  before_channel before = {splat(1), splat(0), {0}};
  const bool is_far = is_far_away(shape, shape->channels * plane);
  for (int32_t channel = 0; channel < shape->channels; channel++, x += plane, v += TILES_AT_ONCE * LANES) {
    if (is_far) fetch_soon(x, at.next, row, 6, 0);
    if (!shape->before) {
      transform_inside(x, row, &at, BEFORE_NOTHING, &before, v, v_stride);
      continue;
    }
    before = (before_channel){splat(shape->before->scale[channel]), splat(shape->before->bias[channel]),
                              shape->before->activation};
    switch (before.activation.kind) {
    case ACTIVATION_RELU: transform_inside(x, row, &at, ACTIVATION_RELU, &before, v, v_stride); break;
    case ACTIVATION_LEAKY: transform_inside(x, row, &at, ACTIVATION_LEAKY, &before, v, v_stride); break;
    case ACTIVATION_CLIP: transform_inside(x, row, &at, ACTIVATION_CLIP, &before, v, v_stride); break;
    case ACTIVATION_HARD_SWISH: transform_inside(x, row, &at, ACTIVATION_HARD_SWISH, &before, v, v_stride); break;
    default: transform_inside(x, row, &at, ACTIVATION_NONE, &before, v, v_stride);
    }
  }
}

// Where the sum of output r, input i of add_products is in m[8][3][36].
INLINE float *product_sum(float *m, int r, int i, int part) {
  return m + (r * TILES_AT_ONCE + i / PARTS_AT_ONCE) * 36 * LANES + (part + i % PARTS_AT_ONCE) * WIDTH;
}

// m[r][t][product] of eight outputs and some tiles, for one of the 36 products: sums over some channels, which start at
// zero or go on where the channels before them ended.
INLINE void multiply(const float *v, const float *filters, int32_t channels, const int tiles, bool goes_on, float *m) {
  for (int part = 0; part < PARTS; part += PARTS_AT_ONCE) {
    for (int first = 0; first < 8; first += OUTPUTS_AT_ONCE) {
      vector sums[8][8];
      UNROLLED for (int r = 0; r < OUTPUTS_AT_ONCE; r++)
        UNROLLED for (int i = 0; i < tiles * PARTS_AT_ONCE; i++)
          sums[r][i] = goes_on ? load(product_sum(m, first + r, i, part)) : splat(0);
      const float *x = v + part * WIDTH, *weights = filters + first;
      NOT_UNROLLED for (int32_t c = 0; c < channels; c++, x += TILES_AT_ONCE * LANES, weights += 8) {
        const float *inputs[TILES_AT_ONCE];
        UNROLLED for (int t = 0; t < tiles; t++) inputs[t] = x + t * LANES;
        add_products(inputs, 0, tiles, PARTS_AT_ONCE, weights, OUTPUTS_AT_ONCE, sums);
      }
      UNROLLED for (int r = 0; r < OUTPUTS_AT_ONCE; r++)
        UNROLLED for (int i = 0; i < tiles * PARTS_AT_ONCE; i++)
          store(product_sum(m, first + r, i, part), sums[r][i]);
    }
  }
}

// One of the 36 products for some groups of eight outputs. The inputs of CHANNELS_AT_ONCE channels stay in the
// first-level cache for all of these.
INLINE void multiply_groups(const lanes_winograd *shape, int product, int32_t first, int32_t end, const int tiles,
                            const float *v, float *m) {
  const ptrdiff_t channels = shape->channels;
  v += product * product_stride(shape);
  for (int32_t channel = 0; channel < channels; channel += CHANNELS_AT_ONCE) {
    const int32_t rest = shape->channels - channel;
    for (int32_t group = first; group < end; group++)
      multiply(v + (ptrdiff_t)channel * TILES_AT_ONCE * LANES,
               shape->filters + ((group * 36 + product) * channels + channel) * 8,
               rest < CHANNELS_AT_ONCE ? rest : CHANNELS_AT_ONCE, tiles, channel > 0,
               m + (ptrdiff_t)(group - first) * 8 * TILES_AT_ONCE * 36 * LANES + product * LANES);
  }
}

static void multiply_all(const lanes_winograd *shape, int32_t first, int32_t end, int tiles, const float *v, float *m) {
  for (int product = 0; product < 36; product++) {
    if (tiles == 3)
      multiply_groups(shape, product, first, end, 3, v, m);
    else if (tiles == 2)
      multiply_groups(shape, product, first, end, 2, v, m);
    else
      multiply_groups(shape, product, first, end, 1, v, m);
  }
}

// A^T m A: size x size sums.
INLINE void transform_back(const float *m, const int size, vector out[4][4]) {
  vector columns[6][4];
  UNROLLED for (int c = 0; c < 6; c++) {
    vector column[6];
    UNROLLED for (int r = 0; r < 6; r++) column[r] = load(m + (r * 6 + c) * LANES);
    transform_output(column, size, columns[c]);
  }
  UNROLLED for (int r = 0; r < size; r++) {
    const vector row[6] = {columns[0][r], columns[1][r], columns[2][r], columns[3][r], columns[4][r], columns[5][r]};
    transform_output(row, size, out[r]);
  }
}

// The outputs that a tile has, finished; constants make code of its own for what is common.
INLINE void store_sums(const vector out[4][4], const int size, const bool is_whole, int32_t below, int32_t right,
                       ptrdiff_t row_stride, const lanes_epilogue *epilogue, const int32_t kind, int32_t output,
                       const float *addend, float *y) {
  const vector scale = splat(epilogue->scale[output]), bias = splat(epilogue->bias[output]);
  UNROLLED for (int r = 0; r < size; r++)
    UNROLLED for (int c = 0; c < size; c++)
      if (is_whole || (r < below && c < right)) {
        vector result = fma_(out[r][c], scale, bias);
        if (addend) result += load(addend + r * row_stride + c * LANES);
        store(y + r * row_stride + c * LANES, activate(result, kind, &epilogue->activation));
      }
}

INLINE void store_whole(const vector out[4][4], const int size, ptrdiff_t row_stride, const lanes_epilogue *epilogue,
                        const int32_t kind, int32_t output, const float *addend, float *y) {
  if (addend)
    store_sums(out, size, true, size, size, row_stride, epilogue, kind, output, addend, y);
  else
    store_sums(out, size, true, size, size, row_stride, epilogue, kind, output, NULL, y);
}

INLINE void store_outputs(const lanes_winograd *shape, const float *m, const int size, const tile *to, int32_t output,
                          const lanes_epilogue *epilogue) {
  const ptrdiff_t row_stride = (ptrdiff_t)shape->output_width * LANES;
  const int32_t below = shape->output_height - to->row, right = shape->output_width - to->column;
  const ptrdiff_t start = ((ptrdiff_t)output * shape->output_height + to->row) * row_stride + to->column * LANES;
  const int32_t kind = epilogue->activation.kind;
  const ptrdiff_t plane = shape->output_height * row_stride;
  if (is_far_away(shape, shape->outputs * plane)) fetch_soon(to->y, start + plane, row_stride, size, 1);
  for (int part = 0; part < PARTS; part++, m += WIDTH) {
    const ptrdiff_t at = start + part * WIDTH;
    const float *addend = to->addend ? to->addend + at : NULL;
    vector out[4][4];
    transform_back(m, size, out);
    if (below < size || right < size)
      store_sums(out, size, false, below, right, row_stride, epilogue, kind, output, addend, to->y + at);
    else if (kind == ACTIVATION_NONE)
      store_whole(out, size, row_stride, epilogue, ACTIVATION_NONE, output, addend, to->y + at);
    else if (kind == ACTIVATION_RELU)
      store_whole(out, size, row_stride, epilogue, ACTIVATION_RELU, output, addend, to->y + at);
    else
      store_whole(out, size, row_stride, epilogue, kind, output, addend, to->y + at);
  }
}

// What the largest of four sums becomes. Finishing rises or falls with the sum, so only one of the four is finished.
INLINE vector finish_largest(vector a, vector b, vector c, vector d, const lanes_epilogue *epilogue, int32_t o) {
  const vector lowest = smaller(smaller(a, b), smaller(c, d)), highest = larger(larger(a, b), larger(c, d));
  return finish(epilogue->scale[o] < 0 ? lowest : highest, epilogue, o);
}

INLINE void store_pooled(const lanes_winograd *shape, const float *m, const int size, const tile *to, int32_t output,
                         const lanes_epilogue *epilogue) {
  const ptrdiff_t height = shape->output_height / 2, width = shape->output_width / 2;
  const int32_t below = shape->output_height - to->row, right = shape->output_width - to->column;
  float *y = to->y + ((output * height + to->row / 2) * width + to->column / 2) * LANES;
  for (int part = 0; part < PARTS; part++, m += WIDTH, y += WIDTH) {
    vector out[4][4];
    transform_back(m, size, out);
    UNROLLED for (int r = 0; r < size; r += 2)
      UNROLLED for (int c = 0; c < size; c += 2)
        if (r + 1 < below && c + 1 < right)
          store(y + (r / 2 * width + c / 2) * LANES,
                finish_largest(out[r][c], out[r][c + 1], out[r + 1][c], out[r + 1][c + 1], epilogue, output));
  }
}

static void store_tile(const lanes_winograd *shape, const float *m, const tile *to, int32_t output,
                       const lanes_epilogue *epilogue) {
  if (shape->kernel == 3 && shape->pools)
    store_pooled(shape, m, 4, to, output, epilogue);
  else if (shape->kernel == 3)
    store_outputs(shape, m, 4, to, output, epilogue);
  else if (shape->pools)
    store_pooled(shape, m, 2, to, output, epilogue);
  else
    store_outputs(shape, m, 2, to, output, epilogue);
}

// All outputs of `count` transformed tiles.
static void finish_tiles(const lanes_winograd *shape, const tile *tiles, int count, const float *v, float *m,
                         const lanes_epilogue *epilogue) {
  const int32_t groups = (shape->outputs + 7) / 8;
  for (int32_t first = 0; first < groups; first += OUTPUT_GROUPS_AT_ONCE) {
    const int32_t end = groups - first < OUTPUT_GROUPS_AT_ONCE ? groups : first + OUTPUT_GROUPS_AT_ONCE;
    multiply_all(shape, first, end, count, v, m);
    for (int32_t output = first * 8; output < end * 8 && output < shape->outputs; output++)
      for (int t = 0; t < count; t++)
        store_tile(shape, m + (((ptrdiff_t)output - first * 8) * TILES_AT_ONCE + t) * 36 * LANES, &tiles[t], output,
                   epilogue);
  }
}

// Copies the outputs of one tile to another.
static void copy_outputs(const lanes_winograd *shape, const tile *from, const tile *to) {
  const int32_t step = shape->pools ? 2 : 1;
  const ptrdiff_t height = shape->output_height / step, width = shape->output_width / step;
  for (int32_t output = 0; output < shape->outputs; output++)
    for (int32_t r = 0; r < tile_size(shape) / step; r++) {
      const ptrdiff_t line = output * height + r;
      const float *x = from->y + ((line + from->row / step) * width + from->column / step) * LANES;
      float *y = to->y + ((line + to->row / step) * width + to->column / step) * LANES;
      for (ptrdiff_t at = 0; at < tile_size(shape) / step * LANES; at += WIDTH) store(y + at, load(x + at));
    }
}

// Tiles beneath and beside each other.
INLINE int32_t tile_rows(const lanes_winograd *shape) {
  return (shape->output_height + tile_size(shape) - 1) / tile_size(shape);
}
INLINE int32_t tile_columns(const lanes_winograd *shape) {
  return (shape->output_width + tile_size(shape) - 1) / tile_size(shape);
}

static tile tile_at(const lanes_winograd *shape, int64_t index, const float *x, ptrdiff_t x_stride,
                    const lanes_epilogue *epilogue, float *y, ptrdiff_t y_stride) {
  const int32_t columns = tile_columns(shape), size = tile_size(shape);
  const int64_t places = (int64_t)tile_rows(shape) * columns, block = index / places, place = index % places;
  return (tile){x + block * x_stride, y + block * y_stride,
                epilogue->addend ? epilogue->addend + block * y_stride : NULL, (int32_t)(place / columns) * size,
                (int32_t)(place % columns) * size};
}

static void winograd_convolve(const lanes_winograd *shape, const float *x, ptrdiff_t x_stride, int32_t blocks,
                     const lanes_epilogue *epilogue, float *y, ptrdiff_t y_stride, float *scratch) {
  const int64_t total = (int64_t)tile_rows(shape) * tile_columns(shape) * blocks;
  float *v = scratch + OUTPUT_GROUPS_AT_ONCE * 8 * TILES_AT_ONCE * 36 * LANES;
  int64_t zero = -1, left = 0;
  for (int64_t index = 0; index < total; index++) left += !shape->zero || !shape->zero[index];
  tile tiles[TILES_AT_ONCE];
  int count = 0;
  for (int64_t index = 0; index < total; index++) {
    // The first zero tile stands for all.
    if (shape->zero && shape->zero[index]) {
      if (zero >= 0) continue;
      zero = index;
      left++;
    }
    tiles[count] = tile_at(shape, index, x, x_stride, epilogue, y, y_stride);
    transform_tile(shape, &tiles[count], v + count * LANES);
    // Four tiles that are left are two and two.
    if (++count < (left == 4 || left == 2 ? 2 : left == 1 ? 1 : TILES_AT_ONCE)) continue;
    finish_tiles(shape, tiles, count, v, scratch, epilogue);
    left -= count;
    count = 0;
  }
  if (count > 0) finish_tiles(shape, tiles, count, v, scratch, epilogue);
  if (zero < 0) return;
  const tile first = tile_at(shape, zero, x, x_stride, epilogue, y, y_stride);
  for (int64_t index = zero + 1; index < total; index++) {
    const tile other = tile_at(shape, index, x, x_stride, epilogue, y, y_stride);
    if (shape->zero[index]) copy_outputs(shape, &first, &other);
  }
}
