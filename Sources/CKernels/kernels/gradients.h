// Gradients of what has no edges, biases, and dropout.

typedef int32_t integers __attribute__((ext_vector_type(WIDTH)));
typedef uint32_t words __attribute__((ext_vector_type(WIDTH)));

static void add_bias(float *y, int32_t channels, int32_t plane, const float *bias, const lanes_activation *given) {
  const lanes_activation activation = *given;
  for (int32_t channel = 0; channel < channels; channel++, bias += LANES)
    for (int32_t position = 0; position < plane; position++, y += LANES)
      UNROLLED for (int at = 0; at < LANES; at += WIDTH)
        store(y + at, activate(load(y + at) + load(bias + at), activation.kind, &activation));
}

static void bias_gradient(const float *dy, int32_t channels, int32_t plane, float *sums) {
  for (int32_t channel = 0; channel < channels; channel++, sums += LANES) {
    vector totals[PARTS];
    UNROLLED for (int part = 0; part < PARTS; part++) totals[part] = splat(0);
    for (int32_t position = 0; position < plane; position++, dy += LANES)
      UNROLLED for (int part = 0; part < PARTS; part++) totals[part] += load(dy + part * WIDTH);
    UNROLLED for (int part = 0; part < PARTS; part++) store(sums + part * WIDTH, totals[part]);
  }
}

// The gradient in front of an activation; see lanes_activation_gradient.
INLINE vector gradient_before(vector y, vector gradient, const int32_t kind, const lanes_activation *with) {
  switch (kind) {
  case ACTIVATION_RELU: return y > splat(0) ? gradient : splat(0);
  case ACTIVATION_LEAKY: return y > splat(0) ? gradient : gradient * splat(with->slope);
  case ACTIVATION_CLIP: return y > splat(with->low) ? (splat(with->high) > y ? gradient : splat(0)) : splat(0);
  case ACTIVATION_HARD_SWISH:
    gradient = splat(3) > y ? gradient * (y / splat(3) + splat(0.5f)) : gradient;
    return y > splat(-3) ? gradient : splat(0);
  default: return gradient;
  }
}

static void activation_gradient(const lanes_activation *given, float factor, const float *y, const float *dy,
                                ptrdiff_t elements, int32_t adds, float *dx) {
  const lanes_activation activation = *given;
  for (ptrdiff_t at = 0; at < elements * LANES; at += WIDTH) {
    vector result = gradient_before(load(y + at), load(dy + at), activation.kind, &activation);
    if (factor != 1) result *= splat(factor);
    store(dx + at, adds ? load(dx + at) + result : result);
  }
}

// The window of pool_window, of which the gradient g goes to its inputs.
static void pool_window_gradient(const lanes_pool *p, const float *plane, int32_t top, int32_t left, const float *dy,
                                 float *dx) {
  int32_t row_first, row_end, column_first, column_end;
  inside(top, p->kernel_height, p->dilation_height, p->height, &row_first, &row_end);
  inside(left, p->kernel_width, p->dilation_width, p->width, &column_first, &column_end);
  const int32_t taps = (row_end - row_first) * (column_end - column_first);
  for (int32_t part = 0; part < PARTS; part++) {
    vector gradient = load(dy + part * WIDTH), best = splat(-__builtin_inff());
    integers winner = (integers)(0);
    if (p->average) gradient /= splat(divisor(p, top, left, taps));
    for (int pass = p->average ? 1 : 0; pass < 2; pass++) {
      int32_t tap = 0;
      for (int32_t row = row_first; row < row_end; row++) {
        const ptrdiff_t line = (ptrdiff_t)(top + row * p->dilation_height) * p->width + left;
        for (int32_t column = column_first; column < column_end; column++, tap++) {
          const ptrdiff_t at = (line + (ptrdiff_t)column * p->dilation_width) * LANES + part * WIDTH;
          if (pass == 0) {
            const vector value = load(plane + at);
            winner = value > best ? (integers)(tap) : winner;
            best = larger(value, best);
          } else {
            const vector share = p->average ? gradient : (winner == (integers)(tap) ? gradient : splat(0));
            store(dx + at, load(dx + at) + share);
          }
        }
      }
    }
  }
}

