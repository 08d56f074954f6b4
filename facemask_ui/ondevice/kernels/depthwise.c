// Depthwise convolution: every channel has a kernel of its own, size x size x channels.

#include "kernels.h"

static inline int at_least(int a, int b) { return a > b ? a : b; }
static inline int at_most(int a, int b) { return a < b ? a : b; }

EXPORT void depthwise(const float *x, const float *kernel, const float *bias, int height, int width,
                      int channels, int size, int stride, int top, int left, int rows_out,
                      int columns_out, float *out) {
  for (int row = 0; row < rows_out; row++)
    for (int column = 0; column < columns_out; column++, out += channels) {
      int y = row * stride - top, z = column * stride - left;
      int first_i = at_least(0, -y), end_i = at_most(size, height - y);
      int first_j = at_least(0, -z), end_j = at_most(size, width - z);
      int c = 0;
      for (; c + 8 <= channels; c += 8) {
        four sum0 = load(bias + c), sum1 = load(bias + c + 4);
        for (int i = first_i; i < end_i; i++) {
          const float *from = x + ((y + i) * width + z + first_j) * channels + c;
          const float *weight = kernel + (i * size + first_j) * channels + c;
          for (int j = first_j; j < end_j; j++, from += channels, weight += channels) {
            sum0 = plus(times(load(from), load(weight)), sum0);
            sum1 = plus(times(load(from + 4), load(weight + 4)), sum1);
          }
        }
        store(out + c, sum0), store(out + c + 4, sum1);
      }
      for (; c < channels; c += 4) {
        four sum = load(bias + c);
        for (int i = first_i; i < end_i; i++)
          for (int j = first_j; j < end_j; j++) {
            const float *from = x + ((y + i) * width + z + j) * channels + c;
            sum = plus(times(load(from), load(kernel + (i * size + j) * channels + c)), sum);
          }
        store(out + c, sum);
      }
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
