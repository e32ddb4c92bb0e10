// Vectors of WIDTH lanes and what is done with them.

typedef float vector __attribute__((ext_vector_type(WIDTH)));

// A block of sixteen lanes takes PARTS vectors.
enum { PARTS = LANES / WIDTH };

#define INLINE static inline __attribute__((always_inline))
#define UNROLLED _Pragma("clang loop unroll(full)")
#define NOT_UNROLLED _Pragma("clang loop unroll(disable)")

INLINE vector load(const float *x) { return *(const vector *)x; }
INLINE void store(float *x, vector value) { *(vector *)x = value; }
typedef float vector_loose __attribute__((ext_vector_type(WIDTH), aligned(4)));
INLINE vector load_loose(const float *x) { return *(const vector_loose *)x; }
INLINE void store_loose(float *x, vector value) { *(vector_loose *)x = value; }
INLINE vector splat(float x) { return (vector)(x); }

// A splat that stays in one register: where sums take all the others, the compiler otherwise keeps several splats at once
// and moves sums to the stack.
INLINE vector held_splat(float x) {
  vector v = splat(x);
#if WIDTH == 16
  __asm__("" : "+v"(v));
#elif defined(__x86_64__)
  __asm__("" : "+x"(v));
#elif defined(__aarch64__)
  __asm__("" : "+w"(v));
#endif
  return v;
}

// a * b + c, rounded once where the level can.
INLINE vector fma_(vector a, vector b, vector c) {
#if HAS_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

// Keeps a NaN of x, as PyTorch does.
INLINE vector relu(vector x) {
  const vector zero = splat(0);
  return zero > x ? zero : x;
}

INLINE vector larger(vector a, vector b) { return a > b ? a : b; }

INLINE vector activate(vector x, int32_t activation, float slope) {
  if (activation == ACTIVATION_RELU) return relu(x);
  if (activation == ACTIVATION_LEAKY) return splat(0) > x ? x * splat(slope) : x;
  return x;
}

// The end of output o: see lanes_epilogue.
INLINE vector finish(vector sum, const lanes_epilogue *epilogue, int32_t o) {
  const vector y = fma_(sum, splat(epilogue->scale[o]), splat(epilogue->bias[o]));
  return activate(y, epilogue->activation, epilogue->slope);
}
