// Networks of single neurons: see Neurons.h.

typedef int32_t lane_integers __attribute__((ext_vector_type(WIDTH)));

// a * b + c, rounded once at every level.
INLINE vector fused(vector a, vector b, vector c) { return __builtin_elementwise_fma(a, b, c); }

INLINE lane_integers bits_of(vector x) { return (lane_integers)x; }
INLINE vector with_bits(lane_integers x) { return (vector)x; }
INLINE vector magnitude_of(vector x) { return with_bits(bits_of(x) & (lane_integers)(0x7fffffff)); }
// y with the sign of x turned into it.
INLINE vector signed_as(vector y, vector x) {
  return with_bits(bits_of(y) ^ (bits_of(x) & (lane_integers)(int32_t)0x80000000));
}

// The nearest whole number of |x| < 2^22, halves to even.
INLINE vector nearest(vector x) {
  const vector big = splat(12582912.0f); // 1.5 * 2^23
  return (x + big) - big;
}

// exp(x), x clipped to where the result is a normal number; keeps a NaN. r = x - n log 2 in [-0.347, 0.347], and the polynomial
// is Cephes' expf.
INLINE vector exponential(vector x) {
  x = clip(x, splat(-87.0f), splat(88.0f));
  const vector n = nearest(x * splat(1.44269504f));
  vector r = fused(n, splat(-0.693359375f), x);
  r = fused(n, splat(2.12194440e-4f), r);
  vector p = splat(1.9875691500e-4f);
  p = fused(p, r, splat(1.3981999507e-3f));
  p = fused(p, r, splat(8.3334519073e-3f));
  p = fused(p, r, splat(4.1665795894e-2f));
  p = fused(p, r, splat(1.6666665459e-1f));
  p = fused(p, r, splat(5.0000001201e-1f));
  p = fused(p, r * r, r) + splat(1);
  // A NaN has n = NaN, whose conversion would not be defined.
  const vector safe = n == n ? n : splat(0);
  return p * with_bits((__builtin_convertvector(safe, lane_integers) + 127) << 23);
}

// log(x) of normal x > 0: Cephes' logf.
INLINE vector logarithm(vector x) {
  const lane_integers bits = bits_of(x);
  // x = m 2^e with m in [sqrt 1/2, sqrt 2)
  lane_integers e = (bits - 0x3f3504f3) >> 23;
  const vector m = with_bits(bits - (e << 23));
  const vector f = m - splat(1), n = __builtin_convertvector(e, vector), z = f * f;
  vector p = splat(7.0376836292e-2f);
  p = fused(p, f, splat(-1.1514610310e-1f));
  p = fused(p, f, splat(1.1676998740e-1f));
  p = fused(p, f, splat(-1.2420140846e-1f));
  p = fused(p, f, splat(1.4249322787e-1f));
  p = fused(p, f, splat(-1.6668057665e-1f));
  p = fused(p, f, splat(2.0000714765e-1f));
  p = fused(p, f, splat(-2.4999993993e-1f));
  p = fused(p, f, splat(3.3333331174e-1f));
  vector y = p * f * z;
  y = fused(n, splat(-2.12194440e-4f), y);
  y = fused(z, splat(-0.5f), y);
  return fused(n, splat(0.693359375f), f + y);
}

// tanh x: Cephes' polynomial below 0.625, 1 - 2 / (exp(2 |x|) + 1) above.
INLINE vector tangent(vector x) {
  const vector a = magnitude_of(x), z = x * x;
  vector p = splat(-5.70498872745e-3f);
  p = fused(p, z, splat(2.06390887954e-2f));
  p = fused(p, z, splat(-5.37397155531e-2f));
  p = fused(p, z, splat(1.33314422036e-1f));
  p = fused(p, z, splat(-3.33332819422e-1f));
  const vector near = fused(p * z, x, x);
  const vector far = splat(1) - splat(2) / (exponential(smaller(a + a, splat(40))) + splat(1));
  // Of a NaN `smaller` made a number.
  return a != a ? x : a < splat(0.625f) ? near : signed_as(far, x);
}

