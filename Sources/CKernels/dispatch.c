#include "kernels.h"

// The processor's features and, for wider registers, whether the operating system keeps them: the compiler's runtime
// reads both (CPUID and XGETBV).
bool lanes_level_is_available(int32_t level) {
  switch (level) {
  case LEVEL_PORTABLE: return true;
#if defined(__x86_64__)
  case LEVEL_AVX2: __builtin_cpu_init(); return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  case LEVEL_AVX512:
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
#elif defined(__aarch64__)
  case LEVEL_NEON: return true;
#endif
  default: return false;
  }
}

const lanes_kernels *lanes_table(int32_t level) {
  switch (level) {
#if defined(__x86_64__)
  case LEVEL_AVX512: return &lanes_kernels_avx512;
  case LEVEL_AVX2: return &lanes_kernels_avx2;
#elif defined(__aarch64__)
  case LEVEL_NEON: return &lanes_kernels_neon;
#endif
  default: return &lanes_kernels_portable;
  }
}

void lanes_load_bytes(int32_t level, const uint8_t *pixels, int32_t count, int32_t elements, int32_t plane,
                      const lanes_epilogue *loading, float *x) {
  lanes_table(level)->load_bytes(pixels, count, elements, plane, loading, x);
}

void lanes_load_floats(int32_t level, const float *pixels, int32_t count, int32_t elements, int32_t plane,
                       const lanes_epilogue *loading, float *x) {
  lanes_table(level)->load_floats(pixels, count, elements, plane, loading, x);
}

void lanes_sum(int32_t level, const lanes_sums *sums, const float *x, ptrdiff_t x_stride, int32_t blocks,
               const lanes_epilogue *epilogue, float *y, ptrdiff_t y_stride) {
  lanes_table(level)->sum(sums, x, x_stride, blocks, epilogue, y, y_stride);
}

void lanes_winograd_convolve(int32_t level, const lanes_winograd *shape, const float *x, ptrdiff_t x_stride,
                             int32_t blocks, const lanes_epilogue *epilogue, float *y, ptrdiff_t y_stride,
                             float *scratch) {
  lanes_table(level)->winograd(shape, x, x_stride, blocks, epilogue, y, y_stride, scratch);
}

void lanes_lookup(int32_t level, const lanes_tables *tables, const float *x, const lanes_epilogue *epilogue, float *y,
                  float *scratch) {
  lanes_table(level)->lookup(tables, x, epilogue, y, scratch);
}

void lanes_pointwise(int32_t level, const float *x, int32_t channels, int32_t plane, const lanes_epilogue *epilogue,
                     float *y) {
  lanes_table(level)->pointwise(x, channels, plane, epilogue, y);
}

void lanes_add(int32_t level, const float *a, const float *b, ptrdiff_t elements, float *y) {
  lanes_table(level)->add(a, b, elements, y);
}

void lanes_pad(int32_t level, const lanes_padding *padding, const float *x, float *y) {
  lanes_table(level)->pad(padding, x, y);
}

void lanes_pool_windows(int32_t level, const lanes_pool *pool, const float *x, float *y) {
  lanes_table(level)->pool(pool, x, y);
}
