// What the kernels have in common: four float32 at a time, and names for a browser to call.
//
// Every array is float32, pictures are height x width x channels, and every number of channels is a
// multiple of four. A kernel writes what its last pointer names; nothing is allocated here.
#pragma once

#include <wasm_simd128.h>

#define EXPORT __attribute__((visibility("default")))

typedef v128_t four;

static inline four load(const float *from) { return wasm_v128_load(from); }
static inline four load_same(const float *from) { return wasm_v128_load32_splat(from); }
static inline void store(float *to, four value) { wasm_v128_store(to, value); }
static inline four same(float value) { return wasm_f32x4_splat(value); }
static inline four plus(four a, four b) { return wasm_f32x4_add(a, b); }
static inline four minus(four a, four b) { return wasm_f32x4_sub(a, b); }
static inline four times(four a, four b) { return wasm_f32x4_mul(a, b); }
static inline four smaller(four a, four b) { return wasm_f32x4_pmin(a, b); }
static inline four larger(four a, four b) { return wasm_f32x4_pmax(a, b); }
static inline four both(four a, four b) { return wasm_v128_and(a, b); }
static inline four is_above(four a, four b) { return wasm_f32x4_gt(a, b); }
static inline four is_below(four a, four b) { return wasm_f32x4_lt(a, b); }
static inline four clip(four value, four least, four most) {
  return smaller(most, larger(least, value));
}
