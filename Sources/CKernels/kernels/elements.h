// Kernels without edges.

static void pointwise(const float *x, int32_t channels, int32_t plane, const lanes_epilogue *epilogue, float *y) {
  const lanes_activation activation = epilogue->activation;
  for (int32_t channel = 0; channel < channels; channel++) {
    const vector scale = splat(epilogue->scale[channel]), bias = splat(epilogue->bias[channel]);
    const ptrdiff_t start = (ptrdiff_t)channel * plane * LANES, end = start + (ptrdiff_t)plane * LANES;
    for (ptrdiff_t at = start; at < end; at += WIDTH)
      store(y + at, activate(fma_(load(x + at), scale, bias), activation.kind, &activation));
  }
}

static void add(const float *a, const float *b, ptrdiff_t elements, float *y) {
  for (ptrdiff_t at = 0; at < elements * LANES; at += WIDTH) store(y + at, load(a + at) + load(b + at));
}

INLINE void fill(float *y, ptrdiff_t elements) {
  for (ptrdiff_t at = 0; at < elements * LANES; at += WIDTH) store(y + at, splat(0));
}

static void pad(const lanes_padding *padding, const float *x, float *y) {
  const ptrdiff_t width = padding->width, right = padding->padded_width - padding->left - padding->width;
  const ptrdiff_t below = padding->padded_height - padding->top - padding->height;
  for (int32_t channel = 0; channel < padding->channels; channel++) {
    fill(y, padding->top * (ptrdiff_t)padding->padded_width);
    y += padding->top * (ptrdiff_t)padding->padded_width * LANES;
    for (int32_t row = 0; row < padding->height; row++) {
      fill(y, padding->left);
      y += (ptrdiff_t)padding->left * LANES;
      for (ptrdiff_t at = 0; at < width * LANES; at += WIDTH) store(y + at, load(x + at));
      x += width * LANES;
      y += width * LANES;
      fill(y, right);
      y += right * LANES;
    }
    fill(y, below * padding->padded_width);
    y += below * padding->padded_width * LANES;
  }
}

// Which taps of a window at `start` lie inside 0..<size: first and one past the last.
INLINE void inside(int32_t start, int32_t kernel, int32_t dilation, int32_t size, int32_t *first, int32_t *end) {
  *first = start < 0 ? (-start + dilation - 1) / dilation : 0;
  const int32_t room = size - start;
  const int32_t count = room > 0 ? (room + dilation - 1) / dilation : 0;
  *end = count < kernel ? count : kernel;
}

// The divisor of a mean, by PyTorch's rules: a rounded-up window ends with the padding, not beyond it.
INLINE float divisor(const lanes_pool *p, int32_t top, int32_t left, int32_t taps) {
  if (p->average == 2) return (float)taps;
  const int32_t below = p->height + p->bottom - top, right = p->width + p->right - left;
  const int32_t rows = p->kernel_height < below ? p->kernel_height : below;
  const int32_t columns = p->kernel_width < right ? p->kernel_width : right;
  return (float)(rows * (int64_t)columns);
}

static void pool_window(const lanes_pool *p, const float *plane, int32_t top, int32_t left, float *y) {
  int32_t row_first, row_end, column_first, column_end;
  inside(top, p->kernel_height, p->dilation_height, p->height, &row_first, &row_end);
  inside(left, p->kernel_width, p->dilation_width, p->width, &column_first, &column_end);
  for (int32_t part = 0; part < PARTS; part++) {
    vector result = splat(p->average ? 0 : -__builtin_inff());
    int32_t taps = 0;
    for (int32_t row = row_first; row < row_end; row++) {
      const ptrdiff_t line = (ptrdiff_t)(top + row * p->dilation_height) * p->width + left;
      for (int32_t column = column_first; column < column_end; column++, taps++) {
        const vector value = load(plane + (line + (ptrdiff_t)column * p->dilation_width) * LANES + part * WIDTH);
        result = p->average ? result + value : larger(value, result);
      }
    }
    store(y + part * WIDTH, p->average ? result / splat(divisor(p, top, left, taps)) : result);
  }
}

// The maximum of 2x2 elements, as pool_window finds it.
static void pool_pair(const lanes_pool *p, const float *x, float *y) {
  const float *below = x + (ptrdiff_t)p->width * LANES;
  for (int32_t part = 0; part < PARTS; part++, x += WIDTH, below += WIDTH) {
    const vector first = larger(load(x), splat(-__builtin_inff()));
    store(y + part * WIDTH, larger(load(below + LANES), larger(load(below), larger(load(x + LANES), first))));
  }
}

INLINE bool is_pair_pool(const lanes_pool *p) {
  return !p->average && p->kernel_height == 2 && p->kernel_width == 2 && p->top == 0 && p->left == 0 &&
         p->dilation_height == 1 && p->dilation_width == 1;
}

static void pool_windows(const lanes_pool *p, const float *x, float *y) {
  const bool is_pair = is_pair_pool(p);
  for (int32_t channel = 0; channel < p->channels; channel++) {
    const float *plane = x + (ptrdiff_t)channel * p->height * p->width * LANES;
    for (int32_t row = 0; row < p->output_height; row++)
      for (int32_t column = 0; column < p->output_width; column++, y += LANES) {
        const int32_t top = row * p->stride_height - p->top, left = column * p->stride_width - p->left;
        if (is_pair && top + 1 < p->height && left + 1 < p->width)
          pool_pair(p, plane + ((ptrdiff_t)top * p->width + left) * LANES, y);
        else
          pool_window(p, plane, top, left, y);
      }
  }
}
