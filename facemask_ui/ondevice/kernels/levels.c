// Between 8-bit levels and values in [0, 1], as the core's pictures/images.py goes.

#include <stdint.h>

#include "kernels.h"

EXPORT void to_unit(const uint8_t *levels, int count, float *out) {
  for (int i = 0; i < count; i++) out[i] = levels[i] / 255.0f;
}

// Rounds to 8 bits, at most `reach` levels from the face. Returns whether that changes the picture.
EXPORT int round_within(const float *x, const uint8_t *face, int count, int reach, uint8_t *out) {
  int differs = 0;
  for (int i = 0; i < count; i++) {
    int level = __builtin_rintf(x[i] * 255.0f);
    int least = face[i] - reach, most = face[i] + reach;
    level = level < least ? least : level > most ? most : level;
    out[i] = level < 0 ? 0 : level > 255 ? 255 : level;
    float change = out[i] / 255.0f - x[i];
    differs |= change > 1e-6f || change < -1e-6f;
  }
  return differs;
}
