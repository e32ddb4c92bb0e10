// Convolutions and linear layers as sums over taps: see lanes_sums.

enum { POSITIONS_AT_ONCE = 3, TAPS_AT_ONCE = 256 };

typedef struct {
  const int32_t *taps;
  const float *weights; // [taps][stride]
  int32_t count;
} tap_list;

// Where the first output of a position goes, and what is added to it.
typedef struct {
  float *y;
  const float *addend; // or NULL
} place;

// Sums over the taps start..<end.
INLINE void accumulate_block(const float *const *x, const int positions, const int parts, const tap_list list,
                             int32_t start, int32_t end, const int stride, const int rows, vector sums[8][8]) {
  UNROLLED for (int r = 0; r < rows; r++)
    UNROLLED for (int i = 0; i < positions * parts; i++) sums[r][i] = splat(0);
  NOT_UNROLLED for (int32_t k = start; k < end; k++)
    add_products(x, list.taps[k], positions, parts, list.weights + (ptrdiff_t)k * stride, rows, sums);
}

// totals[r][i] = the sum over taps of weights[r] times x[i / parts] + part i % parts; `rows` of `stride` outputs.
INLINE void accumulate(const float *const *x, const int positions, const int parts, const tap_list list,
                       const int stride, const int rows, vector totals[8][8]) {
  const int32_t first = list.count < TAPS_AT_ONCE ? list.count : TAPS_AT_ONCE;
  accumulate_block(x, positions, parts, list, 0, first, stride, rows, totals);
  for (int32_t start = first; start < list.count; start += TAPS_AT_ONCE) {
    const int32_t end = list.count - start < TAPS_AT_ONCE ? list.count : start + TAPS_AT_ONCE;
    vector sums[8][8];
    accumulate_block(x, positions, parts, list, start, end, stride, rows, sums);
    UNROLLED for (int r = 0; r < rows; r++)
      UNROLLED for (int i = 0; i < positions * parts; i++) totals[r][i] += sums[r][i];
  }
}

// Finishes and stores sums of `rows` outputs, to which nothing is added; outputs that do not exist are left out. A constant
// kind makes code of its own.
INLINE void finish_some(const lanes_sums *sums, const vector totals[8][8], const place *y, const int positions,
                        const int part, const int parts, const int rows, int32_t output, const int32_t kind,
                        const lanes_epilogue *epilogue) {
  UNROLLED for (int r = 0; r < rows; r++) {
    if (output + r >= sums->outputs) break;
    const vector scale = splat(epilogue->scale[output + r]), bias = splat(epilogue->bias[output + r]);
    const ptrdiff_t plane = (ptrdiff_t)(output + r) * sums->position_count * LANES;
    UNROLLED for (int i = 0; i < positions * parts; i++) {
      const ptrdiff_t at = plane + (part + i % parts) * WIDTH;
      store(y[i / parts].y + at, activate(fma_(totals[r][i], scale, bias), kind, &epilogue->activation));
    }
  }
}

// Asks for the places where sums will be stored: they lie plane by plane, too far apart for the processor to guess.
INLINE void fetch_places(const lanes_sums *sums, const place *y, const int positions, const int rows, int32_t output) {
  UNROLLED for (int r = 0; r < rows; r++)
    UNROLLED for (int p = 0; p < positions; p++)
      if (output + r < sums->outputs)
        __builtin_prefetch(y[p].y + (ptrdiff_t)(output + r) * sums->position_count * LANES, 1);
}

// Sums of `rows` outputs from `output` on at some positions, finished and stored; outputs that do not exist are left out.
INLINE void sum_some(const lanes_sums *sums, const float *const *x, const place *y, const int positions,
                     const int parts, const tap_list list, const int stride, const int rows, int32_t output,
                     const lanes_epilogue *epilogue) {
  const int32_t kind = epilogue->activation.kind;
  const bool adds = y[0].addend != NULL;
  fetch_places(sums, y, positions, rows, output);
  for (int part = 0; part < PARTS; part += parts) {
    const float *inputs[8];
    UNROLLED for (int p = 0; p < positions; p++) inputs[p] = x[p] + part * WIDTH;
    vector totals[8][8];
    accumulate(inputs, positions, parts, list, stride, rows, totals);
    if (kind == ACTIVATION_RELU && !adds)
      finish_some(sums, totals, y, positions, part, parts, rows, output, ACTIVATION_RELU, epilogue);
    else if (kind == ACTIVATION_NONE && !adds)
      finish_some(sums, totals, y, positions, part, parts, rows, output, ACTIVATION_NONE, epilogue);
    else
      UNROLLED for (int r = 0; r < rows; r++) {
        if (output + r >= sums->outputs) break;
        UNROLLED for (int i = 0; i < positions * parts; i++)
          finish_at(totals[r][i], epilogue, output + r, y[i / parts].addend, y[i / parts].y,
                    (ptrdiff_t)(output + r) * sums->position_count * LANES + (part + i % parts) * WIDTH);
      }
  }
}

