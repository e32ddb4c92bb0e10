// Convolutions as sums over the edges of each output alone: see lanes_edges.

#if WIDTH == 16
enum { EDGE_PARTS = 1 };
#elif defined(__aarch64__)
enum { EDGE_PARTS = 4 };
#else
enum { EDGE_PARTS = 2 };
#endif

// Vectors of sums, groups of positions and outputs that are taken together.
enum { EDGE_SUMS = EDGE_POSITIONS * EDGE_PARTS, EDGE_GROUPS = 8, EDGE_OUTPUTS = 128 };

// Some positions: their inputs, and where their outputs go.
typedef struct {
  const float *inputs[EDGE_POSITIONS];
  place outputs[EDGE_POSITIONS];
} edge_positions;

// What a sum is between two blocks of columns: `sums` is not finished, `totals` is what finished sums add up to.
typedef struct {
  float sums[EDGE_POSITIONS * LANES], totals[EDGE_POSITIONS * LANES];
} edge_partial;

// Adds some edges to the sums of some positions.
INLINE void add_edges(const lanes_edges *edges, const float *const *inputs, const float *packed, int32_t start,
                      int32_t end, int part, vector sums[EDGE_SUMS]) {
  const float *weights = edges->weights;
  const int32_t *taps = edges->taps;
  TWO_AT_ONCE for (int32_t k = start; k < end; k++) {
    const vector weight = held(splat(weights[k]));
    const ptrdiff_t tap = taps[k] + part * WIDTH;
    UNROLLED for (int i = 0; i < EDGE_SUMS; i++) {
      const int p = i / EDGE_PARTS, q = i % EDGE_PARTS;
      const float *x = packed ? packed + tap + p * LANES : inputs[p] + tap;
      sums[i] = fma_from(x + q * WIDTH, weight, sums[i]);
    }
  }
}

// Where the vectors of sums are among the lanes of their positions.
INLINE int edge_place(int part, int i) { return i / EDGE_PARTS * LANES + (part + i % EDGE_PARTS) * WIDTH; }

// Finishes sums to which nothing is added, and stores them; a constant kind makes code of its own.
INLINE void finish_edges(const vector sums[EDGE_SUMS], const edge_positions *at, const lanes_epilogue *epilogue,
                         const int32_t kind, int32_t output, ptrdiff_t plane, int part) {
  const vector scale = splat(epilogue->scale[output]), bias = splat(epilogue->bias[output]);
  UNROLLED for (int i = 0; i < EDGE_SUMS; i++) {
    const place *to = &at->outputs[i / EDGE_PARTS];
    const ptrdiff_t place = output * plane + (part + i % EDGE_PARTS) * WIDTH;
    store(to->y + place, activate(fma_(sums[i], scale, bias), kind, &epilogue->activation));
  }
}

// The same for what is not common.
static __attribute__((noinline)) void finish_other_edges(const float *sums, const edge_positions *at,
                                                         const lanes_epilogue *epilogue, int32_t output, ptrdiff_t plane,
                                                         int part) {
  for (int i = 0; i < EDGE_SUMS; i++) {
    const place *to = &at->outputs[i / EDGE_PARTS];
    finish_at(load(sums + i * WIDTH), epilogue, output, to->addend, to->y,
              output * plane + (part + i % EDGE_PARTS) * WIDTH);
  }
}

INLINE void store_edges(const vector sums[EDGE_SUMS], const edge_positions *at, const lanes_epilogue *epilogue,
                        int32_t output, ptrdiff_t plane, int part) {
  const int32_t kind = epilogue->activation.kind;
  const bool adds = at->outputs[0].addend != NULL;
  if (kind == ACTIVATION_RELU && !adds) {
    finish_edges(sums, at, epilogue, ACTIVATION_RELU, output, plane, part);
  } else if (kind == ACTIVATION_NONE && !adds) {
    finish_edges(sums, at, epilogue, ACTIVATION_NONE, output, plane, part);
  } else {
    _Alignas(64) float stored[EDGE_SUMS * WIDTH];
    UNROLLED for (int i = 0; i < EDGE_SUMS; i++) store(stored + i * WIDTH, sums[i]);
    finish_other_edges(stored, at, epilogue, output, plane, part);
  }
}

// The sums of one output over one block of columns: from nothing or from what is partial, to the outputs or to what is partial.
INLINE void sum_block(const lanes_edges *edges, const edge_positions *at, const float *packed, int32_t output,
                      int32_t block, bool *has_total, edge_partial *partial, const lanes_epilogue *epilogue) {
  const ptrdiff_t index = (ptrdiff_t)output * edges->blocks + block;
  const int32_t start = edges->starts[index], end = edges->starts[index + 1], split = edges->splits[index];
  const bool had_total = *has_total;
  for (int part = 0; part < PARTS; part += EDGE_PARTS) {
    vector sums[EDGE_SUMS];
    UNROLLED for (int i = 0; i < EDGE_SUMS; i++)
      sums[i] = block == 0 ? held(splat(0)) : load(partial->sums + edge_place(part, i));
    if (split >= 0) {
      add_edges(edges, at->inputs, packed, start, split, part, sums);
      UNROLLED for (int i = 0; i < EDGE_SUMS; i++) {
        float *total = partial->totals + edge_place(part, i);
        store(total, had_total ? load(total) + sums[i] : sums[i]);
        sums[i] = held(splat(0));
      }
    }
    add_edges(edges, at->inputs, packed, split >= 0 ? split : start, end, part, sums);
    if (block + 1 < edges->blocks) {
      UNROLLED for (int i = 0; i < EDGE_SUMS; i++) store(partial->sums + edge_place(part, i), sums[i]);
      continue;
    }
    if (had_total || split >= 0)
      UNROLLED for (int i = 0; i < EDGE_SUMS; i++) sums[i] = load(partial->totals + edge_place(part, i)) + sums[i];
    store_edges(sums, at, epilogue, output, (ptrdiff_t)edges->position_count * LANES, part);
  }
  *has_total = had_total || split >= 0;
}

