// Squares of WIDTH rows and columns, turned over their diagonal.

#if WIDTH == 16
// Four perfect shuffles.
INLINE void transpose_square(vector rows[WIDTH]) { transpose_floats(rows); }
#elif WIDTH == 8
INLINE void transpose_square(vector rows[WIDTH]) {
  vector pairs[8], fours[8];
  UNROLLED for (int i = 0; i < 8; i += 2) {
    pairs[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    pairs[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  UNROLLED for (int i = 0; i < 8; i += 4) UNROLLED for (int j = 0; j < 2; j++) {
    fours[i + 2 * j] = __builtin_shufflevector(pairs[i + j], pairs[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    fours[i + 2 * j + 1] = __builtin_shufflevector(pairs[i + j], pairs[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  UNROLLED for (int i = 0; i < 4; i++) {
    rows[i] = __builtin_shufflevector(fours[i], fours[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    rows[i + 4] = __builtin_shufflevector(fours[i], fours[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}
#else
INLINE void transpose_square(vector rows[WIDTH]) {
  vector pairs[4];
  UNROLLED for (int i = 0; i < 4; i += 2) {
    pairs[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 4, 1, 5);
    pairs[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 2, 6, 3, 7);
  }
  UNROLLED for (int j = 0; j < 2; j++) {
    rows[2 * j] = __builtin_shufflevector(pairs[j], pairs[j + 2], 0, 1, 4, 5);
    rows[2 * j + 1] = __builtin_shufflevector(pairs[j], pairs[j + 2], 2, 3, 6, 7);
  }
}
#endif

// The lanes of up to sixteen outputs, `step` floats from one to the next, become sixteen rows of outputs, `row` floats from
// one to the next; outputs from `count` on are zeros.
INLINE void turn_lanes(const float *from, ptrdiff_t step, int32_t count, float *rows, ptrdiff_t row) {
  UNROLLED for (int output = 0; output < LANES; output += WIDTH)
    UNROLLED for (int lane = 0; lane < LANES; lane += WIDTH) {
      vector square[WIDTH];
      UNROLLED for (int i = 0; i < WIDTH; i++)
        square[i] = output + i < count ? load(from + (output + i) * step + lane) : splat(0);
      transpose_square(square);
      UNROLLED for (int i = 0; i < WIDTH; i++) store(rows + (lane + i) * row + output, square[i]);
    }
}
