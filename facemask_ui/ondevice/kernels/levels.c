// Between 8-bit levels and values in [0, 1], as the core's pictures/images.py goes.

#include <stdint.h>

#include "kernels.h"

EXPORT void to_unit(const uint8_t *levels, int count, float *out) {
  for (int i = 0; i < count; i++) out[i] = levels[i] / 255.0f;
}

// The levels of four values as whole numbers, and back.
static inline four to_levels(const float *x) {
  return wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_nearest(times(load(x), same(255))));
}

static inline four differs_from(const float *x, four levels) {
  four change = wasm_f32x4_abs(minus(wasm_f32x4_div(wasm_f32x4_convert_i32x4(levels), same(255)), load(x)));
  return is_above(change, same(1e-6f));
}

// Rounds to 8 bits, at most `reach` levels from the face, sixteen values at a time. Returns whether that
// changes the picture.
EXPORT int round_within(const float *x, const uint8_t *face, int count, int reach, uint8_t *out) {
  four most = wasm_i8x16_splat(reach), differs = same(0);
  for (int i = 0; i < count; i += 16, x += 16) {
    four low = wasm_i16x8_narrow_i32x4(to_levels(x), to_levels(x + 4));
    four high = wasm_i16x8_narrow_i32x4(to_levels(x + 8), to_levels(x + 12));
    four origin = wasm_v128_load(face + i), levels = wasm_u8x16_narrow_i16x8(low, high);
    levels = wasm_u8x16_max(levels, wasm_u8x16_sub_sat(origin, most));
    levels = wasm_u8x16_min(levels, wasm_u8x16_add_sat(origin, most));
    wasm_v128_store(out + i, levels);
    low = wasm_u16x8_extend_low_u8x16(levels), high = wasm_u16x8_extend_high_u8x16(levels);
    differs = wasm_v128_or(differs, differs_from(x, wasm_u32x4_extend_low_u16x8(low)));
    differs = wasm_v128_or(differs, differs_from(x + 4, wasm_u32x4_extend_high_u16x8(low)));
    differs = wasm_v128_or(differs, differs_from(x + 8, wasm_u32x4_extend_low_u16x8(high)));
    differs = wasm_v128_or(differs, differs_from(x + 12, wasm_u32x4_extend_high_u16x8(high)));
  }
  return wasm_v128_any_true(differs);
}