// sin(pi r) of |r| <= 1/2, by its series.
INLINE vector sine_of_half(vector r) {
  const vector z = r * r;
  vector p = splat(4.6630281e-4f);
  p = fused(p, z, splat(-7.3704309e-3f));
  p = fused(p, z, splat(8.2145887e-2f));
  p = fused(p, z, splat(-5.9926453e-1f));
  p = fused(p, z, splat(2.5501640f));
  p = fused(p, z, splat(-5.1677128f));
  p = fused(p, z, splat(3.1415927f));
  return p * r;
}

// x less the nearest even number, exact; of infinities a NaN.
INLINE vector within_period(vector x) {
  const vector half = x * splat(0.5f), a = magnitude_of(half);
  // From 2^22 on a half is rounded already, or so nearly that two steps are enough.
  const vector whole = a < splat(4194304.0f) ? nearest(half) : __builtin_elementwise_rint(half);
  return x - (whole + whole);
}

INLINE vector sine(vector x) {
  const vector r = within_period(x);
  const vector folded = magnitude_of(r) > splat(0.5f) ? signed_as(splat(1), r) - r : r;
  return sine_of_half(folded);
}

INLINE vector cosine(vector x) { return sine_of_half(splat(0.5f) - magnitude_of(within_period(x))); }

INLINE vector neuron(vector x, const int32_t kind) {
  switch (kind) {
  case 2: return x > splat(0) ? splat(1) : splat(0);
  case 3: return sine(x);
  case 4: return exponential(x * x * splat(-0.5f));
  case 5: return tangent(x);
  case 6: return splat(1) / (splat(1) + exponential(-x));
  case 7: return -x;
  case 8: return magnitude_of(x);
  case 9: return relu(x);
  case 10: return cosine(x);
  case 11: return x * x;
  default: return x;
  }
}

// Sums of so many vectors, side by side in registers.
INLINE void neuron_sums(const lanes_neuron_program *p, const lanes_neuron_step *s, const float *values, const int at_once,
                        int32_t from, vector *sums) {
  const ptrdiff_t size = (ptrdiff_t)p->weight_count * LANES;
  const int32_t *operands = p->operands + s->first;
  UNROLLED for (int i = 0; i < at_once; i++) sums[i] = splat(0);
  if (p->factors) {
    const float *factors = p->factors + s->first;
    for (int32_t k = 0; k < s->count; k++) {
      const float *x = values + operands[k] * size + from * WIDTH;
      const vector factor = splat(factors[k]);
      UNROLLED for (int i = 0; i < at_once; i++) sums[i] = fused(load(x + i * WIDTH), factor, sums[i]);
    }
  } else {
    for (int32_t k = 0; k < s->count; k++) {
      const float *x = values + operands[k] * size + from * WIDTH;
      UNROLLED for (int i = 0; i < at_once; i++) sums[i] += load(x + i * WIDTH);
    }
  }
}

// With a kind that is known, so that every activation has a loop of its own.
INLINE void neuron_step(const lanes_neuron_program *p, const lanes_neuron_step *s, const int32_t kind, float *values) {
  enum { AT_ONCE = 6 };
  const int32_t vectors = p->weight_count * PARTS;
  float *y = values + (ptrdiff_t)s->target * p->weight_count * LANES;
  vector sums[AT_ONCE];
  int32_t v = 0;
  for (; v + AT_ONCE <= vectors; v += AT_ONCE) {
    neuron_sums(p, s, values, AT_ONCE, v, sums);
    UNROLLED for (int i = 0; i < AT_ONCE; i++) {
      store(y + (v + i) * WIDTH, neuron(sums[i] * splat(p->weights[(v + i) / PARTS]), kind));
    }
  }
  for (; v < vectors; v++) {
    neuron_sums(p, s, values, 1, v, sums);
    store(y + v * WIDTH, neuron(sums[0] * splat(p->weights[v / PARTS]), kind));
  }
}

