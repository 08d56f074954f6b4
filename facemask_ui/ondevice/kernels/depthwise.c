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

// Each value of the input gathers from the outputs that it went into.
EXPORT void depthwise_gradient(const float *gradient, const float *kernel, int height, int width,
                               int channels, int size, int stride, int top, int left, int rows_out,
                               int columns_out, float *out) {
  for (int y = 0; y < height; y++)
    for (int z = 0; z < width; z++, out += channels) {
      // Of the kernel's rows only every stride-th has met this value: those with (y + top - i) % stride == 0.
      int first_i = (y + top) % stride, first_j = (z + left) % stride;
      for (int c = 0; c < channels; c += 4) {
        four sum = same(0);
        for (int i = first_i; i < size; i += stride) {
          int row = (y + top - i) / stride;
          if (y + top - i < 0 || row >= rows_out) continue;
          for (int j = first_j; j < size; j += stride) {
            int column = (z + left - j) / stride;
            if (z + left - j < 0 || column >= columns_out) continue;
            const float *from = gradient + (row * columns_out + column) * channels + c;
            sum = plus(times(load(from), load(kernel + (i * size + j) * channels + c)), sum);
          }
        }
        store(out + c, sum);
      }
    }
}
