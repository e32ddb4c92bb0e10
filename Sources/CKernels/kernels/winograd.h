// 3x3 and 5x5 convolutions of stride 1: Winograd's F(4x4, 3x3) and F(2x2, 5x5), see lanes_winograd.
//
// Three tiles at a time: their inputs are transformed to v[36][channels][3], multiplied with the filters of sixteen
// outputs to m[16][3][36], and those transformed back. Both stay in the second-level cache. The two algorithms evaluate
// polynomials at the same six points and differ only in the sizes of filters and outputs.

enum { TILES_AT_ONCE = 3, OUTPUT_GROUPS_AT_ONCE = 2, CHANNELS_AT_ONCE = 64 };

// B^T d, in three parts of two rows each: those of the points 0 and infinity, of 1 and -1, and of 2 and -2. A part needs few
// registers for itself.
enum { ENDS = 0, ONES = 1, TWOS = 2 };
INLINE void transform_input(const vector d[6], const int part, vector *first, vector *second) {
  if (part == ENDS) {
    *first = fma_(splat(4), d[0], fma_(splat(-5), d[2], d[4]));
    *second = fma_(splat(4), d[1], fma_(splat(-5), d[3], d[5]));
  } else if (part == ONES) {
    const vector a = fma_(splat(-4), d[2], d[4]), b = fma_(splat(-4), d[1], d[3]);
    *first = a + b;
    *second = a - b;
  } else {
    const vector c = d[4] - d[2], e = splat(2) * (d[3] - d[1]);
    *first = c + e;
    *second = c - e;
  }
}

// A^T m for `size` outputs, 4 or 2, in two parts of two rows each: the even ones and the odd ones. Of 2, the second is missing.
INLINE void transform_output(const vector m[6], const int size, const bool is_odd, vector *first, vector *second) {
  if (!is_odd) {
    const vector s = m[1] + m[2], t = m[3] + m[4];
    *first = m[0] + (s + t);
    *second = size == 4 ? fma_(splat(4), t, s) : splat(0);
  } else {
    const vector d = m[1] - m[2], e = m[3] - m[4];
    *first = size == 4 ? fma_(splat(2), e, d) : fma_(splat(2), e, d + m[5]);
    *second = size == 4 ? fma_(splat(8), e, d + m[5]) : splat(0);
  }
}

// The part of 6 x 6 elements that lies inside of an activation; what surrounds it is zero, whatever happens to elements before.
typedef struct {
  int32_t first_row, end_row, first_column, end_column; // of the 6 x 6
  int32_t start;                                        // of the first inside, in floats from a channel's first
  int32_t next;                                         // where the next tile's patch goes on
} patch;

INLINE int32_t clamped(int32_t x, int32_t low, int32_t high) { return x < low ? low : x > high ? high : x; }

static patch find_patch(const lanes_winograd *shape, int32_t top, int32_t left) {
  patch at = {.first_row = clamped(-top, 0, 6), .first_column = clamped(-left, 0, 6)};
  at.end_row = clamped(shape->height - top, at.first_row, 6);
  at.end_column = clamped(shape->width - left, at.first_column, 6);
  at.start = ((top + at.first_row) * shape->width + left + at.first_column) * LANES;
  at.next = ((top < 0 ? 0 : top) * shape->width + left + 6) * LANES;
  return at;
}

