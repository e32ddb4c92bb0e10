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

// How the elements of one channel become floats; `end` is the first element of the next channel.
typedef struct {
  vector scale, bias;
  int32_t channel, end;
} loaded_channel;

// The channel of an element; elements are asked for in rising order.
INLINE void advance_channel(loaded_channel *at, int32_t element, int32_t plane, const lanes_epilogue *loading) {
  if (element < at->end) return;
  at->channel++;
  at->end += plane;
  at->scale = splat(loading->scale[at->channel]);
  at->bias = splat(loading->bias[at->channel]);
}

INLINE loaded_channel first_channel(int32_t plane, const lanes_epilogue *loading) {
  return (loaded_channel){splat(loading->scale[0]), splat(loading->bias[0]), 0, plane};
}

// Writes one element of every image as floats.
INLINE void store_pixels(const uint8_t pixels[16], vector scale, vector bias, const int32_t kind,
                         const lanes_activation *activation, float *x) {
  UNROLLED for (int part = 0; part < PARTS; part++) {
    const bytes_of_vector bytes = *(const bytes_of_vector *)(pixels + part * WIDTH);
    store(x + part * WIDTH, activate(fma_(__builtin_convertvector(bytes, vector), scale, bias), kind, activation));
  }
}

INLINE void load_bytes_with(const uint8_t *pixels, int32_t count, int32_t elements, int32_t plane, const int32_t kind,
                            const lanes_epilogue *loading, float *x) {
  const lanes_activation activation = loading->activation;
  int32_t element = 0;
  loaded_channel at = first_channel(plane, loading);
  _Alignas(64) uint8_t square[16][16] = {{0}};
  for (; element + 16 <= elements; element += 16, x += 16 * LANES) {
    // Images are often taken in their order: the same place of the next sixteen.
    for (int image = 0; image < count && element % 64 == 0; image++)
      __builtin_prefetch(pixels + ((ptrdiff_t)image + LANES) * elements + element);
    bytes16 rows[16];
    for (int image = 0; image < 16; image++)
      rows[image] = image < count ? *(const bytes16_unaligned *)(pixels + (ptrdiff_t)image * elements + element)
                                  : (bytes16)(0);
    transpose(rows);
    for (int i = 0; i < 16; i++) *(bytes16 *)square[i] = rows[i];
    advance_channel(&at, element, plane, loading);
    if (element + 16 <= at.end) {
      const vector scale = at.scale, bias = at.bias;
      for (int i = 0; i < 16; i++) store_pixels(square[i], scale, bias, kind, &activation, x + i * LANES);
      continue;
    }
    for (int i = 0; i < 16; i++) {
      advance_channel(&at, element + i, plane, loading);
      store_pixels(square[i], at.scale, at.bias, kind, &activation, x + i * LANES);
    }
  }
  for (; element < elements; element++, x += LANES) {
    for (int image = 0; image < 16; image++)
      square[0][image] = image < count ? pixels[(ptrdiff_t)image * elements + element] : 0;
    advance_channel(&at, element, plane, loading);
    store_pixels(square[0], at.scale, at.bias, kind, &activation, x);
  }
}

static void load_bytes(const uint8_t *pixels, int32_t count, int32_t elements, int32_t plane,
                       const lanes_epilogue *loading, float *x) {
  const int32_t kind = loading->activation.kind;
  if (kind == ACTIVATION_RELU)
    load_bytes_with(pixels, count, elements, plane, ACTIVATION_RELU, loading, x);
  else if (kind == ACTIVATION_NONE)
    load_bytes_with(pixels, count, elements, plane, ACTIVATION_NONE, loading, x);
  else
    load_bytes_with(pixels, count, elements, plane, kind, loading, x);
}

static void load_floats(const float *pixels, int32_t count, int32_t elements, int32_t plane,
                        const lanes_epilogue *loading, float *x) {
  _Alignas(64) float lanes[LANES] = {0};
  loaded_channel at = first_channel(plane, loading);
  for (int32_t element = 0; element < elements; element++) {
    for (int32_t image = 0; image < count; image++) lanes[image] = pixels[(ptrdiff_t)image * elements + element];
    advance_channel(&at, element, plane, loading);
    for (int part = 0; part < PARTS; part++) {
      const vector value = fma_(load(lanes + part * WIDTH), at.scale, at.bias);
      store(x + (ptrdiff_t)element * LANES + part * WIDTH, activate(value, loading->activation.kind, &loading->activation));
    }
  }
}
