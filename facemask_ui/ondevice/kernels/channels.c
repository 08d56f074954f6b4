// What squeeze-and-excite needs, a mean over all places and a factor for every channel; and the face
// finder's padding and pooling.

#include "kernels.h"

EXPORT void average(const float *x, int places, int channels, float *out) {
  for (int c = 0; c < channels; c += 4) {
    four sum = same(0);
    for (int place = 0; place < places; place++) sum = plus(sum, load(x + place * channels + c));
    store(out + c, times(sum, same(1.0f / places)));
  }
}

EXPORT void average_gradient(const float *gradient, int places, int channels, float *out) {
  for (int place = 0; place < places; place++)
    for (int c = 0; c < channels; c += 4)
      store(out + place * channels + c, times(load(gradient + c), same(1.0f / places)));
}

// Also the gradient to x, with the gradient in place of x.
EXPORT void scale(const float *x, const float *factors, int places, int channels, float *out) {
  for (int place = 0; place < places; place++)
    for (int c = 0; c < channels; c += 4)
      store(out + place * channels + c, times(load(x + place * channels + c), load(factors + c)));
}

// The gradient to the factors: for each channel the sum of gradient times x.
EXPORT void scale_gradient(const float *gradient, const float *x, int places, int channels, float *out) {
  for (int c = 0; c < channels; c += 4) {
    four sum = same(0);
    for (int place = 0; place < places; place++)
      sum = plus(times(load(gradient + place * channels + c), load(x + place * channels + c)), sum);
    store(out + c, sum);
  }
}

// Fills up the channels of every place by zeros.
EXPORT void pad_channels(const float *x, int places, int channels, int channels_out, float *out) {
  for (int place = 0; place < places; place++)
    for (int c = 0; c < channels_out; c += 4, out += 4)
      store(out, c < channels ? load(x + place * channels + c) : same(0));
}

// The largest of two by two places; the picture has twice as many rows and columns as the result.
EXPORT void max_pool(const float *x, int rows_out, int columns_out, int channels, float *out) {
  int row_length = 2 * columns_out * channels;
  for (int row = 0; row < rows_out; row++, x += row_length)
    for (int column = 0; column < columns_out; column++, x += channels)
      for (int c = 0; c < channels; c += 4, x += 4, out += 4) {
        four above = larger(load(x), load(x + channels));
        four below = larger(load(x + row_length), load(x + row_length + channels));
        store(out, larger(above, below));
      }
}
