// Ternary linear layers by tables of partial sums.

// Signed sums of two inputs, in the order of entries: 3 a + b + 4 for weights a, b of -1, 0 or 1.
INLINE vector pair_sum(vector a, vector b, const int pair) {
  switch (pair) {
  case 0: return -(a + b);
  case 1: return -a;
  case 2: return -(a - b);
  case 3: return -b;
  case 4: return splat(0);
  case 5: return b;
  case 6: return a - b;
  case 7: return a;
  default: return a + b;
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

// The inputs of one group of three of a chunk that begins at `start`; those that do not exist are zero.
INLINE void load_group(const lookup_inputs *from, const bool is_ordered, int32_t start, int32_t group,
                       vector inputs[3][PARTS]) {
  UNROLLED for (int i = 0; i < 3; i++) {
    const int32_t index = start + group * 3 + i;
    const float *x = index < from->count ? input_at(from, is_ordered, index) : NULL;
    UNROLLED for (int part = 0; part < PARTS; part++) inputs[i][part] = x ? load(x + part * WIDTH) : splat(0);
  }
}

// Three of the 27 signed sums of three inputs, at entries 9 a + 3 b + c + 13 for weights a, b, c of -1, 0 or 1.
INLINE void tabulate(const vector inputs[3][PARTS], const int pair, float *table) {
  UNROLLED for (int part = 0; part < PARTS; part++) {
    const vector sum = pair_sum(inputs[0][part], inputs[1][part], pair), c = inputs[2][part];
    float *entries = table + 3 * pair * LANES + part * WIDTH;
    store(entries, sum - c);
    store(entries + LANES, sum);
    store(entries + 2 * LANES, sum + c);
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

// Adds a chunk's entries to the totals of an output.
INLINE void look_up_one(const uint16_t *indices, const float *tables, float *totals) {
  vector even[PARTS], odd[PARTS];
  UNROLLED for (int part = 0; part < PARTS; part++) {
    even[part] = load(totals + part * WIDTH);
    odd[part] = splat(0);
  }
  UNROLLED for (int half = 0; half < 2; half++) {
    // Loads are what takes the time, so eight indices take two.
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

// The same for some outputs.
INLINE void look_up(const uint16_t *indices, int32_t outputs, const float *tables, float *totals) {
  for (int32_t output = 0; output < outputs; output++, indices += 8, totals += LANES)
    look_up_one(indices, tables, totals);
}

// A chunk whose tables are ready.
typedef struct {
  const uint16_t *indices; // or NULL: none is
  const float *tables;
} ready_chunk;

// Tabulates one group of the chunk that begins at `start` and meanwhile looks outputs up in the tables before: the first stores
// and the second loads, which the processor does at the same time where the two are close together.
INLINE void advance_group(const lookup_inputs *from, const bool is_ordered, int32_t start, int32_t group, float *tables,
                          ready_chunk ready, int32_t outputs, float *y) {
  vector inputs[3][PARTS];
  load_group(from, is_ordered, start, group, inputs);
  const int32_t between = outputs < 18 ? outputs : 18; // two for each pair
  UNROLLED for (int pair = 0; pair < 9; pair++) {
    tabulate(inputs, pair, tables + group * 27 * LANES);
    UNROLLED for (int output = 2 * pair; output < 2 * pair + 2; output++)
      if (output < between) look_up_one(ready.indices + output * 8, ready.tables, y + output * LANES);
  }
  look_up(ready.indices + between * 8, outputs - between, ready.tables, y + between * LANES);
}

// The same for all groups. Either the chunk or the tables may be missing.
INLINE void advance(const lookup_inputs *from, const bool is_ordered, int32_t start, float *tables, ready_chunk ready,
                    int32_t outputs, float *y) {
  if (start >= from->count) {
    if (ready.indices) look_up(ready.indices, outputs, ready.tables, y);
    return;
  }
  int32_t done = 0;
  for (int32_t group = 0; group < 8; group++) {
    const int32_t end = ready.indices ? (int32_t)((int64_t)outputs * (group + 1) / 8) : 0;
    const ready_chunk some = {ready.indices + (ptrdiff_t)done * 8, ready.tables};
    advance_group(from, is_ordered, start, group, tables, some, end - done, y + (ptrdiff_t)done * LANES);
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
