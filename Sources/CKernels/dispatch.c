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

// The table of a level; of the portable one where there is no such level.
static const lanes_kernels *table(int32_t level) {
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

// lanes_NAME of every kernel: that of the level.
#define INSIDE(...) __VA_ARGS__
#define DISPATCH(name, parameters, arguments)                                                                          \
  void lanes_##name(int32_t level, INSIDE parameters) { table(level)->name arguments; }
LANES_KERNELS(DISPATCH)
