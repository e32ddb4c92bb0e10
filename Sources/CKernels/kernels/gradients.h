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
  if (activation.kind == ACTIVATION_RELU && factor == 1 && !adds) {
    for (ptrdiff_t at = 0; at < elements * LANES; at += WIDTH)
      store(dx + at, gradient_before(load(y + at), load(dy + at), ACTIVATION_RELU, &activation));
    return;
  }
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

// The same of the maximum of 2x2 elements.
static void pool_pair_gradient(const lanes_pool *p, const float *x, const float *dy, float *dx) {
  const ptrdiff_t below = (ptrdiff_t)p->width * LANES, places[4] = {0, LANES, below, below + LANES};
  for (int part = 0; part < PARTS; part++, x += WIDTH, dy += WIDTH, dx += WIDTH) {
    const vector gradient = load(dy);
    vector best = splat(-__builtin_inff());
    integers winner = (integers)(0);
    UNROLLED for (int tap = 0; tap < 4; tap++) {
      const vector value = load(x + places[tap]);
      winner = value > best ? (integers)(tap) : winner;
      best = larger(value, best);
    }
    UNROLLED for (int tap = 0; tap < 4; tap++) {
      float *to = dx + places[tap];
      store(to, load(to) + (winner == (integers)(tap) ? gradient : splat(0)));
    }
  }
}

