// Blocks from and to rows of features, one row per image; see lanes_store_halves.

typedef float sixteen __attribute__((ext_vector_type(16)));
typedef float sixteen_loose __attribute__((ext_vector_type(16), aligned(4)));
typedef uint32_t sixteen_words __attribute__((ext_vector_type(16)));
typedef uint16_t sixteen_halves __attribute__((ext_vector_type(16)));
typedef uint16_t sixteen_halves_loose __attribute__((ext_vector_type(16), aligned(2)));

// Where sixteen lanes are no register, they cannot be passed by value.
INLINE sixteen *sixteen_at(float *x) { return (sixteen *)x; }
INLINE const sixteen *sixteen_of(const float *x) { return (const sixteen *)x; }

#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

// Sixteen rows of sixteen become columns: four perfect shuffles.
INLINE void transpose_floats(sixteen rows[16]) {
  sixteen other[16];
  UNROLLED for (int stage = 0; stage < 4; stage++) {
    UNROLLED for (int i = 0; i < 8; i++) {
      other[2 * i] = ZIP_LOW(rows[i], rows[i + 8]);
      other[2 * i + 1] = ZIP_HIGH(rows[i], rows[i + 8]);
    }
    UNROLLED for (int i = 0; i < 16; i++) rows[i] = other[i];
  }
}

INLINE void transpose_halves(sixteen_halves rows[16]) {
  sixteen_halves other[16];
  UNROLLED for (int stage = 0; stage < 4; stage++) {
    UNROLLED for (int i = 0; i < 8; i++) {
      other[2 * i] = ZIP_LOW(rows[i], rows[i + 8]);
      other[2 * i + 1] = ZIP_HIGH(rows[i], rows[i + 8]);
    }
    UNROLLED for (int i = 0; i < 16; i++) rows[i] = other[i];
  }
}

INLINE void to_halves(const sixteen *x, sixteen_halves *halves) {
  const sixteen_words bits = *(const sixteen_words *)x, sign = bits & 0x80000000u;
  sixteen_words size = bits ^ sign;
  size = size > 0x477fe000u ? (sixteen_words)(0x477fe000u) : size;
  const sixteen_words normal = ((size + 0xfffu + ((size >> 13) & 1u)) >> 13) - (112u << 10);
  // Adding a half puts the bits of a small number where they belong, rounded.
  const sixteen_words small = (sixteen_words)((sixteen)size + (sixteen)(0.5f)) - 0x3f000000u;
  const sixteen_words result = (size < 0x38800000u ? small : normal) | (sign >> 16);
  *halves = __builtin_convertvector(result, sixteen_halves);
}

INLINE void from_halves(const sixteen_halves *halves, sixteen *x) {
  const sixteen_words bits = __builtin_convertvector(*halves, sixteen_words);
  const sixteen size = (sixteen)((bits & 0x7fffu) << 13) * (sixteen)(0x1p112f);
  *x = (sixteen)((sixteen_words)size | ((bits & 0x8000u) << 16));
}

static void store_halves(const float *x, ptrdiff_t elements, int32_t count, uint16_t *const *rows) {
  ptrdiff_t element = 0;
  for (; element + LANES <= elements; element += LANES) {
    sixteen_halves values[LANES];
    for (int i = 0; i < LANES; i++) to_halves(sixteen_of(x + (element + i) * LANES), &values[i]);
    transpose_halves(values);
    for (int lane = 0; lane < count; lane++) *(sixteen_halves_loose *)(rows[lane] + element) = values[lane];
  }
  for (; element < elements; element++) {
    sixteen_halves values;
    to_halves(sixteen_of(x + element * LANES), &values);
    for (int lane = 0; lane < count; lane++) rows[lane][element] = values[lane];
  }
}

static void load_halves(const uint16_t *const *rows, ptrdiff_t elements, int32_t count, float *x) {
  ptrdiff_t element = 0;
  for (; element + LANES <= elements; element += LANES) {
    sixteen_halves values[LANES];
    for (int lane = 0; lane < LANES; lane++)
      values[lane] = lane < count ? *(const sixteen_halves_loose *)(rows[lane] + element) : (sixteen_halves)(0);
    transpose_halves(values);
    for (int i = 0; i < LANES; i++) from_halves(&values[i], sixteen_at(x + (element + i) * LANES));
  }
  for (; element < elements; element++) {
    sixteen_halves values = (sixteen_halves)(0);
    for (int lane = 0; lane < count; lane++) values[lane] = rows[lane][element];
    from_halves(&values, sixteen_at(x + element * LANES));
  }
}

static void store_rows(const float *x, ptrdiff_t elements, int32_t count, float *const *rows) {
  ptrdiff_t element = 0;
  for (; element + LANES <= elements; element += LANES) {
    sixteen values[LANES];
    for (int i = 0; i < LANES; i++) values[i] = *sixteen_of(x + (element + i) * LANES);
    transpose_floats(values);
    for (int lane = 0; lane < count; lane++) *(sixteen_loose *)(rows[lane] + element) = values[lane];
  }
  for (; element < elements; element++)
    for (int lane = 0; lane < count; lane++) rows[lane][element] = x[element * LANES + lane];
}

static void load_rows(const float *const *rows, ptrdiff_t elements, int32_t count, float *x) {
  ptrdiff_t element = 0;
  for (; element + LANES <= elements; element += LANES) {
    sixteen values[LANES];
    for (int lane = 0; lane < LANES; lane++)
      values[lane] = lane < count ? *(const sixteen_loose *)(rows[lane] + element) : (sixteen)(0);
    transpose_floats(values);
    for (int i = 0; i < LANES; i++) *sixteen_at(x + (element + i) * LANES) = values[i];
  }
  for (; element < elements; element++)
    for (int lane = 0; lane < LANES; lane++) x[element * LANES + lane] = lane < count ? rows[lane][element] : 0;
}
