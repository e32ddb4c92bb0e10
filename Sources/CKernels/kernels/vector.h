// Vectors of WIDTH lanes and what is done with them.

typedef float vector __attribute__((ext_vector_type(WIDTH)));

// A block of sixteen lanes takes PARTS vectors.
enum { PARTS = LANES / WIDTH };

#define INLINE static inline __attribute__((always_inline))
#define UNROLLED _Pragma("clang loop unroll(full)")
#define NOT_UNROLLED _Pragma("clang loop unroll(disable)")
#define TWO_AT_ONCE _Pragma("clang loop unroll_count(2)")

INLINE vector load(const float *x) { return *(const vector *)x; }
INLINE void store(float *x, vector value) { *(vector *)x = value; }
typedef float vector_loose __attribute__((ext_vector_type(WIDTH), aligned(4)));
INLINE vector load_loose(const float *x) { return *(const vector_loose *)x; }
INLINE void store_loose(float *x, vector value) { *(vector_loose *)x = value; }
INLINE vector splat(float x) { return (vector)(x); }

// A vector that stays in one register: where sums take nearly all of them, the compiler otherwise loads several vectors
// ahead and moves sums to the stack.
INLINE vector held(vector v) {
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

// The same, in the register of c. In loops whose sums take nearly all registers the compiler otherwise lets some of them
// change places with a and b, and runs out of registers.
INLINE vector fma_into(vector a, vector b, vector c) {
#if WIDTH == 16
  __asm__("vfmadd231ps %2, %1, %0" : "+v"(c) : "v"(a), "v"(b));
#elif HAS_FMA && defined(__x86_64__)
  __asm__("vfmadd231ps %2, %1, %0" : "+x"(c) : "x"(a), "x"(b));
#else
  c = fma_(a, b, c);
#endif
  return c;
}

// fma_into of what is read from memory, without a register for it.
INLINE vector fma_from(const float *a, vector b, vector c) {
#if WIDTH == 16
  __asm__("vfmadd231ps %2, %1, %0" : "+v"(c) : "v"(b), "m"(*(const vector *)a));
#elif HAS_FMA && defined(__x86_64__)
  __asm__("vfmadd231ps %2, %1, %0" : "+x"(c) : "x"(b), "m"(*(const vector *)a));
#else
  c = fma_(load(a), b, c);
#endif
  return c;
}

// Keeps a NaN of x, as PyTorch does.
INLINE vector relu(vector x) {
  const vector zero = splat(0);
  return zero > x ? zero : x;
}

INLINE vector larger(vector a, vector b) { return a > b ? a : b; }
INLINE vector smaller(vector a, vector b) { return a < b ? a : b; }

// Keeps a NaN of x, too.
INLINE vector clip(vector x, vector low, vector high) {
  x = low > x ? low : x;
  return x > high ? high : x;
}

// The kind is given on its own because a constant one makes code of its own. Where it is none, nothing and a ReLU are clips
// too: that takes fewer branches at the end of every sum.
INLINE vector activate(vector x, const int32_t kind, const lanes_activation *with) {
  if (kind == ACTIVATION_LEAKY) return splat(0) > x ? x * splat(with->slope) : x;
  if (kind == ACTIVATION_HARD_SWISH) return x * clip(x + splat(3), splat(0), splat(6)) / splat(6);
  if (__builtin_constant_p(kind) && kind == ACTIVATION_NONE) return x;
  if (__builtin_constant_p(kind) && kind == ACTIVATION_RELU) return relu(x);
  return clip(x, splat(with->low), splat(with->high));
}

// The end of output o where nothing is added: see lanes_epilogue.
INLINE vector finish(vector sum, const lanes_epilogue *epilogue, int32_t o) {
  const vector y = fma_(sum, splat(epilogue->scale[o]), splat(epilogue->bias[o]));
  return activate(y, epilogue->activation.kind, &epilogue->activation);
}

// The end of output o, with what is at the same place of another activation added, stored.
INLINE void finish_at(vector sum, const lanes_epilogue *epilogue, int32_t o, const float *addend, float *y,
                      ptrdiff_t at) {
  vector result = fma_(sum, splat(epilogue->scale[o]), splat(epilogue->bias[o]));
  if (addend) result += load(addend + at);
  store(y + at, activate(result, epilogue->activation.kind, &epilogue->activation));
}

// Sums that stay in registers: those of so many outputs, of three positions or tiles, and of so many vectors of their
// lanes. With 32 registers 24 sums, three inputs and a weight; with 16 registers 12 sums, two weights and an input.
#if WIDTH == 16 || defined(__aarch64__)
enum { OUTPUTS_AT_ONCE = 8, PARTS_AT_ONCE = 1 };
#else
enum { OUTPUTS_AT_ONCE = 2, PARTS_AT_ONCE = 2 };
#endif

// sums[r][i] = fma(x[i / parts] + its part, weights[r], sums[r][i]), for `rows` outputs and `places` x `parts` inputs.
INLINE void add_products(const float *const *x, ptrdiff_t offset, const int places, const int parts,
                         const float *weights, const int rows, vector sums[8][8]) {
  if (rows < places * parts) {
    vector factors[8];
    UNROLLED for (int r = 0; r < rows; r++) factors[r] = held(splat(weights[r]));
    UNROLLED for (int i = 0; i < places * parts; i++) {
      const vector input = held(load(x[i / parts] + offset + i % parts * WIDTH));
      UNROLLED for (int r = 0; r < rows; r++) sums[r][i] = fma_into(input, factors[r], sums[r][i]);
    }
  } else {
    vector inputs[8];
    UNROLLED for (int i = 0; i < places * parts; i++) inputs[i] = load(x[i / parts] + offset + i % parts * WIDTH);
    UNROLLED for (int r = 0; r < rows; r++) {
      const vector factor = held(splat(weights[r]));
      UNROLLED for (int i = 0; i < places * parts; i++) sums[r][i] = fma_into(inputs[i], factor, sums[r][i]);
    }
  }
}