static void pool_gradient(const lanes_pool *p, const float *x, const float *dy, float *dx) {
  for (int32_t channel = 0; channel < p->channels; channel++) {
    const ptrdiff_t start = (ptrdiff_t)channel * p->height * p->width * LANES;
    for (int32_t row = 0; row < p->output_height; row++)
      for (int32_t column = 0; column < p->output_width; column++, dy += LANES)
        pool_window_gradient(p, x + start, row * p->stride_height - p->top, column * p->stride_width - p->left, dy,
                             dx + start);
  }
}

// Twice the 32-bit finaliser that C. Wellons found by search ("lowbias32"), with a key before each.
INLINE words scrambled(words x) {
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  return x ^ (x >> 16);
}

static void drop(const float *x, ptrdiff_t elements, const uint32_t *keys, const uint32_t *second_keys,
                 uint32_t threshold, float scale, float *y) {
  for (int part = 0; part < PARTS; part++) {
    words first, second;
    for (int lane = 0; lane < WIDTH; lane++) {
      first[lane] = keys[part * WIDTH + lane];
      second[lane] = second_keys[part * WIDTH + lane];
    }
    for (ptrdiff_t element = 0; element < elements; element++) {
      const words hash = scrambled(scrambled((words)((uint32_t)element) ^ first) + second) >> 8;
      const ptrdiff_t at = element * LANES + part * WIDTH;
      store(y + at, hash >= (words)(threshold) ? load(x + at) * splat(scale) : splat(0));
    }
  }
}

// All ones in lanes that have an image.
INLINE integers present(int part, int32_t lanes) {
  integers result;
  for (int lane = 0; lane < WIDTH; lane++) result[lane] = part * WIDTH + lane < lanes ? -1 : 0;
  return result;
}

static void channel_sums(const float *a, const float *b, const float *centre_a, const float *centre_b,
                         int32_t channels, int32_t plane, int32_t lanes, double *sums) {
  enum { AT_ONCE = 64 };
  for (int32_t channel = 0; channel < channels; channel++) {
    const vector middle_a = splat(centre_a[channel]), middle_b = splat(b ? centre_b[channel] : 0);
    for (int32_t start = 0; start < plane; start += AT_ONCE) {
      const int32_t end = plane - start < AT_ONCE ? plane : start + AT_ONCE;
      for (int part = 0; part < PARTS; part++) {
        vector total = splat(0);
        for (int32_t position = start; position < end; position++) {
          const ptrdiff_t at = ((ptrdiff_t)channel * plane + position) * LANES + part * WIDTH;
          const vector value = load(a + at) - middle_a;
          total = b ? fma_(value, load(b + at) - middle_b, total) : total + value;
        }
        for (int lane = 0; lane < WIDTH && part * WIDTH + lane < lanes; lane++) sums[channel] += (double)total[lane];
      }
    }
  }
}

static void channel_combine(const float *dy, const float *x, const float *factors, const float *slopes,
                            const float *offsets, int32_t channels, int32_t plane, int32_t lanes, float *dx) {
  for (int part = 0; part < PARTS; part++) {
    const integers there = present(part, lanes);
    for (int32_t channel = 0; channel < channels; channel++) {
      const vector factor = splat(factors[channel]), slope = splat(slopes[channel]), offset = splat(offsets[channel]);
      for (int32_t position = 0; position < plane; position++) {
        const ptrdiff_t at = ((ptrdiff_t)channel * plane + position) * LANES + part * WIDTH;
        const vector value = fma_(load(dy + at), factor, fma_(load(x + at), slope, offset));
        store(dx + at, load(dx + at) + (there ? value : splat(0)));
      }
    }
  }
}
