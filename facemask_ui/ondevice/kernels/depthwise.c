// Depthwise convolution: every channel has a kernel of its own, size x size x channels.

#include "kernels.h"

static inline int at_least(int a, int b) { return a > b ? a : b; }
static inline int at_most(int a, int b) { return a < b ? a : b; }

// The part of a kernel that meets the picture.
typedef struct {
  int first_row, end_row, first_column, end_column;
} window;

static inline window find_window(int y, int z, int height, int width, int size) {
  return (window){at_least(0, -y), at_most(size, height - y), at_least(0, -z), at_most(size, width - z)};
}

// Four neighbours at once, of which every column of the kernel meets the picture: a weight is read once
// for them, and so is a value where they are a stride of one apart.
static inline void four_places(const float *x, const float *kernel, const float *bias, window met,
                               int width, int channels, int size, int stride, float *out) {
  int step = stride * channels;
  for (int c = 0; c < channels; c += 4) {
    four sum0 = load(bias + c), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    for (int i = met.first_row; i < met.end_row; i++) {
      const float *from = x + i * width * channels + c, *weight = kernel + i * size * channels + c;
      four x0 = load(from), x1 = load(from + step), x2 = load(from + 2 * step);
      for (int j = 0; j < size; j++, from += channels, weight += channels) {
        four factor = load(weight), x3 = load(from + 3 * step);
        if (stride > 1) x0 = load(from), x1 = load(from + step), x2 = load(from + 2 * step);
        sum0 = plus(times(x0, factor), sum0), sum1 = plus(times(x1, factor), sum1);
        sum2 = plus(times(x2, factor), sum2), sum3 = plus(times(x3, factor), sum3);
        x0 = x1, x1 = x2, x2 = x3;
      }
    }
    store(out + c, sum0), store(out + channels + c, sum1);
    store(out + 2 * channels + c, sum2), store(out + 3 * channels + c, sum3);
  }
}

static void one_place(const float *x, const float *kernel, const float *bias, window met, int width,
                      int channels, int size, float *out) {
  int c = 0;
  for (; c + 8 <= channels; c += 8) {
    four sum0 = load(bias + c), sum1 = load(bias + c + 4);
    for (int i = met.first_row; i < met.end_row; i++) {
      const float *from = x + (i * width + met.first_column) * channels + c;
      const float *weight = kernel + (i * size + met.first_column) * channels + c;
      for (int j = met.first_column; j < met.end_column; j++, from += channels, weight += channels) {
        sum0 = plus(times(load(from), load(weight)), sum0);
        sum1 = plus(times(load(from + 4), load(weight + 4)), sum1);
      }
    }
    store(out + c, sum0), store(out + c + 4, sum1);
  }
  for (; c < channels; c += 4) {
    four sum = load(bias + c);
    for (int i = met.first_row; i < met.end_row; i++)
      for (int j = met.first_column; j < met.end_column; j++) {
        const float *from = x + (i * width + j) * channels + c;
        sum = plus(times(load(from), load(kernel + (i * size + j) * channels + c)), sum);
      }
    store(out + c, sum);
  }
}

EXPORT void depthwise(const float *x, const float *kernel, const float *bias, int height, int width,
                      int channels, int size, int stride, int top, int left, int rows_out,
                      int columns_out, float *out) {
  for (int row = 0; row < rows_out; row++)
    for (int column = 0; column < columns_out;) {
      int y = row * stride - top, z = column * stride - left;
      const float *from = x + (y * width + z) * channels;
      window met = find_window(y, z, height, width, size);
      int together = z >= 0 && z + 3 * stride + size <= width && column + 4 <= columns_out ? 4 : 1;
      if (together == 1) one_place(from, kernel, bias, met, width, channels, size, out);
      // The compiler makes a function of its own of each of the usual kernels.
      else if (size == 3 && stride == 1) four_places(from, kernel, bias, met, width, channels, 3, 1, out);
      else if (size == 5 && stride == 1) four_places(from, kernel, bias, met, width, channels, 5, 1, out);
      else four_places(from, kernel, bias, met, width, channels, size, stride, out);
      column += together, out += together * channels;
    }
}

// Which of a kernel's places have met a value, of those that lie a stride apart: the first place, the
// output that it went into, and how many places follow, whose outputs lie one before the other.
typedef struct {
  int place, output, count;
} meetings;

static inline meetings find_meetings(int at, int size, int stride, int outputs) {
  int place = at % stride, output = at / stride, skipped = at_least(0, output - outputs + 1);
  int last = at_most((size - 1 - place) / stride, output);
  return (meetings){place + skipped * stride, output - skipped, last - skipped + 1};
}

// Each value of the input gathers from the outputs that it went into.
EXPORT void depthwise_gradient(const float *gradient, const float *kernel, int height, int width,
                               int channels, int size, int stride, int top, int left, int rows_out,
                               int columns_out, float *out) {
  for (int y = 0; y < height; y++) {
    meetings rows = find_meetings(y + top, size, stride, rows_out);
    for (int z = 0; z < width; z++, out += channels) {
      meetings columns = find_meetings(z + left, size, stride, columns_out);
      for (int c = 0; c < channels; c += 4) {
        four sum = same(0);
        for (int i = 0; i < rows.count; i++) {
          int row = rows.output - i, at = rows.place + i * stride;
          const float *from = gradient + (row * columns_out + columns.output) * channels + c;
          const float *weight = kernel + (at * size + columns.place) * channels + c;
          for (int j = 0; j < columns.count; j++, from -= channels, weight += stride * channels)
            sum = plus(times(load(from), load(weight)), sum);
        }
        store(out + c, sum);
      }
    }
  }
}