INLINE bool is_whole(const patch *at) {
  return at->first_row == 0 && at->first_column == 0 && at->end_row == 6 && at->end_column == 6;
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

// Where the two results of a part stand.
INLINE int first_place(const int part) { return part == ENDS ? 0 : 2 * part - 1; }
INLINE int second_place(const int part) { return part == ENDS ? 5 : 2 * part; }

// B^T d for one column, to v.
INLINE void store_column(const vector column[6], float *v, ptrdiff_t v_stride) {
  UNROLLED for (int part = ENDS; part <= TWOS; part++) {
    vector first, second;
    transform_input(column, part, &first, &second);
    store(v + first_place(part) * 6 * v_stride, first);
    store(v + second_place(part) * 6 * v_stride, second);
  }
}

// B^T d B of 6 x 6 elements and some lanes, to v[36] with a stride. Two columns of the result at a time, so that sixteen registers
// are enough: elements are loaded again for that, which costs less than to store what is between. Not inlined because the compiler
// would keep a pointer to each of the 72 places from one channel to the next.
static __attribute__((noinline)) void transform_lanes(const float *d, ptrdiff_t row_stride, float *v,
                                                      ptrdiff_t v_stride) {
  UNROLLED for (int part = ENDS; part <= TWOS; part++) {
    vector first[6], second[6];
    UNROLLED for (int r = 0; r < 6; r++) {
      vector line[6];
      UNROLLED for (int c = 0; c < 6; c++) line[c] = load(d + r * row_stride + c * LANES);
      transform_input(line, part, &first[r], &second[r]);
    }
    store_column(first, v + first_place(part) * v_stride, v_stride);
    store_column(second, v + second_place(part) * v_stride, v_stride);
  }
}

INLINE void transform_patch(const float *d, ptrdiff_t row_stride, float *v, ptrdiff_t v_stride) {
  for (int lane = 0; lane < LANES; lane += WIDTH) transform_lanes(d + lane, row_stride, v + lane, v_stride);
}

// What happens to the elements of one channel before they are transformed; see lanes_winograd.
typedef struct {
  vector scale, bias;
  const lanes_activation *activation; // or NULL: nothing happens
} before_channel;

// Copies what is inside of a patch between zeros that are there already.
INLINE void copy_patch(const patch *at, const float *x, ptrdiff_t row_stride, const bool changes, const int kind,
                       const before_channel *before, float inside[6][6 * LANES]) {
  const ptrdiff_t count = (at->end_column - at->first_column) * LANES;
  for (int32_t r = at->first_row; r < at->end_row; r++, x += row_stride) {
    float *to = inside[r] + at->first_column * LANES;
    for (ptrdiff_t i = 0; i < count; i += WIDTH)
      store(to + i, changes ? activate(fma_(load(x + i), before->scale, before->bias), kind, before->activation)
                            : load(x + i));
  }
}

static __attribute__((noinline)) void change_patch(const patch *at, const float *x, ptrdiff_t row_stride,
                                                   const before_channel *before, float inside[6][6 * LANES]) {
  if (!before->activation) {
    copy_patch(at, x, row_stride, false, ACTIVATION_NONE, before, inside);
    return;
  }
  switch (before->activation->kind) {
  case ACTIVATION_RELU: copy_patch(at, x, row_stride, true, ACTIVATION_RELU, before, inside); break;
  case ACTIVATION_LEAKY: copy_patch(at, x, row_stride, true, ACTIVATION_LEAKY, before, inside); break;
  case ACTIVATION_HARD_SWISH: copy_patch(at, x, row_stride, true, ACTIVATION_HARD_SWISH, before, inside); break;
  default: copy_patch(at, x, row_stride, true, ACTIVATION_CLIP, before, inside);
  }
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
  const patch at = find_patch(shape, from->row - shape->top, from->column - shape->left);
  const ptrdiff_t row = (ptrdiff_t)shape->width * LANES, plane = shape->height * row, v_stride = product_stride(shape);
  const float *x = from->x;
  const bool is_far = is_far_away(shape, shape->channels * plane), is_taken_as_it_is = is_whole(&at) && !shape->before;
  _Alignas(64) float inside[6][6 * LANES];
  if (!is_taken_as_it_is) memset(inside, 0, sizeof inside);
  for (int32_t channel = 0; channel < shape->channels; channel++, x += plane, v += TILES_AT_ONCE * LANES) {
    if (is_far) fetch_soon(x, at.next, row, 6, 0);
    if (is_taken_as_it_is) {
      transform_patch(x + at.start, row, v, v_stride);
      continue;
    }
    before_channel before = {splat(1), splat(0), NULL};
    if (shape->before)
      before = (before_channel){splat(shape->before->scale[channel]), splat(shape->before->bias[channel]),
                                &shape->before->activation};
    change_patch(&at, x + at.start, row, &before, inside);
    transform_patch(&inside[0][0], 6 * LANES, v, v_stride);
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

#if HAS_FMA && WIDTH == 8
// The channels that are added to one sum before the next sum's; the others are added to all of them.
enum { CHANNELS_BY_SUM = 3 };

// multiply of three tiles and two outputs. It stores what is in the sums, which belongs to `before`, and leaves the new sums
// in them. Twelve stores in a row would keep the units waiting that multiply (a tenth of the time with 32 channels); here
// there are products between them.
INLINE void multiply_pair(const float *v, const float *weights, int32_t channels, bool goes_on, float *before, float *m,
                          vector sums[8][8]) {
  UNROLLED for (int r = 0; r < 2; r++) {
    vector factors[CHANNELS_BY_SUM];
    UNROLLED for (int c = 0; c < CHANNELS_BY_SUM; c++) factors[c] = held(splat(weights[c * 8 + r]));
    UNROLLED for (int i = 0; i < 2 * TILES_AT_ONCE; i++) {
      store(product_sum(before, r, i, 0), sums[r][i]);
      sums[r][i] = goes_on ? load(product_sum(m, r, i, 0)) : held(splat(0));
      UNROLLED for (int c = 0; c < CHANNELS_BY_SUM; c++)
        sums[r][i] = fma_from(v + (c * TILES_AT_ONCE + i / 2) * LANES + i % 2 * WIDTH, factors[c], sums[r][i]);
    }
  }
  v += CHANNELS_BY_SUM * TILES_AT_ONCE * LANES;
  weights += CHANNELS_BY_SUM * 8;
  NOT_UNROLLED for (int32_t c = CHANNELS_BY_SUM; c < channels; c++, v += TILES_AT_ONCE * LANES, weights += 8) {
    const float *inputs[TILES_AT_ONCE] = {v, v + LANES, v + 2 * LANES};
    add_products(inputs, 0, TILES_AT_ONCE, PARTS_AT_ONCE, weights, OUTPUTS_AT_ONCE, sums);
  }
}

// The same for some pairs of outputs, one after the other; `step` floats lie between the weights of two groups of eight.
// `next` are the inputs of the next product, which are asked for.
INLINE void multiply_pairs(const float *v, const float *next, const float *weights, ptrdiff_t step, int32_t pairs,
                           int32_t channels, const bool goes_on, float *m) {
  vector sums[8][8];
  UNROLLED for (int r = 0; r < 2; r++)
    UNROLLED for (int i = 0; i < 2 * TILES_AT_ONCE; i++)
      sums[r][i] = goes_on ? load(product_sum(m, r, i, 0)) : splat(0);
  float *before = m;
  const int32_t lines = (channels * TILES_AT_ONCE + pairs - 1) / pairs;
  for (int32_t pair = 0; pair < pairs; pair++) {
    float *to = m + (ptrdiff_t)pair * 2 * TILES_AT_ONCE * 36 * LANES;
    for (int32_t line = 0; line < lines; line++, next += LANES) __builtin_prefetch(next);
    multiply_pair(v, weights + pair / 4 * step + pair % 4 * 2, channels, goes_on, before, to, sums);
    before = to;
  }
  UNROLLED for (int r = 0; r < 2; r++)
    UNROLLED for (int i = 0; i < 2 * TILES_AT_ONCE; i++) store(product_sum(before, r, i, 0), sums[r][i]);
}

INLINE bool takes_pairs(const int tiles, int32_t channels) {
  return tiles == TILES_AT_ONCE && channels >= CHANNELS_BY_SUM;
}
#endif

// One of the 36 products for some groups of eight outputs. The inputs of CHANNELS_AT_ONCE channels stay in the
// first-level cache for all of these.
INLINE void multiply_groups(const lanes_winograd *shape, int product, int32_t first, int32_t end, const int tiles,
                            const float *v, float *m) {
  const ptrdiff_t channels = shape->channels;
  v += product * product_stride(shape);
  for (int32_t channel = 0; channel < channels; channel += CHANNELS_AT_ONCE) {
    const int32_t rest = shape->channels - channel, count = rest < CHANNELS_AT_ONCE ? rest : CHANNELS_AT_ONCE;
    const float *inputs = v + (ptrdiff_t)channel * TILES_AT_ONCE * LANES;
    const float *weights = shape->filters + ((first * 36 + product) * channels + channel) * 8;
    const ptrdiff_t step = 36 * channels * 8;
#if HAS_FMA && WIDTH == 8
    if (takes_pairs(tiles, count)) {
      const float *all = v - product * product_stride(shape), *following = all + (product + 1) % 36 * product_stride(shape);
      const float *next = count == rest ? following : inputs + CHANNELS_AT_ONCE * TILES_AT_ONCE * LANES;
      if (channel > 0)
        multiply_pairs(inputs, next, weights, step, (end - first) * 4, count, true, m + product * LANES);
      else
        multiply_pairs(inputs, next, weights, step, (end - first) * 4, count, false, m + product * LANES);
      continue;
    }
#endif
    for (int32_t group = first; group < end; group++, weights += step)
      multiply(inputs, weights, count, tiles, channel > 0,
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

// The even or the odd rows of A^T m A: out[0] and, of four rows, out[1] are the rows is_odd and is_odd + 2. Half of them at
// a time, so that sixteen registers are enough.
INLINE void transform_back(const float *m, const int size, const bool is_odd, vector out[2][4]) {
  vector rows[2][6];
  UNROLLED for (int c = 0; c < 6; c++) {
    vector column[6];
    UNROLLED for (int r = 0; r < 6; r++) column[r] = load(m + (r * 6 + c) * LANES);
    transform_output(column, size, is_odd, &rows[0][c], &rows[1][c]);
  }
  UNROLLED for (int r = 0; r < size / 2; r++) {
    transform_output(rows[r], size, false, &out[r][0], &out[r][2]);
    transform_output(rows[r], size, true, &out[r][1], &out[r][3]);
  }
}

// The outputs that a tile has, finished; constants make code of its own for what is common.
INLINE void store_sums(const float *m, const int size, const bool is_whole, int32_t below, int32_t right,
                       ptrdiff_t row_stride, const lanes_epilogue *epilogue, const int32_t kind, int32_t output,
                       const float *addend, float *y) {
  const vector scale = splat(epilogue->scale[output]), bias = splat(epilogue->bias[output]);
  UNROLLED for (int is_odd = 0; is_odd < 2; is_odd++) {
    vector out[2][4];
    transform_back(m, size, is_odd, out);
    UNROLLED for (int r = is_odd; r < size; r += 2)
      UNROLLED for (int c = 0; c < size; c++)
        if (is_whole || (r < below && c < right)) {
          vector result = fma_(out[r / 2][c], scale, bias);
          if (addend) result += load(addend + r * row_stride + c * LANES);
          store(y + r * row_stride + c * LANES, activate(result, kind, &epilogue->activation));
        }
  }
}

// All lanes of a whole tile.
INLINE void store_whole(const float *m, const int size, ptrdiff_t row_stride, const lanes_epilogue *epilogue,
                        const int32_t kind, int32_t output, const float *addend, float *y) {
  for (int lane = 0; lane < LANES; lane += WIDTH)
    if (addend)
      store_sums(m + lane, size, true, size, size, row_stride, epilogue, kind, output, addend + lane, y + lane);
    else
      store_sums(m + lane, size, true, size, size, row_stride, epilogue, kind, output, NULL, y + lane);
}

// All lanes of a tile of which a part lies outside. Not inlined, or else what is asked at its edges would be asked for every
// tile.
static __attribute__((noinline)) void store_cut(const float *m, const int size, int32_t below, int32_t right,
                                                ptrdiff_t row_stride, const lanes_epilogue *epilogue, int32_t output,
                                                const float *addend, float *y) {
  for (int lane = 0; lane < LANES; lane += WIDTH) {
    const float *added = addend ? addend + lane : NULL;
    const int32_t kind = epilogue->activation.kind;
    if (size == 4)
      store_sums(m + lane, 4, false, below, right, row_stride, epilogue, kind, output, added, y + lane);
    else
      store_sums(m + lane, 2, false, below, right, row_stride, epilogue, kind, output, added, y + lane);
  }
}

INLINE void store_outputs(const lanes_winograd *shape, const float *m, const int size, const tile *to, int32_t output,
                          const lanes_epilogue *epilogue) {
  const ptrdiff_t row_stride = (ptrdiff_t)shape->output_width * LANES, plane = shape->output_height * row_stride;
  const int32_t below = shape->output_height - to->row, right = shape->output_width - to->column;
  const ptrdiff_t start = output * plane + to->row * row_stride + to->column * LANES;
  if (is_far_away(shape, shape->outputs * plane)) fetch_soon(to->y, start + plane, row_stride, size, 1);
  const float *addend = to->addend ? to->addend + start : NULL;
  float *y = to->y + start;
  const int32_t kind = epilogue->activation.kind;
  if (below < size || right < size)
    store_cut(m, size, below, right, row_stride, epilogue, output, addend, y);
  else if (kind == ACTIVATION_NONE)
    store_whole(m, size, row_stride, epilogue, ACTIVATION_NONE, output, addend, y);
  else if (kind == ACTIVATION_RELU)
    store_whole(m, size, row_stride, epilogue, ACTIVATION_RELU, output, addend, y);
  else
    store_whole(m, size, row_stride, epilogue, kind, output, addend, y);
}

// The largest or the smallest of some sums.
INLINE vector furthest(vector a, vector b, const bool is_lowest) { return is_lowest ? smaller(a, b) : larger(a, b); }

// The maxima of 2x2 windows. Finishing rises or falls with the sum, so only one of the four is finished.
INLINE void store_maxima(const float *m, const int size, const bool is_lowest, int32_t below, int32_t right,
                         ptrdiff_t row_stride, const lanes_epilogue *epilogue, const int32_t kind, int32_t output,
                         float *y) {
  const vector scale = splat(epilogue->scale[output]), bias = splat(epilogue->bias[output]);
  for (int lane = 0; lane < LANES; lane += WIDTH) {
    vector even[2][4], odd[2][4], pairs[2][2];
    transform_back(m + lane, size, false, even);
    UNROLLED for (int r = 0; r < size / 2; r++)
      UNROLLED for (int c = 0; c < size / 2; c++)
        pairs[r][c] = furthest(even[r][2 * c], even[r][2 * c + 1], is_lowest);
    transform_back(m + lane, size, true, odd);
    UNROLLED for (int r = 0; r < size / 2; r++)
      UNROLLED for (int c = 0; c < size / 2; c++)
        if (2 * r + 1 < below && 2 * c + 1 < right) {
          const vector pair = furthest(odd[r][2 * c], odd[r][2 * c + 1], is_lowest);
          const vector sum = furthest(pairs[r][c], pair, is_lowest);
          store(y + r * row_stride + c * LANES + lane,
                activate(fma_(sum, scale, bias), kind, &epilogue->activation));
        }
  }
}

// What is not common: any activation, falling scales, and tiles of which a part lies outside.
static __attribute__((noinline)) void store_other_maxima(const float *m, const int size, int32_t below, int32_t right,
                                                         ptrdiff_t row_stride, const lanes_epilogue *epilogue,
                                                         int32_t output, float *y) {
  const bool is_lowest = epilogue->scale[output] < 0;
  const int32_t kind = epilogue->activation.kind;
  if (size == 4 && is_lowest)
    store_maxima(m, 4, true, below, right, row_stride, epilogue, kind, output, y);
  else if (size == 4)
    store_maxima(m, 4, false, below, right, row_stride, epilogue, kind, output, y);
  else if (is_lowest)
    store_maxima(m, 2, true, below, right, row_stride, epilogue, kind, output, y);
  else
    store_maxima(m, 2, false, below, right, row_stride, epilogue, kind, output, y);
}

INLINE void store_pooled(const lanes_winograd *shape, const float *m, const int size, const tile *to, int32_t output,
                         const lanes_epilogue *epilogue) {
  const ptrdiff_t height = shape->output_height / 2, width = shape->output_width / 2;
  const int32_t below = shape->output_height - to->row, right = shape->output_width - to->column;
  float *y = to->y + ((output * height + to->row / 2) * width + to->column / 2) * LANES;
  const bool is_common = epilogue->activation.kind == ACTIVATION_RELU && epilogue->scale[output] >= 0;
  if (is_common && below >= size && right >= size)
    store_maxima(m, size, false, size, size, width * LANES, epilogue, ACTIVATION_RELU, output, y);
  else
    store_other_maxima(m, size, below, right, width * LANES, epilogue, output, y);
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
