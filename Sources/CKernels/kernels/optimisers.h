// Optimisers and masks, one number after the other; the compiler makes vectors of them.

#if HAS_FMA
#define FMA(a, b, c) __builtin_fmaf(a, b, c)
#else
#define FMA(a, b, c) ((a) * (b) + (c))
#endif
#define ROOT(x) __builtin_elementwise_sqrt(x)

static void sgd(const lanes_sgd_settings *s, const float *gradient, ptrdiff_t count, float *restrict x,
                float *restrict velocity) {
  const float rate = s->rate, momentum = s->momentum, share = 1 - s->dampening, decay = s->decay;
  for (ptrdiff_t i = 0; i < count; i++) {
    const float g = FMA(decay, x[i], gradient[i]);
    float step = g;
    if (momentum != 0) {
      const float v = s->first ? g : FMA(momentum, velocity[i], share * g);
      velocity[i] = v;
      step = s->nesterov ? FMA(momentum, v, g) : v;
    }
    x[i] = FMA(-rate, step, x[i]);
  }
}

INLINE float adam_step(const lanes_adam_settings *s, float gradient, float x, float *mean, float *square) {
  x *= s->shrink;
  const float g = FMA(s->decay, x, gradient);
  const float m = FMA(1 - s->beta1, g - *mean, *mean), v = FMA(s->beta2, *square, (1 - s->beta2) * g * g);
  *mean = m;
  *square = v;
  return x - s->rate * (m / (ROOT(v) / s->root + s->epsilon));
}

static void adam(const lanes_adam_settings *settings, const float *restrict gradient, ptrdiff_t count,
                 float *restrict x, float *restrict mean, float *restrict square) {
  const lanes_adam_settings s = *settings;
  for (ptrdiff_t i = 0; i < count; i++) x[i] = adam_step(&s, gradient[i], x[i], &mean[i], &square[i]);
}

static void adadelta(const lanes_adadelta_settings *settings, const float *restrict gradient, ptrdiff_t count,
                     float *restrict x, float *restrict square, float *restrict change) {
  const lanes_adadelta_settings s = *settings;
  for (ptrdiff_t i = 0; i < count; i++) {
    const float g = FMA(s.decay, x[i], gradient[i]);
    const float v = FMA(s.rho, square[i], (1 - s.rho) * g * g);
    const float delta = ROOT(change[i] + s.epsilon) / ROOT(v + s.epsilon) * g;
    square[i] = v;
    change[i] = FMA(s.rho, change[i], (1 - s.rho) * delta * delta);
    x[i] = FMA(-s.rate, delta, x[i]);
  }
}

static void mask(const float *restrict scores, const int8_t *restrict signs, ptrdiff_t count, float threshold,
                 float magnitude, float *restrict w) {
  for (ptrdiff_t i = 0; i < count; i++) w[i] = scores[i] > threshold ? (float)signs[i] * magnitude : 0;
}

static void score_step(const lanes_adam_settings *settings, const float *restrict dw, const int8_t *restrict signs,
                       ptrdiff_t count, float threshold, float magnitude, float *restrict scores,
                       float *restrict mean, float *restrict square, float *restrict w) {
  const lanes_adam_settings s = *settings;
  for (ptrdiff_t i = 0; i < count; i++) {
    const float sign = (float)signs[i];
    // Where there is no edge the score is -infinity, which no arithmetic may touch: infinity times 0 is no number.
    const float before = signs[i] != 0 ? scores[i] : 0;
    const float score = adam_step(&s, dw[i] * sign, before, &mean[i], &square[i]);
    scores[i] = signs[i] != 0 ? score : scores[i];
    w[i] = score > threshold ? sign * magnitude : 0;
  }
}
