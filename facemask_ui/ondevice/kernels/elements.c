// What happens to each value by itself, and its gradient: `gradient` comes in and goes out in place.

#include "kernels.h"

EXPORT void rescale(const float *x, int count, float factor, float offset, float *out) {
  for (int i = 0; i < count; i += 4) store(out + i, plus(times(load(x + i), same(factor)), same(offset)));
}

// ReLU, cut off at `most` (infinity for none).
EXPORT void relu(const float *x, int count, float most, float *out) {
  for (int i = 0; i < count; i += 4) store(out + i, clip(load(x + i), same(0), same(most)));
}

EXPORT void relu_gradient(const float *x, int count, float most, float *gradient) {
  for (int i = 0; i < count; i += 4) {
    four value = load(x + i);
    four open = both(is_above(value, same(0)), is_below(value, same(most)));
    store(gradient + i, both(load(gradient + i), open));
  }
}

// x ReLU6(x + 3) / 6: Howard et al. 2019 (arXiv:1905.02244), section 5.2.
static inline four hard_sigmoid(four x) {
  return times(clip(plus(x, same(3)), same(0), same(6)), same(1.0f / 6));
}

EXPORT void hard_swish(const float *x, int count, float *out) {
  for (int i = 0; i < count; i += 4) {
    four value = load(x + i);
    store(out + i, times(value, hard_sigmoid(value)));
  }
}

EXPORT void hard_swish_gradient(const float *x, int count, float *gradient) {
  for (int i = 0; i < count; i += 4) {
    four value = load(x + i);
    four sloping = both(is_above(value, same(-3)), is_below(value, same(3)));
    four slope = plus(hard_sigmoid(value), both(sloping, times(value, same(1.0f / 6))));
    store(gradient + i, times(load(gradient + i), slope));
  }
}

EXPORT void add(const float *a, const float *b, int count, float *out) {
  for (int i = 0; i < count; i += 4) store(out + i, plus(load(a + i), load(b + i)));
}
