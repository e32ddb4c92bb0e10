/// The texts of the functions.
extension CLibrary {
  static let windowText = """
    /* How a window moves over the rows and columns of a channel, which has so much padding. */
    struct window {
        int32_t input_rows, input_columns, output_rows, output_columns;
        int32_t kernel_rows, kernel_columns, stride_rows, stride_columns, dilation_rows, dilation_columns;
        int32_t top, left, bottom, right;
    };

    """

  static let edgesText = """
    /*
     * The edges of a layer, read output by output: steps or bit planes.
     * A step is a byte: twice the columns since the edge before, and 1 for a negative edge; 254 goes on by
     * 127 columns without an edge, and 255 ends an output. Bit planes have a bit for each edge, set where
     * it is left (without the plane all are), and a bit for each edge that is left, set where it is
     * negative; the first bit of a byte is its lowest.
     */
    struct edges {
        const uint8_t *steps, *mask, *signs;
        const float *numbers;                /* one for each edge that is left, where signs are not enough */
        uint32_t columns;                    /* the edges of an output, pruned ones included */
        uint32_t column, next, bit, left;    /* how far they have been read */
    };

    static void begin_output(struct edges *e)
    {
        e->column = 0;
        e->next = 0;
    }

    """

  static let stepText = """
        uint8_t step;

        do {
            step = *e->steps++;
            if (step == 255) return 0;
            e->column += step >> 1;
        } while (step == 254);
        return step & 1 ? -1 : 1;

    """

  static let bitText = """
        while (e->next < e->columns) {
            uint32_t bit = e->bit++;

            e->column = e->next++;
            if (e->mask && !(e->mask[bit >> 3] >> (bit & 7) & 1)) continue;
            bit = e->left++;
            return e->signs && e->signs[bit >> 3] >> (bit & 7) & 1 ? -1 : 1;
        }
        return 0;

    """

  static func nextEdge(_ steps: String, _ bits: String) -> String {
    """
    /* Goes to the next edge of an output: 1 for a positive one, -1 for a negative one, 0 where no more are left. */
    static int next_edge(struct edges *e)
    {
    \(steps)\(bits)}

    """
  }

  static let addRowText = """
    static void add_row(int sign, float *sums, const float *x, int32_t count, int32_t stride)
    {
        int32_t i;

        if (sign > 0) for (i = 0; i < count; i++) sums[i] += x[i * stride];
        else for (i = 0; i < count; i++) sums[i] -= x[i * stride];
    }

    """

  static let addRowTimesText = """
    static void add_row_times(float weight, float *sums, const float *x, int32_t count, int32_t stride)
    {
        int32_t i;

        for (i = 0; i < count; i++) sums[i] += weight * x[i * stride];
    }

    """

  static func convolve(_ name: String, _ call: String, weight: String) -> String {
    """
    /* The sums of one output channel; x is the first input channel that it sees. */
    static void \(name)(const struct window *w, struct edges *e, const float *x, float *sums)
    {
        const int32_t taps = w->kernel_rows * w->kernel_columns;
        int32_t row, i;
        int sign;

        for (i = 0; i < w->output_rows * w->output_columns; i++) sums[i] = 0;
        begin_output(e);
        while ((sign = next_edge(e)) != 0) {
    \(weight)        const int32_t tap = (int32_t)e->column % taps;
            const float *channel = x + (int32_t)e->column / taps * w->input_rows * w->input_columns;
            const int32_t top = tap / w->kernel_columns * w->dilation_rows - w->top;
            const int32_t left = tap % w->kernel_columns * w->dilation_columns - w->left;
            const int32_t first = left < 0 ? (w->stride_columns - 1 - left) / w->stride_columns : 0;
            int32_t end = left < w->input_columns ? (w->input_columns - 1 - left) / w->stride_columns + 1 : 0;

            if (end > w->output_columns) end = w->output_columns;
            for (row = 0; row < w->output_rows && first < end; row++) {
                const int32_t from = row * w->stride_rows + top;

                if (from < 0 || from >= w->input_rows) continue;
                \(call)sums + row * w->output_columns + first,
                    channel + from * w->input_columns + first * w->stride_columns + left, end - first,
                    w->stride_columns);
            }
        }
    }

    """
  }

  static func sum(_ name: String, _ addition: String) -> String {
    """
    /* The sum of one output. Parts of it are summed first, so that rounding errors do not pile up. */
    static float \(name)(struct edges *e, const float *x)
    {
        float sum = 0, part = 0;
        int sign, count = 0;

        begin_output(e);
        while ((sign = next_edge(e)) != 0) {
            \(addition)
            if (++count == 64) {
                sum += part;
                part = 0;
                count = 0;
            }
        }
        return sum + part;
    }

    """
  }

