#include <string.h>

#include "CKernels.h"

// A number whose order among unsigned integers is that of the floats.
static uint32_t rank(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

// Digit by digit, from the most significant: 11, 11 and 10 bits.
float lanes_kth_largest(const float *x, ptrdiff_t count, ptrdiff_t k) {
  static const int starts[3] = {21, 10, 0}, sizes[3] = {2048, 2048, 1024};
  uint32_t known = 0, known_mask = 0;
  for (int digit = 0; digit < 3; digit++) {
    ptrdiff_t counts[2048] = {0};
    for (ptrdiff_t i = 0; i < count; i++) {
      const uint32_t bits = rank(x[i]);
      if ((bits & known_mask) == known) counts[(bits >> starts[digit]) & (uint32_t)(sizes[digit] - 1)]++;
    }
    int value = sizes[digit] - 1;
    while (value > 0 && counts[value] < k) k -= counts[value--];
    known |= (uint32_t)value << starts[digit];
    known_mask |= (uint32_t)(sizes[digit] - 1) << starts[digit];
  }
  const uint32_t bits = known & 0x80000000u ? known & 0x7fffffffu : ~known;
  float result;
  memcpy(&result, &bits, sizeof result);
  return result;
}
