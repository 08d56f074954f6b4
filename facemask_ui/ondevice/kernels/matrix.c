// Matrix products, which are dense layers and convolutions, and the patches a convolution reads.

#include "kernels.h"

// Four rows and eight columns of a product are kept in registers: a row of `b` is read once for them.
static void multiply_four_rows(const float *a, const float *b, four bias0, four bias1, float *c,
                               int inner, int columns) {
  const float *a0 = a, *a1 = a0 + inner, *a2 = a1 + inner, *a3 = a2 + inner;
  four c00 = bias0, c10 = bias0, c20 = bias0, c30 = bias0;
  four c01 = bias1, c11 = bias1, c21 = bias1, c31 = bias1;
  for (int k = 0; k < inner; k++, b += 8) {
    four left = load(b), right = load(b + 4), value;
    value = load_same(a0 + k), c00 = plus(times(value, left), c00), c01 = plus(times(value, right), c01);
    value = load_same(a1 + k), c10 = plus(times(value, left), c10), c11 = plus(times(value, right), c11);
    value = load_same(a2 + k), c20 = plus(times(value, left), c20), c21 = plus(times(value, right), c21);
    value = load_same(a3 + k), c30 = plus(times(value, left), c30), c31 = plus(times(value, right), c31);
  }
  store(c, c00), store(c + 4, c01), c += columns;
  store(c, c10), store(c + 4, c11), c += columns;
  store(c, c20), store(c + 4, c21), c += columns;
  store(c, c30), store(c + 4, c31);
}

static void multiply_four_narrow_rows(const float *a, const float *b, four bias, float *c, int inner,
                                      int columns) {
  const float *a0 = a, *a1 = a0 + inner, *a2 = a1 + inner, *a3 = a2 + inner;
  four c0 = bias, c1 = bias, c2 = bias, c3 = bias;
  for (int k = 0; k < inner; k++, b += 4) {
    four row = load(b);
    c0 = plus(times(load_same(a0 + k), row), c0);
    c1 = plus(times(load_same(a1 + k), row), c1);
    c2 = plus(times(load_same(a2 + k), row), c2);
    c3 = plus(times(load_same(a3 + k), row), c3);
  }
  store(c, c0), store(c + columns, c1), store(c + 2 * columns, c2), store(c + 3 * columns, c3);
}

static void multiply_row(const float *a, const float *b, four bias0, four bias1, float *c, int inner) {
  // The even places and the odd ones are added up apart, lest each sum wait for the one before.
  four c00 = bias0, c01 = bias1, c10 = same(0), c11 = same(0);
  int k = 0;
  for (; k + 2 <= inner; k += 2, b += 16) {
    four even = load_same(a + k), odd = load_same(a + k + 1);
    c00 = plus(times(even, load(b)), c00), c01 = plus(times(even, load(b + 4)), c01);
    c10 = plus(times(odd, load(b + 8)), c10), c11 = plus(times(odd, load(b + 12)), c11);
  }
  store(c, plus(c00, c10)), store(c + 4, plus(c01, c11));
}

static void multiply_narrow_row(const float *a, const float *b, four bias, float *c, int inner) {
  for (int k = 0; k < inner; k++, b += 4) bias = plus(times(load_same(a + k), load(b)), bias);
  store(c, bias);
}

// c[rows, columns] = a[rows, inner] b[inner, columns] + bias[columns]; a null bias adds nothing.
// `b` lies in strips of eight columns, the last perhaps of four, each of which is read from end to end.
EXPORT void multiply(const float *a, const float *b, const float *bias, int rows, int inner,
                     int columns, float *c) {
  for (int column = 0; column < columns;) {
    int width = columns - column >= 8 ? 8 : 4, row = 0;
    four bias0 = bias ? load(bias + column) : same(0);
    four bias1 = bias && width == 8 ? load(bias + column + 4) : same(0);
    const float *strip = b + column * inner, *from = a;
    float *to = c + column;
    for (; row + 4 <= rows; row += 4, from += 4 * inner, to += 4 * columns) {
      if (width == 8) multiply_four_rows(from, strip, bias0, bias1, to, inner, columns);
      else multiply_four_narrow_rows(from, strip, bias0, to, inner, columns);
    }
    for (; row < rows; row++, from += inner, to += columns) {
      if (width == 8) multiply_row(from, strip, bias0, bias1, to, inner);
      else multiply_narrow_row(from, strip, bias0, to, inner);
    }
    column += width;
  }
}

static inline void copy(float *to, const float *from, int count) {
  int i = 0;
  for (; i + 4 <= count; i += 4) store(to + i, load(from + i));
  for (; i < count; i++) to[i] = from[i];
}

// Lays out each patch a convolution reads as a row of `length` values, zero where it reads padding.
EXPORT void patches(const float *x, int height, int width, int channels, int size, int stride, int top,
                    int left, int rows_out, int columns_out, int length, float *out) {
  for (int row = 0; row < rows_out; row++)
    for (int column = 0; column < columns_out; column++, out += length) {
      int y = row * stride - top, z = column * stride - left, run = size * channels;
      const float *from = x + (y * width + z) * channels;
      int first_i = y < 0 ? -y : 0, end_i = height - y < size ? height - y : size;
      int first = (z < 0 ? -z : 0) * channels;
      int end = (width - z < size ? width - z : size) * channels;
      if (end_i - first_i < size || end - first < run)
        for (int at = 0; at < size * run; at++) out[at] = 0;
      for (int i = first_i; i < end_i; i++)
        copy(out + i * run + first, from + i * width * channels + first, end - first);
      for (int at = size * run; at < length; at++) out[at] = 0;
    }
}

// Adds up what the patches' gradients say of each value; the inverse walk of `patches`.
EXPORT void patches_gradient(const float *gradient, int height, int width, int channels, int size,
                             int stride, int top, int left, int rows_out, int columns_out, int length,
                             float *out) {
  for (int i = 0; i < height * width * channels; i++) out[i] = 0;
  for (int row = 0; row < rows_out; row++)
    for (int column = 0; column < columns_out; column++, gradient += length) {
      const float *from = gradient;
      for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++, from += channels) {
          int y = row * stride + i - top, z = column * stride + j - left;
          if (y < 0 || y >= height || z < 0 || z >= width) continue;
          float *to = out + (y * width + z) * channels;
          for (int c = 0; c < channels; c++) to[c] += from[c];
        }
    }
}