static void neuron_score(const lanes_neuron_program *p, const lanes_neuron_step *s, const float *values, const float *labels,
                         int32_t images, double *losses, int32_t *right) {
  const ptrdiff_t size = (ptrdiff_t)p->weight_count * LANES;
  const int32_t *operands = p->operands + s->first;
  for (int32_t w = 0; w < p->weight_count; w++) {
    float loss[LANES] __attribute__((aligned(64))), hit[LANES] __attribute__((aligned(64)));
    for (int part = 0; part < PARTS; part++) {
      const float *x = values + w * LANES + part * WIDTH;
      const vector label = load(labels + part * WIDTH);
      vector most = load(x + operands[0] * size), best = splat(0), chosen = most;
      for (int32_t o = 1; o < s->count; o++) {
        const vector value = load(x + operands[o] * size), number = splat((float)o);
        best = value > most ? number : best;
        most = value > most ? value : most;
        chosen = label == number ? value : chosen;
      }
      vector sum = splat(0);
      for (int32_t o = 0; o < s->count; o++) sum += exponential(load(x + operands[o] * size) - most);
      const vector result = (logarithm(sum) + (most - chosen));
      const vector worst = splat(NEURON_WORST_LOSS);
      store(loss + part * WIDTH, result < worst ? result : worst);
      store(hit + part * WIDTH, best == label ? splat(1) : splat(0));
    }
    double total = 0;
    int32_t count = 0;
    for (int32_t i = 0; i < images; i++) {
      total += loss[i];
      count += hit[i] != 0;
    }
    losses[s->target * p->weight_count + w] = total;
    right[s->target * p->weight_count + w] = count;
  }
}

static void neuron_outputs(const lanes_neuron_program *p, const lanes_neuron_step *s, const float *values, float *outputs) {
  const ptrdiff_t size = (ptrdiff_t)p->weight_count * LANES;
  for (int32_t w = 0; w < p->weight_count; w++) {
    for (int32_t o = 0; o < s->count; o++) {
      const float *x = values + p->operands[s->first + o] * size + w * LANES;
      float *y = outputs + ((ptrdiff_t)w * s->count + o) * LANES;
      for (int part = 0; part < PARTS; part++) store(y + part * WIDTH, load(x + part * WIDTH));
    }
  }
}

#define EACH_NEURON(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)

static void neurons(const lanes_neuron_program *program, const float *labels, int32_t images, float *values, double *losses,
                    int32_t *right, float *outputs) {
  for (int32_t i = 0; i < program->step_count; i++) {
    const lanes_neuron_step *s = &program->steps[i];
    switch (s->kind) {
#define STEP(kind) case kind: neuron_step(program, s, kind, values); break;
      EACH_NEURON(STEP)
#undef STEP
    case NEURON_SCORE: neuron_score(program, s, values, labels, images, losses, right); break;
    case NEURON_OUTPUTS: neuron_outputs(program, s, values, outputs); break;
    default: break;
    }
  }
}

// The derivative of an activation at x, where it is y.
INLINE vector neuron_slope(vector x, vector y, const int32_t kind) {
  const vector pi = splat(3.1415927f);
  switch (kind) {
  case 2: return splat(0);
  case 3: return pi * cosine(x);
  case 4: return -x * y;
  case 5: return splat(1) - y * y;
  case 6: return y * (splat(1) - y);
  case 7: return splat(-1);
  case 8: return x > splat(0) ? splat(1) : splat(0) > x ? splat(-1) : splat(0);
  case 9: return x > splat(0) ? splat(1) : splat(0);
  case 10: return -pi * sine(x);
  case 11: return x + x;
  default: return splat(1);
  }
}

