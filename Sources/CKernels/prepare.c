#include <string.h>

#include "CKernels.h"

// What is derived from the weights once, before any image is seen. It is the same at every level.

static int32_t groups_of_eight(int32_t outputs) { return (outputs + 7) / 8; }

size_t lanes_winograd_filters_count(int32_t channels, int32_t outputs) {
  return (size_t)groups_of_eight(outputs) * 36 * (size_t)channels * 8;
}

// G of F(4x4, 3x3), applied to one column or row of three.
static void transform(double a, double b, double c, double *result) {
  result[0] = a / 4;
  result[1] = -(a + b + c) / 6;
  result[2] = -(a - b + c) / 6;
  result[3] = (a + 2 * b + 4 * c) / 24;
  result[4] = (a - 2 * b + 4 * c) / 24;
  result[5] = c;
}

void lanes_winograd_filters(const float *weights, int32_t channels, int32_t outputs, float *filters) {
  memset(filters, 0, lanes_winograd_filters_count(channels, outputs) * sizeof(float));
  for (int32_t output = 0; output < outputs; output++) {
    float *group = filters + (size_t)(output / 8) * 36 * (size_t)channels * 8 + output % 8;
    for (int32_t channel = 0; channel < channels; channel++) {
      const float *g = weights + ((size_t)output * (size_t)channels + (size_t)channel) * 9;
      double columns[3][6], rows[6][6];
      for (int x = 0; x < 3; x++) transform(g[x], g[3 + x], g[6 + x], columns[x]);
      for (int y = 0; y < 6; y++) transform(columns[0][y], columns[1][y], columns[2][y], rows[y]);
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

void lanes_lookup_indices(const uint64_t *mask, const uint64_t *negative, int32_t inputs, int32_t outputs,
                          uint16_t *indices) {
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
      const size_t start = (size_t)output * (size_t)inputs + (size_t)chunk * 24;
      const uint32_t kept = bits(mask, start, count), minus = bits(negative, start, count);
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