  static let scaleAndShiftText = """
    static void scale_and_shift(float *x, int32_t count, float scale, float offset)
    {
        int32_t i;

        for (i = 0; i < count; i++) x[i] = x[i] * scale + offset;
    }

    """

  static func each(_ name: String, _ statement: String, _ parameter: String = "") -> String {
    """
    static void \(name)(float *x, int32_t count\(parameter))
    {
        int32_t i;

        for (i = 0; i < count; i++) \(statement)
    }

    """
  }

  static let clipText = """
    static void clip(float *x, int32_t count, float minimum, float maximum)
    {
        int32_t i;

        for (i = 0; i < count; i++) {
            if (x[i] < minimum) x[i] = minimum;
            if (x[i] > maximum) x[i] = maximum;
        }
    }

    """

  static let hardSigmoidText = """
    static void hard_sigmoid(float *x, int32_t count, float alpha, float beta)
    {
        int32_t i;

        for (i = 0; i < count; i++) {
            x[i] = x[i] * alpha + beta;
            if (x[i] < 0) x[i] = 0;
            if (x[i] > 1) x[i] = 1;
        }
    }

    """

  static let hardSwishText = """
    static void hard_swish(float *x, int32_t count)
    {
        int32_t i;

        for (i = 0; i < count; i++) {
            float gate = x[i] + 3;

            if (gate < 0) gate = 0;
            if (gate > 6) gate = 6;
            x[i] = x[i] * gate / 6;
        }
    }

    """

  static let copyRowsText = """
    /* Copies rows into others that are longer or shorter; widths are from one row to the next. */
    static void copy_rows(float *y, int32_t y_width, const float *x, int32_t x_width, int32_t rows, int32_t columns)
    {
        int32_t row, column;

        for (row = 0; row < rows; row++)
            for (column = 0; column < columns; column++) y[row * y_width + column] = x[row * x_width + column];
    }

    """

  static let maxPoolText = """
    /* The largest of every window of a channel. */
    static void max_pool(const struct window *w, const float *x, float *y)
    {
        int32_t row, column, i, j;

        for (row = 0; row < w->output_rows; row++)
            for (column = 0; column < w->output_columns; column++) {
                float best = -INFINITY;

                for (i = 0; i < w->kernel_rows; i++) {
                    const int32_t r = row * w->stride_rows - w->top + i * w->dilation_rows;

                    if (r < 0 || r >= w->input_rows) continue;
                    for (j = 0; j < w->kernel_columns; j++) {
                        const int32_t c = column * w->stride_columns - w->left + j * w->dilation_columns;

                        if (c < 0 || c >= w->input_columns) continue;
                        if (x[r * w->input_columns + c] > best) best = x[r * w->input_columns + c];
                    }
                }
                *y++ = best;
            }
    }

    """

  static let averagePoolText = """
    /* The mean of every window of a channel, of what is inside or with the padding as zeros. */
    static void average_pool(const struct window *w, int counts_padding, const float *x, float *y)
    {
        int32_t row, column, r, c;

        for (row = 0; row < w->output_rows; row++)
            for (column = 0; column < w->output_columns; column++) {
                const int32_t top = row * w->stride_rows - w->top, left = column * w->stride_columns - w->left;
                int32_t bottom = top + w->kernel_rows, right = left + w->kernel_columns, inside = 0;
                float sum = 0;

                if (bottom > w->input_rows + w->bottom) bottom = w->input_rows + w->bottom;
                if (right > w->input_columns + w->right) right = w->input_columns + w->right;
                for (r = top; r < bottom; r++)
                    for (c = left; c < right; c++)
                        if (r >= 0 && r < w->input_rows && c >= 0 && c < w->input_columns) {
                            sum += x[r * w->input_columns + c];
                            inside++;
                        }
                *y++ = sum / (float)(counts_padding ? (bottom - top) * (right - left) : inside);
            }
    }

    """

  static let meanText = """
    static float mean(const float *x, int32_t count)
    {
        float sum = 0;
        int32_t i;

        for (i = 0; i < count; i++) sum += x[i];
        return sum / (float)count;
    }

    """

  static func softmax(_ name: String, _ statement: String) -> String {
    """
    /* Over the channels of every position. */
    static void \(name)(float *x, int32_t channels, int32_t positions)
    {
        int32_t i;

        for (i = 0; i < positions; i++) {
            float *const end = x + channels * positions;
            float *element;
            float top = x[i], sum = 0;

            for (element = x + i; element < end; element += positions) if (*element > top) top = *element;
            for (element = x + i; element < end; element += positions) sum += expf(*element - top);
            for (element = x + i; element < end; element += positions) \(statement)
        }
    }

    """
  }

  static let largestText = """
    /* The first of the largest outputs. */
    static int largest(const float *outputs, int count)
    {
        int best = 0, i;

        for (i = 1; i < count; i++) if (outputs[i] > outputs[best]) best = i;
        return best;
    }

    """
}