static void pool_gradient(const lanes_pool *p, const float *x, const float *dy, float *dx) {
  const bool is_pair = is_pair_pool(p);
  for (int32_t channel = 0; channel < p->channels; channel++) {
    const ptrdiff_t start = (ptrdiff_t)channel * p->height * p->width * LANES;
    for (int32_t row = 0; row < p->output_height; row++)
      for (int32_t column = 0; column < p->output_width; column++, dy += LANES) {
        const int32_t top = row * p->stride_height - p->top, left = column * p->stride_width - p->left;
        const ptrdiff_t at = start + ((ptrdiff_t)top * p->width + left) * LANES;
        if (is_pair && top + 1 < p->height && left + 1 < p->width)
          pool_pair_gradient(p, x + at, dy, dx + at);
        else
          pool_window_gradient(p, x + start, top, left, dy, dx + start);
      }
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

// What is summed up in lanes before it is added to a sum of its channel; channels whose sums are in registers together.
enum { STRETCH = 64, CHANNELS_TOGETHER = 4 };

// Adds the lanes of some channels' totals, one after the other.
INLINE void add_lanes(float totals[][LANES], const int channels, int32_t lanes, double *sums) {
  for (int32_t lane = 0; lane < lanes; lane++)
    UNROLLED for (int c = 0; c < channels; c++) sums[c] += (double)totals[c][lane];
}

INLINE void channel_sums_of(const float *a, const float *b, const float *centre_a, const float *centre_b,
                            const int channels, int32_t plane, int32_t lanes, double *sums) {
  const ptrdiff_t step = (ptrdiff_t)plane * LANES;
  for (int32_t start = 0; start < plane; start += STRETCH) {
    const int32_t end = plane - start < STRETCH ? plane : start + STRETCH;
    float totals[CHANNELS_TOGETHER][LANES] __attribute__((aligned(64)));
    vector total[CHANNELS_TOGETHER][PARTS], middle_a[CHANNELS_TOGETHER], middle_b[CHANNELS_TOGETHER];
    UNROLLED for (int c = 0; c < channels; c++) {
      middle_a[c] = splat(centre_a[c]);
      middle_b[c] = splat(b ? centre_b[c] : 0);
      UNROLLED for (int part = 0; part < PARTS; part++) total[c][part] = splat(0);
    }
    for (ptrdiff_t at = start * LANES; at < end * LANES; at += LANES)
      UNROLLED for (int c = 0; c < channels; c++)
        UNROLLED for (int part = 0; part < PARTS; part++) {
          const ptrdiff_t place = c * step + at + part * WIDTH;
          const vector value = load(a + place) - middle_a[c];
          total[c][part] = b ? fma_(value, load(b + place) - middle_b[c], total[c][part]) : total[c][part] + value;
        }
    UNROLLED for (int c = 0; c < channels; c++)
      UNROLLED for (int part = 0; part < PARTS; part++) store(&totals[c][part * WIDTH], total[c][part]);
    add_lanes(totals, channels, lanes, sums);
  }
}

static void channel_sums(const float *a, const float *b, const float *centre_a, const float *centre_b,
                         int32_t channels, int32_t plane, int32_t lanes, double *sums) {
  const ptrdiff_t step = (ptrdiff_t)plane * LANES;
  int32_t channel = 0;
  for (; channel + CHANNELS_TOGETHER <= channels; channel += CHANNELS_TOGETHER) {
    const float *x = a + channel * step;
    if (!b)
      channel_sums_of(x, NULL, centre_a + channel, NULL, CHANNELS_TOGETHER, plane, lanes, sums + channel);
    else if (a == b && centre_a == centre_b)
      channel_sums_of(x, x, centre_a + channel, centre_a + channel, CHANNELS_TOGETHER, plane, lanes, sums + channel);
    else
      channel_sums_of(x, b + channel * step, centre_a + channel, centre_b + channel, CHANNELS_TOGETHER, plane, lanes,
                      sums + channel);
  }
  for (; channel < channels; channel++)
    channel_sums_of(a + channel * step, b ? b + channel * step : NULL, centre_a + channel,
                    b ? centre_b + channel : NULL, 1, plane, lanes, sums + channel);
}

INLINE void normalisation_sums_of(const int32_t kind, const lanes_activation *activation, const float *y, float *dy,
                                  const float *x, const float *centre, const int channels, int32_t plane,
                                  int32_t lanes, double *gradients, double *products) {
  const ptrdiff_t step = (ptrdiff_t)plane * LANES;
  for (int32_t start = 0; start < plane; start += STRETCH) {
    const int32_t end = plane - start < STRETCH ? plane : start + STRETCH;
    float totals[2][2][LANES] __attribute__((aligned(64)));
    vector total[2][2][PARTS];
    UNROLLED for (int c = 0; c < channels; c++)
      UNROLLED for (int part = 0; part < PARTS; part++) total[0][c][part] = total[1][c][part] = splat(0);
    for (ptrdiff_t at = start * LANES; at < end * LANES; at += LANES)
      UNROLLED for (int c = 0; c < channels; c++)
        UNROLLED for (int part = 0; part < PARTS; part++) {
          const ptrdiff_t place = c * step + at + part * WIDTH;
          vector gradient = load(dy + place);
          if (kind != ACTIVATION_NONE) {
            gradient = gradient_before(load(y + place), gradient, kind, activation);
            store(dy + place, gradient);
          }
          total[0][c][part] += gradient;
          total[1][c][part] = fma_(gradient, load(x + place) - splat(centre[c]), total[1][c][part]);
        }
    UNROLLED for (int s = 0; s < 2; s++)
      UNROLLED for (int c = 0; c < channels; c++)
        UNROLLED for (int part = 0; part < PARTS; part++) store(&totals[s][c][part * WIDTH], total[s][c][part]);
    add_lanes(totals[0], channels, lanes, gradients);
    add_lanes(totals[1], channels, lanes, products);
  }
}

INLINE void normalisation_sums_all(const int32_t kind, const lanes_activation *activation, const float *y, float *dy,
                                   const float *x, const float *centre, int32_t channels, int32_t plane,
                                   int32_t lanes, double *gradients, double *products) {
  const ptrdiff_t step = (ptrdiff_t)plane * LANES;
  int32_t c = 0;
  for (; c + 2 <= channels; c += 2)
    normalisation_sums_of(kind, activation, y + c * step, dy + c * step, x + c * step, centre + c, 2, plane, lanes,
                          gradients + c, products + c);
  if (c < channels)
    normalisation_sums_of(kind, activation, y + c * step, dy + c * step, x + c * step, centre + c, 1, plane, lanes,
                          gradients + c, products + c);
}

static void normalisation_sums(const lanes_activation *given, const float *y, float *dy, const float *x,
                               const float *centre, int32_t channels, int32_t plane, int32_t lanes,
                               double *gradients, double *products) {
  const lanes_activation activation = *given;
  switch (activation.kind) {
  case ACTIVATION_NONE:
    normalisation_sums_all(ACTIVATION_NONE, &activation, y, dy, x, centre, channels, plane, lanes, gradients, products);
    break;
  case ACTIVATION_RELU:
    normalisation_sums_all(ACTIVATION_RELU, &activation, y, dy, x, centre, channels, plane, lanes, gradients, products);
    break;
  default:
    normalisation_sums_all(activation.kind, &activation, y, dy, x, centre, channels, plane, lanes, gradients, products);
  }
}

INLINE void combine_of(const float *dy, const float *x, const float *factors, const float *slopes,
                       const float *offsets, int32_t channels, int32_t plane, int32_t lanes, const bool adds,
                       float *dx) {
  integers there[PARTS];
  UNROLLED for (int part = 0; part < PARTS; part++) there[part] = present(part, lanes);
  for (int32_t channel = 0; channel < channels; channel++) {
    const vector factor = splat(factors[channel]), slope = splat(slopes[channel]), offset = splat(offsets[channel]);
    const ptrdiff_t start = (ptrdiff_t)channel * plane * LANES, end = start + (ptrdiff_t)plane * LANES;
    for (ptrdiff_t at = start; at < end; at += LANES)
      UNROLLED for (int part = 0; part < PARTS; part++) {
        const ptrdiff_t place = at + part * WIDTH;
        const vector value = fma_(load(dy + place), factor, fma_(load(x + place), slope, offset));
        const vector before = adds ? load(dx + place) : splat(0);
        store(dx + place, before + (there[part] ? value : splat(0)));
      }
  }
}

static void channel_combine(const float *dy, const float *x, const float *factors, const float *slopes,
                            const float *offsets, int32_t channels, int32_t plane, int32_t lanes, int32_t adds,
                            float *dx) {
  if (adds)
    combine_of(dy, x, factors, slopes, offsets, channels, plane, lanes, true, dx);
  else
    combine_of(dy, x, factors, slopes, offsets, channels, plane, lanes, false, dx);
}

static void add_activated(const float *a, const float *b, ptrdiff_t elements, const lanes_activation *given,
                          float *y) {
  const lanes_activation activation = *given;
  if (activation.kind == ACTIVATION_RELU) {
    for (ptrdiff_t at = 0; at < elements * LANES; at += WIDTH)
      store(y + at, activate(load(a + at) + load(b + at) + splat(0), ACTIVATION_RELU, &activation));
    return;
  }
  for (ptrdiff_t at = 0; at < elements * LANES; at += WIDTH)
    store(y + at, activate(load(a + at) + load(b + at) + splat(0), activation.kind, &activation));
}