// Asks for the places where sums will be stored: they lie plane by plane, too far apart for the processor to guess.
INLINE void fetch_outputs(const lanes_edges *edges, const edge_positions *at, int32_t output) {
  UNROLLED for (int p = 0; p < EDGE_POSITIONS; p++)
    __builtin_prefetch(at->outputs[p].y + (ptrdiff_t)output * edges->position_count * LANES, 1);
}

// Copies the inputs of a block of columns next to each other.
INLINE void pack_columns(const lanes_edges *edges, const edge_positions *at, int32_t block, float *packed) {
  const int32_t first = block * edges->columns_at_once, rest = edges->column_count - first;
  const int32_t *columns = edges->columns + first, count = rest < edges->columns_at_once ? rest : edges->columns_at_once;
  NOT_UNROLLED for (int32_t k = 0; k < count; k++)
    UNROLLED for (int p = 0; p < EDGE_POSITIONS; p++)
      UNROLLED for (int part = 0; part < PARTS; part++)
        store(packed + ((ptrdiff_t)k * EDGE_POSITIONS + p) * LANES + part * WIDTH,
              load(at->inputs[p] + columns[k] + part * WIDTH));
}

// All outputs at some positions, block by block of the columns, which stay in the first-level cache for some outputs.
INLINE void sum_blocks(const lanes_edges *edges, const edge_positions *at, const lanes_epilogue *epilogue) {
  _Alignas(64) float packed[EDGE_COLUMNS * EDGE_POSITIONS * LANES];
  _Alignas(64) edge_partial partial[EDGE_OUTPUTS];
  for (int32_t first = 0; first < edges->outputs; first += EDGE_OUTPUTS) {
    const int32_t end = edges->outputs - first < EDGE_OUTPUTS ? edges->outputs : first + EDGE_OUTPUTS;
    bool has_total[EDGE_OUTPUTS] = {false};
    for (int32_t block = 0; block < edges->blocks; block++) {
      if (edges->columns && (first == 0 || edges->blocks > 1)) pack_columns(edges, at, block, packed);
      for (int32_t output = first; output < end; output++) {
        if (block + 1 == edges->blocks) fetch_outputs(edges, at, output);
        if (edges->columns)
          sum_block(edges, at, packed, output, block, &has_total[output - first], &partial[output - first], epilogue);
        else
          sum_block(edges, at, NULL, output, block, &has_total[output - first], &partial[output - first], epilogue);
      }
    }
  }
}

// All outputs at some groups of positions, where few columns lead to each: the edges of an output are gone through again and
// again, so that the processor knows how many there are.
static void sum_groups(const lanes_edges *edges, const edge_positions *at, int groups, const lanes_epilogue *epilogue) {
  const ptrdiff_t plane = (ptrdiff_t)edges->position_count * LANES;
  for (int32_t output = 0; output < edges->outputs; output++) {
    const int32_t start = edges->starts[output], end = edges->starts[output + 1];
    for (int group = 0; group < groups; group++)
      for (int part = 0; part < PARTS; part += EDGE_PARTS) {
        vector sums[EDGE_SUMS];
        UNROLLED for (int i = 0; i < EDGE_SUMS; i++) sums[i] = held(splat(0));
        add_edges(edges, at[group].inputs, NULL, start, end, part, sums);
        store_edges(sums, &at[group], epilogue, output, plane, part);
      }
  }
}

// How many groups of positions stay in the first-level cache with the inputs of an output's columns.
INLINE int groups_at_once(const lanes_edges *edges, bool is_whole) {
  if (!is_whole || edges->column_count > EDGE_COLUMNS / 2) return 1;
  const int32_t most = EDGE_COLUMNS / (edges->column_count > 0 ? edges->column_count : 1);
  return most < EDGE_GROUPS ? most : EDGE_GROUPS;
}

INLINE bool has_splits(const lanes_edges *edges) {
  for (int32_t i = 0; i < edges->outputs * edges->blocks; i++)
    if (edges->splits[i] >= 0) return true;
  return false;
}

static void sum_edges(const lanes_edges *edges, const float *x, ptrdiff_t x_stride, int32_t blocks,
                      const lanes_epilogue *epilogue, float *y, ptrdiff_t y_stride) {
  const lanes_sums layer = {.positions = edges->positions, .position_count = edges->position_count,
                            .outputs = edges->outputs, .zero = edges->zero};
  const position_cursor start = {.sums = &layer, .x = x, .addend = epilogue->addend, .y = y, .x_stride = x_stride,
                                 .y_stride = y_stride, .count = (int64_t)blocks * layer.position_count};
  position_cursor cursor = start;
  const bool is_whole = edges->blocks == 1 && !edges->columns && !has_splits(edges);
  const int at_once = groups_at_once(edges, is_whole);
  edge_positions groups[EDGE_GROUPS];
  int found;
  do {
    for (found = 0; found < at_once; found++)
      if (!gather_positions(&cursor, EDGE_POSITIONS, groups[found].inputs, groups[found].outputs)) break;
    if (is_whole)
      sum_groups(edges, groups, found, epilogue);
    else if (found > 0)
      sum_blocks(edges, groups, epilogue);
  } while (found == at_once);
  copy_zero_positions(&start, cursor.zero);
}