// All outputs at some positions.
INLINE void sum_outputs(const lanes_sums *sums, const float *const *x, const place *y, const int positions,
                        const int parts, const int together, const int at_once,
                        const lanes_epilogue *epilogue) {
  for (int32_t output = 0, group = 0; output < sums->outputs; output += together, group++) {
    const int32_t start = sums->starts[group];
    tap_list list = {sums->taps + start, sums->weights + (ptrdiff_t)start * together, sums->starts[group + 1] - start};
    const int32_t rest = sums->outputs - output, rows = rest < together ? rest : together;
    // Of eight outputs that are taken at once, those that do not exist cost nothing, two by two.
    if (at_once == 8 && rows <= 2)
      sum_some(sums, x, y, positions, parts, list, together, 2, output, epilogue);
    else if (at_once == 8 && rows <= 4)
      sum_some(sums, x, y, positions, parts, list, together, 4, output, epilogue);
    else if (at_once == 8 && rows <= 6)
      sum_some(sums, x, y, positions, parts, list, together, 6, output, epilogue);
    else
      for (int row = 0; row < rows; row += at_once, list.weights += at_once)
        sum_some(sums, x, y, positions, parts, list, together, at_once, output + row, epilogue);
  }
}

// The positions of all blocks, one after the other.
typedef struct {
  const lanes_sums *sums;
  const float *x, *addend; // of the position's block; the addend or NULL
  float *y;
  ptrdiff_t x_stride, y_stride;
  int64_t index, count; // counted through all blocks
  int32_t position;
  float *zero; // where the outputs of the first zero position begin, or NULL
} position_cursor;

INLINE void next_position(position_cursor *cursor) {
  cursor->index++;
  if (++cursor->position < cursor->sums->position_count) return;
  cursor->position = 0;
  cursor->x += cursor->x_stride;
  cursor->y += cursor->y_stride;
  if (cursor->addend) cursor->addend += cursor->y_stride;
}

// Copies the outputs of a position to another.
static void copy_position(const lanes_sums *sums, const float *from, float *to) {
  const ptrdiff_t plane = (ptrdiff_t)sums->position_count * LANES;
  for (ptrdiff_t at = 0; at < sums->outputs * plane; at += plane)
    for (int part = 0; part < PARTS; part++) store(to + at + part * WIDTH, load(from + at + part * WIDTH));
}

// Finds up to `at_once` positions that are not zero; a last group that is not full repeats the last one. The first zero
// position stands for all. Returns whether any was found.
INLINE bool gather_positions(position_cursor *cursor, const int at_once, const float **inputs, place *outputs) {
  const lanes_sums *sums = cursor->sums;
  int found = 0;
  for (; found < at_once && cursor->index < cursor->count; next_position(cursor)) {
    const ptrdiff_t at = (ptrdiff_t)cursor->position * LANES;
    if (sums->zero && sums->zero[cursor->index]) {
      if (cursor->zero) continue;
      cursor->zero = cursor->y + at;
    }
    inputs[found] = cursor->x + sums->positions[cursor->position];
    outputs[found++] = (place){cursor->y + at, cursor->addend ? cursor->addend + at : NULL};
  }
  if (found == 0) return false;
  for (; found < at_once; found++) {
    inputs[found] = inputs[found - 1];
    outputs[found] = outputs[found - 1];
  }
  return true;
}

// Copies the outputs of the first zero position, if there is one, to all others.
static void copy_zero_positions(const position_cursor *start, const float *zero) {
  if (!zero) return;
  for (position_cursor other = *start; other.index < other.count; next_position(&other)) {
    float *to = other.y + (ptrdiff_t)other.position * LANES;
    if (other.sums->zero[other.index] && to != zero) copy_position(other.sums, zero, to);
  }
}

// Positions of all blocks, some at a time.
INLINE void sum_positions(const lanes_sums *sums, const float *x, ptrdiff_t x_stride, int32_t blocks,
                          const lanes_epilogue *epilogue, float *y, ptrdiff_t y_stride, const int at_once,
                          const int parts, const int together, const int outputs_at_once) {
  const position_cursor start = {.sums = sums, .x = x, .addend = epilogue->addend, .y = y, .x_stride = x_stride,
                                 .y_stride = y_stride, .count = (int64_t)blocks * sums->position_count};
  position_cursor cursor = start;
  const float *inputs[8];
  place outputs[8];
  while (gather_positions(&cursor, at_once, inputs, outputs))
    sum_outputs(sums, inputs, outputs, at_once, parts, together, outputs_at_once, epilogue);
  copy_zero_positions(&start, cursor.zero);
}

static void sum(const lanes_sums *sums, const float *x, ptrdiff_t x_stride, int32_t blocks,
                const lanes_epilogue *epilogue, float *y, ptrdiff_t y_stride) {
  if ((int64_t)blocks * sums->position_count == 1)
    sum_positions(sums, x, x_stride, blocks, epilogue, y, y_stride, 1, 1, 8, 8);
  else
    sum_positions(sums, x, x_stride, blocks, epilogue, y, y_stride, POSITIONS_AT_ONCE, PARTS_AT_ONCE, 8,
                  OUTPUTS_AT_ONCE);
}
