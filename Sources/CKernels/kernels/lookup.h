// Ternary linear layers by tables of partial sums.

// The 27 signed sums of three inputs, at entry 9 a + 3 b + c + 13 for weights a, b, c of -1, 0 or 1.
INLINE void tabulate(vector a, vector b, vector c, float *table) {
  const vector zero = splat(0), sum = a + b, difference = a - b;
  const vector pairs[9] = {-sum, -a, -difference, -b, zero, b, difference, a, sum};
  UNROLLED for (int i = 0; i < 9; i++) {
    store(table + (3 * i) * LANES, pairs[i] - c);
    store(table + (3 * i + 1) * LANES, pairs[i]);
    store(table + (3 * i + 2) * LANES, pairs[i] + c);
  }
}

// Inputs that are taken one after the other.
typedef struct {
  const float *x;
  const int32_t *order; // or NULL
  int32_t count;
} lookup_inputs;

INLINE const float *input_at(const lookup_inputs *from, const bool is_ordered, int32_t index) {
  return from->x + (ptrdiff_t)(is_ordered ? from->order[index] : index) * LANES;
}

// The tables of one group of three of a chunk that begins at `start`; inputs that do not exist are zero.
INLINE void tabulate_group(const lookup_inputs *from, const bool is_ordered, int32_t start, int32_t group,
                           float *tables) {
  const float *x[3];
  UNROLLED for (int i = 0; i < 3; i++) {
    const int32_t index = start + group * 3 + i;
    x[i] = index < from->count ? input_at(from, is_ordered, index) : NULL;
  }
  for (int part = 0; part < PARTS; part++) {
    vector input[3];
    UNROLLED for (int i = 0; i < 3; i++) input[i] = x[i] ? load(x[i] + part * WIDTH) : splat(0);
    tabulate(input[0], input[1], input[2], tables + group * 27 * LANES + part * WIDTH);
  }
}

// Whether the inputs of a chunk are zero in every lane.
INLINE bool is_blank(const lookup_inputs *from, const bool is_ordered, int32_t start) {
  for (int32_t index = start; index < start + 24 && index < from->count; index++) {
    const float *x = input_at(from, is_ordered, index);
    int different = 0;
    for (int lane = 0; lane < LANES; lane++) different |= x[lane] != 0;
    if (different) return false;
  }
  return true;
}

// Four indices at once, the first in the lowest bits: every platform is little-endian.
typedef uint64_t four_indices __attribute__((may_alias));

// Adds a chunk's entries to the totals of some outputs.
INLINE void look_up(const uint16_t *indices, int32_t outputs, const float *tables, float *totals) {
  for (int32_t output = 0; output < outputs; output++, indices += 8, totals += LANES) {
    vector even[PARTS], odd[PARTS];
    UNROLLED for (int part = 0; part < PARTS; part++) {
      even[part] = load(totals + part * WIDTH);
      odd[part] = splat(0);
    }
    UNROLLED for (int half = 0; half < 2; half++) {
      // Loads are what this loop waits for, so eight indices take two.
      const four_indices four = *(const four_indices *)(indices + half * 4);
      UNROLLED for (int shift = 0; shift < 64; shift += 32) {
        const float *first = tables + (four >> shift & 0xffff), *second = tables + (four >> (shift + 16) & 0xffff);
        UNROLLED for (int part = 0; part < PARTS; part++) {
          even[part] += load(first + part * WIDTH);
          odd[part] += load(second + part * WIDTH);
        }
      }
    }
    UNROLLED for (int part = 0; part < PARTS; part++) store(totals + part * WIDTH, even[part] + odd[part]);
  }
}

// A chunk whose tables are ready.
typedef struct {
  const uint16_t *indices; // or NULL: none is
  const float *tables;
} ready_chunk;

// Tabulates the chunk that begins at `start` and meanwhile looks up the one before: the first stores and the second
// loads, which the processor does at the same time. Either may be missing.
INLINE void advance(const lookup_inputs *from, const bool is_ordered, int32_t start, float *tables, ready_chunk ready,
                    int32_t outputs, float *y) {
  int32_t done = 0;
  for (int32_t group = 0; group < 8; group++) {
    if (start < from->count) tabulate_group(from, is_ordered, start, group, tables);
    if (!ready.indices) continue;
    const int32_t end = (int32_t)((int64_t)outputs * (group + 1) / 8);
    look_up(ready.indices + (ptrdiff_t)done * 8, end - done, ready.tables, y + (ptrdiff_t)done * LANES);
    done = end;
  }
}

INLINE void look_up_all(const lanes_tables *layer, const bool is_ordered, const float *x, float *y, float *tables) {
  const lookup_inputs from = {x, layer->order, layer->inputs};
  const ptrdiff_t outputs = layer->outputs;
  const uint16_t *indices = layer->indices;
  for (ptrdiff_t at = 0; at < outputs * LANES; at += WIDTH) store(y + at, splat(0));
  float *next = tables;
  ready_chunk ready = {NULL, NULL};
  for (int32_t start = 0; start < layer->inputs; start += 24, indices += outputs * 8) {
    // Sums begin as +0 and stay what they are when zeros of either sign are added.
    if (is_blank(&from, is_ordered, start)) continue;
    advance(&from, is_ordered, start, next, ready, layer->outputs, y);
    ready = (ready_chunk){indices, next};
    next = next == tables ? tables + 8 * 27 * LANES : tables;
  }
  advance(&from, is_ordered, layer->inputs, next, ready, layer->outputs, y);
}

static void lookup(const lanes_tables *layer, const float *x, const lanes_epilogue *epilogue, float *y,
                   float *tables) {
  if (layer->order)
    look_up_all(layer, true, x, y, tables);
  else
    look_up_all(layer, false, x, y, tables);
  pointwise(y, layer->outputs, 1, epilogue, y);
}
