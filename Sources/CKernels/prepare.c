#include <string.h>

#include "CKernels.h"

// What is derived from the weights once, before any image is seen. It is the same at every level.

static int32_t groups_of_eight(int32_t outputs) { return (outputs + 7) / 8; }

size_t lanes_winograd_filters_count(int32_t channels, int32_t outputs) {
  return (size_t)groups_of_eight(outputs) * 36 * (size_t)channels * 8;
}

// G, applied to one column or row of `taps` numbers: the polynomial of these coefficients at 0, 1, -1, 2, -2 and
// infinity, each divided by the product of the differences between its point and the other finite ones.
static void transform(const double *g, int taps, double *result) {
  static const double points[5] = {0, 1, -1, 2, -2}, divisors[5] = {4, -6, -6, 24, 24};
  for (int point = 0; point < 5; point++) {
    double value = 0, power = 1;
    for (int tap = 0; tap < taps; tap++, power *= points[point]) value += g[tap] * power;
    result[point] = value / divisors[point];
  }
  result[5] = g[taps - 1];
}

// G g G^T of kernel x kernel numbers.
static void transform_filter(const float *g, int kernel, double rows[6][6]) {
  double columns[5][6];
  for (int x = 0; x < kernel; x++) {
    double column[5];
    for (int y = 0; y < kernel; y++) column[y] = g[y * kernel + x];
    transform(column, kernel, columns[x]);
  }
  for (int y = 0; y < 6; y++) {
    double row[5];
    for (int x = 0; x < kernel; x++) row[x] = columns[x][y];
    transform(row, kernel, rows[y]);
  }
}

void lanes_winograd_filters(const float *weights, int32_t kernel, int32_t channels, int32_t outputs, float *filters) {
  memset(filters, 0, lanes_winograd_filters_count(channels, outputs) * sizeof(float));
  for (int32_t output = 0; output < outputs; output++) {
    float *group = filters + (size_t)(output / 8) * 36 * (size_t)channels * 8 + output % 8;
    for (int32_t channel = 0; channel < channels; channel++) {
      double rows[6][6];
      const size_t filter = (size_t)output * (size_t)channels + (size_t)channel;
      transform_filter(weights + filter * (size_t)(kernel * kernel), kernel, rows);
      for (int product = 0; product < 36; product++)
        group[((size_t)product * (size_t)channels + (size_t)channel) * 8] = (float)rows[product / 6][product % 6];
    }
  }
}

// Inputs in chunks of 8 groups of three; [chunk][output][8 groups], each the offset of its entry in the chunk's tables.
size_t lanes_lookup_indices_count(int32_t inputs, int32_t outputs) {
  return (size_t)((inputs + 23) / 24) * (size_t)outputs * 8;
}

// 24 bits of a row that begin at a bit, zeros behind `count`.
static uint32_t bits(const uint64_t *words, size_t start, int32_t count) {
  uint64_t low = words[start / 64] >> (start % 64);
  if (start % 64 + (size_t)count > 64) low |= words[start / 64 + 1] << (64 - start % 64);
  return (uint32_t)low & (uint32_t)((1u << count) - 1);
}

// The same of bits that are taken in another order.
static uint32_t bits_in_order(const uint64_t *words, size_t start, const int32_t *order, int32_t count) {
  uint32_t result = 0;
  for (int32_t i = 0; i < count; i++) {
    const size_t bit = start + (size_t)order[i];
    result |= (uint32_t)(words[bit / 64] >> (bit % 64) & 1) << i;
  }
  return result;
}

void lanes_lookup_indices(const uint64_t *mask, const uint64_t *negative, const int32_t *order, int32_t inputs,
                          int32_t outputs, uint16_t *indices) {
  uint16_t entry[64]; // of 3 mask bits and 3 sign bits: 9 a + 3 b + c + 13 with a, b, c in -1, 0, 1
  for (int code = 0; code < 64; code++) {
    int value = 13;
    for (int input = 0, digit = 9; input < 3; input++, digit /= 3)
      if (code >> input & 1) value += code >> (input + 3) & 1 ? -digit : digit;
    entry[code] = (uint16_t)(value * LANES);
  }
  const int32_t chunks = (inputs + 23) / 24;
  for (int32_t output = 0; output < outputs; output++) {
    for (int32_t chunk = 0; chunk < chunks; chunk++) {
      const int32_t rest = inputs - chunk * 24;
      const int32_t count = rest < 24 ? rest : 24;
      const size_t row = (size_t)output * (size_t)inputs, start = row + (size_t)chunk * 24;
      const int32_t *some = order ? order + (ptrdiff_t)chunk * 24 : NULL;
      const uint32_t kept = order ? bits_in_order(mask, row, some, count) : bits(mask, start, count);
      const uint32_t minus = order ? bits_in_order(negative, row, some, count) : bits(negative, start, count);
      uint16_t *to = indices + ((size_t)chunk * (size_t)outputs + (size_t)output) * 8;
      for (uint32_t group = 0; group < 8; group++) {
        const uint32_t code = (kept >> (group * 3) & 7) | (minus >> (group * 3) & 7) << 3;
        to[group] = (uint16_t)(entry[code] + group * 27 * LANES);
      }
    }
  }
}

// m of 16 outputs and 3 tiles, then v of 3 tiles: see kernels/winograd.h.
size_t lanes_winograd_scratch_count(int32_t channels) {
  return ((size_t)(16 + channels) * 3 + 1) * 36 * LANES;
}

// v of 3 tiles, their gradients, and sums: see kernels/winograd_training.h.
size_t lanes_winograd_gradient_scratch_count(int32_t channels, int32_t stride) {
  const size_t v = ((size_t)channels * 3 + 1) * LANES, d = (3 * (size_t)stride + 1) * LANES;
  return (v + d + (size_t)channels * (size_t)stride + LANES) * 36;
}

// A bit for each of eight bytes that is not 0, the first in the lowest.
static uint64_t ink_of_eight(const uint8_t *pixels) {
  uint64_t x;
  memcpy(&x, pixels, sizeof x);
  const uint64_t low = 0x7f7f7f7f7f7f7f7fu;
  const uint64_t marks = (((x & low) + low) | x) & ~low;
  // Moves the highest bits of the bytes next to each other; no two of them meet.
  return (marks >> 7) * 0x0102040810204080u >> 56;
}

void lanes_nonzero_rows(const uint8_t *pixels, ptrdiff_t images, int32_t channels, int32_t height, int32_t width,
                        uint64_t *nonzero) {
  memset(nonzero, 0, (size_t)images * (size_t)height * sizeof *nonzero);
  for (ptrdiff_t image = 0; image < images; image++, nonzero += height)
    for (int32_t row = 0; row < channels * height; row++, pixels += width) {
      uint64_t bits = 0;
      int32_t column = 0;
      for (; column + 8 <= width; column += 8) bits |= ink_of_eight(pixels + column) << column;
      for (; column < width; column++) bits |= (uint64_t)(pixels[column] != 0) << column;
      nonzero[row % height] |= bits;
    }
}