INLINE void neuron_back(const lanes_neuron_program *p, const lanes_neuron_step *s, const int32_t kind, const float *values,
                        float *gradients, double *factor_gradients) {
  const int32_t *operands = p->operands + s->first;
  const float *factors = p->factors + s->first;
  float products[LANES] __attribute__((aligned(64)));
  vector deltas[PARTS];
  for (int part = 0; part < PARTS; part++) {
    vector sum;
    neuron_sums(p, s, values, 1, part, &sum);
    const ptrdiff_t at = (ptrdiff_t)s->target * LANES + part * WIDTH;
    const vector weight = splat(p->weights[0]);
    deltas[part] = load(gradients + at) * neuron_slope(sum * weight, load(values + at), kind) * weight;
  }
  for (int32_t k = 0; k < s->count; k++) {
    const ptrdiff_t at = (ptrdiff_t)operands[k] * LANES;
    for (int part = 0; part < PARTS; part++) {
      float *gradient = gradients + at + part * WIDTH;
      store(gradient, fused(deltas[part], splat(factors[k]), load(gradient)));
      store(products + part * WIDTH, deltas[part] * load(values + at + part * WIDTH));
    }
    double total = 0;
    for (int lane = 0; lane < LANES; lane++) total += products[lane];
    factor_gradients[s->first + k] = total;
  }
}

// softmax(outputs) - 1 for the label, in the lanes of images.
static void neuron_loss_back(const lanes_neuron_step *s, const int32_t *operands, const float *labels, int32_t images,
                             const float *values, float *gradients) {
  float counts[LANES] __attribute__((aligned(64)));
  for (int lane = 0; lane < LANES; lane++) counts[lane] = lane < images ? 1 : 0;
  for (int part = 0; part < PARTS; part++) {
    const vector label = load(labels + part * WIDTH), there = load(counts + part * WIDTH);
    vector most = load(values + (ptrdiff_t)operands[0] * LANES + part * WIDTH), sum = splat(0);
    for (int32_t o = 1; o < s->count; o++) {
      const vector value = load(values + (ptrdiff_t)operands[o] * LANES + part * WIDTH);
      most = value > most ? value : most;
    }
    for (int32_t o = 0; o < s->count; o++) {
      sum += exponential(load(values + (ptrdiff_t)operands[o] * LANES + part * WIDTH) - most);
    }
    for (int32_t o = 0; o < s->count; o++) {
      const ptrdiff_t at = (ptrdiff_t)operands[o] * LANES + part * WIDTH;
      const vector probability = exponential(load(values + at) - most) / sum;
      const vector right = label == splat((float)o) ? splat(1) : splat(0);
      store(gradients + at, load(gradients + at) + (probability - right) * there);
    }
  }
}

static void neurons_backward(const lanes_neuron_program *program, const float *labels, int32_t images, const float *values,
                             float *gradients, double *factor_gradients) {
  for (int32_t i = program->step_count - 1; i >= 0; i--) {
    const lanes_neuron_step *s = &program->steps[i];
    switch (s->kind) {
#define BACK(kind) case kind: neuron_back(program, s, kind, values, gradients, factor_gradients); break;
      EACH_NEURON(BACK)
#undef BACK
    case NEURON_OUTPUTS:
      neuron_loss_back(s, program->operands + s->first, labels, images, values, gradients);
      break;
    default: break;
    }
  }
}

static void neuron_activation(int32_t activation, const float *x, ptrdiff_t count, float *y) {
  for (ptrdiff_t i = 0; i < count; i += WIDTH) {
    const vector v = load(x + i);
    vector result = v;
    switch (activation) {
#define ACTIVATE(kind) case kind: result = neuron(v, kind); break;
      EACH_NEURON(ACTIVATE)
#undef ACTIVATE
    default: break;
    }
    store(y + i, result);
  }
}

static void neuron_logarithm(const float *x, ptrdiff_t count, float *y) {
  for (ptrdiff_t i = 0; i < count; i += WIDTH) store(y + i, logarithm(load(x + i)));
}
