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

// The tables of 24 inputs; inputs from `count` on are zero.
INLINE void tabulate_chunk(const float *x, int32_t count, float *tables) {
  for (int32_t group = 0; group < 8; group++) {
    for (int part = 0; part < PARTS; part++) {
      vector input[3];
      UNROLLED for (int i = 0; i < 3; i++) {
        const int32_t index = group * 3 + i;
        input[i] = index < count ? load(x + (ptrdiff_t)index * LANES + part * WIDTH) : splat(0);
      }
      tabulate(input[0], input[1], input[2], tables + group * 27 * LANES + part * WIDTH);
    }
  }
}

// Whether the inputs of a chunk are zero in every lane.
INLINE bool is_blank(const float *x, int32_t count) {
  for (ptrdiff_t at = 0; at < (ptrdiff_t)(count < 24 ? count : 24) * LANES; at += LANES) {
    int different = 0;
    for (int lane = 0; lane < LANES; lane++) different |= x[at + lane] != 0;
    if (different) return false;
  }
  return true;
}

static void lookup(const uint16_t *indices, int32_t inputs, int32_t outputs, const float *x,
                   const lanes_epilogue *epilogue, float *y, float *tables) {
  for (ptrdiff_t at = 0; at < (ptrdiff_t)outputs * LANES; at += WIDTH) store(y + at, splat(0));
  for (int32_t start = 0; start < inputs; start += 24) {
    // Sums begin as +0 and stay what they are when zeros of either sign are added.
    if (is_blank(x + (ptrdiff_t)start * LANES, inputs - start)) {
      indices += (ptrdiff_t)outputs * 8;
      continue;
    }
    tabulate_chunk(x + (ptrdiff_t)start * LANES, inputs - start, tables);
    for (int32_t output = 0; output < outputs; output++, indices += 8) {
      float *total = y + (ptrdiff_t)output * LANES;
      vector even[PARTS], odd[PARTS];
      UNROLLED for (int part = 0; part < PARTS; part++) {
        even[part] = load(total + part * WIDTH);
        odd[part] = splat(0);
      }
      UNROLLED for (int group = 0; group < 8; group += 2) {
        UNROLLED for (int part = 0; part < PARTS; part++) {
          even[part] += load(tables + indices[group] + part * WIDTH);
          odd[part] += load(tables + indices[group + 1] + part * WIDTH);
        }
      }
      UNROLLED for (int part = 0; part < PARTS; part++) store(total + part * WIDTH, even[part] + odd[part]);
    }
  }
  pointwise(y, outputs, 1, epilogue, y);
}
