// From images, each on its own, to lanes.

typedef uint8_t bytes16 __attribute__((ext_vector_type(16)));
typedef bytes16 bytes16_unaligned __attribute__((aligned(1)));
typedef uint8_t bytes_of_vector __attribute__((ext_vector_type(WIDTH)));

INLINE bytes16 interleave_low(bytes16 a, bytes16 b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
INLINE bytes16 interleave_high(bytes16 a, bytes16 b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

// Four rounds of a perfect shuffle of rows i and i + 8 transpose a square of 16 x 16 bytes.
INLINE void transpose(bytes16 rows[16]) {
  UNROLLED for (int round = 0; round < 4; round++) {
    bytes16 next[16];
    UNROLLED for (int i = 0; i < 8; i++) {
      next[2 * i] = interleave_low(rows[i], rows[i + 8]);
      next[2 * i + 1] = interleave_high(rows[i], rows[i + 8]);
    }
    UNROLLED for (int i = 0; i < 16; i++) rows[i] = next[i];
  }
}

// Writes one element of every image as floats.
INLINE void store_pixels(const uint8_t pixels[16], float scale, float offset, float *x) {
  UNROLLED for (int part = 0; part < PARTS; part++) {
    const bytes_of_vector bytes = *(const bytes_of_vector *)(pixels + part * WIDTH);
    store(x + part * WIDTH, fma_(__builtin_convertvector(bytes, vector), splat(scale), splat(offset)));
  }
}

static void load_bytes(const uint8_t *pixels, int32_t count, int32_t elements, int32_t plane, const float *scale,
                       const float *offset, float *x) {
  int32_t element = 0;
  _Alignas(64) uint8_t square[16][16] = {{0}};
  for (; element + 16 <= elements; element += 16) {
    bytes16 rows[16];
    for (int image = 0; image < 16; image++)
      rows[image] = image < count ? *(const bytes16_unaligned *)(pixels + (ptrdiff_t)image * elements + element)
                                  : (bytes16)(0);
    transpose(rows);
    for (int i = 0; i < 16; i++) *(bytes16 *)square[i] = rows[i];
    for (int i = 0; i < 16; i++) {
      const int32_t channel = (element + i) / plane;
      store_pixels(square[i], scale[channel], offset[channel], x + (ptrdiff_t)(element + i) * LANES);
    }
  }
  for (; element < elements; element++) {
    for (int image = 0; image < 16; image++)
      square[0][image] = image < count ? pixels[(ptrdiff_t)image * elements + element] : 0;
    store_pixels(square[0], scale[element / plane], offset[element / plane], x + (ptrdiff_t)element * LANES);
  }
}

static void load_floats(const float *pixels, int32_t count, int32_t elements, int32_t plane, const float *scale,
                        const float *offset, float *x) {
  _Alignas(64) float lanes[LANES] = {0};
  for (int32_t element = 0; element < elements; element++) {
    for (int32_t image = 0; image < count; image++) lanes[image] = pixels[(ptrdiff_t)image * elements + element];
    const vector slope = splat(scale[element / plane]), start = splat(offset[element / plane]);
    for (int part = 0; part < PARTS; part++)
      store(x + (ptrdiff_t)element * LANES + part * WIDTH, fma_(load(lanes + part * WIDTH), slope, start));
  }
}
