// Steps of an attack and the way back into ball and box; the core's attacks/norms.py in C.

#include "kernels.h"

static inline four sign(four value, four length) {
  four negative = wasm_f32x4_neg(length);
  return wasm_v128_or(both(is_above(value, same(0)), length), both(is_below(value, same(0)), negative));
}

// A step of `length` along the gradient's sign, then back into the ball about `centre` and the box.
EXPORT void step_linf(const float *x, const float *gradient, const float *centre, int count, float length,
                      float epsilon, float *out) {
  for (int i = 0; i < count; i += 4) {
    four origin = load(centre + i);
    four delta = minus(plus(load(x + i), sign(load(gradient + i), same(length))), origin);
    four inside = clip(delta, same(-epsilon), same(epsilon));
    store(out + i, clip(plus(origin, inside), same(0), same(1)));
  }
}

// As a sweep takes it: from the picture itself, so that it cannot leave the ball.
EXPORT void sign_step(const float *x, const float *gradient, int count, float length, float *out) {
  for (int i = 0; i < count; i += 4) {
    four moved = plus(load(x + i), sign(load(gradient + i), same(length)));
    store(out + i, clip(moved, same(0), same(1)));
  }
}

// out = x + factor * direction within the box.
EXPORT void move(const float *x, const float *direction, int count, float factor, float *out) {
  for (int i = 0; i < count; i += 4) {
    four moved = plus(load(x + i), times(same(factor), load(direction + i)));
    store(out + i, clip(moved, same(0), same(1)));
  }
}

static float largest(const float *x, int count) {
  float most = 0;
  for (int i = 0; i < count; i++) {
    float size = x[i] < 0 ? -x[i] : x[i];
    if (!(size <= most)) most = size;  // also where it is not a number
  }
  return most;
}

static double length_of(const float *x, int count) {
  double sum = 0;
  for (int i = 0; i < count; i++) sum += (double)x[i] * x[i];
  return __builtin_sqrt(sum);
}

// Whether a gradient points anywhere: it is neither all zero nor partly not finite.
EXPORT int is_usable(const float *gradient, int count) {
  float sum = 0;
  for (int i = 0; i < count; i++) sum += gradient[i] * 0;
  float most = largest(gradient, count);
  return sum == 0 && most > 0 && most < __builtin_inff();
}

// The gradient at length one, in place; it is divided by its largest entry first, since the squares
// of tiny values would be zero.
EXPORT void normalise(int count, float *gradient) {
  float most = largest(gradient, count);
  if (!(most > 0)) return;
  for (int i = 0; i < count; i++) gradient[i] /= most;
  float length = length_of(gradient, count);
  for (int i = 0; i < count; i++) gradient[i] /= length;
}

// A step along a direction of length one, then back into the Euclidean ball about `centre` and the box.
EXPORT void step_l2(const float *x, const float *direction, const float *centre, int count, float length,
                    float epsilon, float *out) {
  for (int i = 0; i < count; i += 4) {
    four moved = plus(load(x + i), times(same(length), load(direction + i)));
    store(out + i, minus(moved, load(centre + i)));
  }
  float distance = length_of(out, count);
  float factor = distance <= epsilon ? 1 : epsilon / distance;
  for (int i = 0; i < count; i += 4) {
    four moved = plus(load(centre + i), times(load(out + i), same(factor)));
    store(out + i, clip(moved, same(0), same(1)));
  }
}
