// What squeeze-and-excite needs: a mean over all places, and a factor for every channel.

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
