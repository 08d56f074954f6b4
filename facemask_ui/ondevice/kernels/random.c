// The random numbers of the core: NumPy's generator, seeded with a seed and the picture's SHA-256.
//
// facemask_core/attacks/restarts.py draws an image's random start from its own pixels and the seed;
// the same picture gets the same start here. NumPy promises not to change what a BitGenerator gives.

#include <stdint.h>

#include "kernels.h"

__attribute__((import_module("math"), import_name("exp"))) double exp_of(double x);
__attribute__((import_module("math"), import_name("log1p"))) double log_of_one_plus(double x);

// SHA-256 (FIPS 180-4) ------------------------------------------------------------------------

static const uint32_t ROUND[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static inline uint32_t turn(uint32_t x, int by) { return x >> by | x << (32 - by); }
static inline uint32_t swapped(uint32_t x) { return __builtin_bswap32(x); }

static void hash_block(uint32_t state[8], const uint32_t words[16]) {
  uint32_t w[64], a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int i = 0; i < 16; i++) w[i] = swapped(words[i]);
  for (int i = 16; i < 64; i++) {
    uint32_t early = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3;
    uint32_t late = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + early + w[i - 7] + late;
  }
  for (int i = 0; i < 64; i++) {
    uint32_t first = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + w[i];
    uint32_t second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

// The digest of some bytes, as eight words in the order of its bytes.
EXPORT void sha256(const uint8_t *data, uint32_t count, uint32_t digest[8]) {
  static const uint32_t START[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  for (int i = 0; i < 8; i++) digest[i] = START[i];
  uint32_t done = 0;
  for (; done + 64 <= count; done += 64) hash_block(digest, (const uint32_t *)(data + done));
  uint32_t last[32], left = count - done, words = left < 56 ? 16 : 32;
  uint8_t *bytes = (uint8_t *)last;
  for (uint32_t i = 0; i < sizeof last; i++) bytes[i] = i < left ? data[done + i] : 0;
  bytes[left] = 0x80;
  last[words - 2] = swapped(count >> 29), last[words - 1] = swapped(count << 3);
  hash_block(digest, last);
  if (words == 32) hash_block(digest, last + 16);
  for (int i = 0; i < 8; i++) digest[i] = swapped(digest[i]);
}

// NumPy's SeedSequence: a pool of four words into which every word of entropy is mixed ----------

static uint32_t mix_in(uint32_t value, uint32_t *constant, uint32_t multiplier) {
  value ^= *constant;
  *constant *= multiplier;
  value *= *constant;
  return value ^ value >> 16;
}

static uint32_t combine(uint32_t x, uint32_t y) {
  uint32_t mixed = 0xca01f9ddu * x - 0x4973f715u * y;
  return mixed ^ mixed >> 16;
}

static void spread_entropy(const uint32_t *entropy, int count, uint32_t state[8]) {
  uint32_t pool[4], constant = 0x43b0d7e5;
  for (int i = 0; i < 4; i++) pool[i] = mix_in(i < count ? entropy[i] : 0, &constant, 0x931e8875);
  for (int from = 0; from < 4; from++)
    for (int to = 0; to < 4; to++)
      if (from != to) pool[to] = combine(pool[to], mix_in(pool[from], &constant, 0x931e8875));
  for (int from = 4; from < count; from++)
    for (int to = 0; to < 4; to++)
      pool[to] = combine(pool[to], mix_in(entropy[from], &constant, 0x931e8875));
  constant = 0x8b51f9dd;
  for (int i = 0; i < 8; i++) state[i] = mix_in(pool[i % 4], &constant, 0x58f38ded);
}

// PCG64 (O'Neill 2014), 128 bits of state in two halves -----------------------------------------

static struct {
  uint64_t high, low, step_high, step_low;
  uint32_t kept;
  int has_kept;
} pcg;

static uint64_t high_product(uint64_t a, uint64_t b) {
  uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
  uint64_t middle = a1 * b0 + (a0 * b0 >> 32), other = a0 * b1 + (uint32_t)middle;
  return a1 * b1 + (middle >> 32) + (other >> 32);
}

static void advance(void) {
  const uint64_t by_high = 2549297995355413924u, by_low = 4865540595714422341u;
  uint64_t high = high_product(pcg.low, by_low) + pcg.high * by_low + pcg.low * by_high;
  uint64_t low = pcg.low * by_low;
  pcg.low = low + pcg.step_low;
  pcg.high = high + pcg.step_high + (pcg.low < low);
}

static uint64_t next64(void) {
  advance();
  uint64_t value = pcg.high ^ pcg.low;
  int by = pcg.high >> 58;
  return value >> by | value << (-by & 63);
}

static uint32_t next32(void) {
  if (pcg.has_kept) {
    pcg.has_kept = 0;
    return pcg.kept;
  }
  uint64_t value = next64();
  pcg.has_kept = 1, pcg.kept = value >> 32;
  return value;
}

static uint64_t join(const uint32_t *words) { return words[0] | (uint64_t)words[1] << 32; }

// Seeds the generator for a picture: `seed` is one word or two, `stream` the number of the restart.
EXPORT void seed_for(const float *picture, int count, uint32_t seed_low, uint32_t seed_high, uint32_t stream) {
  uint32_t entropy[11], state[8];
  int used = 0;
  entropy[used++] = seed_low;
  if (seed_high) entropy[used++] = seed_high;
  entropy[used++] = stream;
  sha256((const uint8_t *)picture, 4 * count, entropy + used);
  spread_entropy(entropy, used + 8, state);
  uint64_t start_high = join(state), start_low = join(state + 2);
  uint64_t step_high = join(state + 4), step_low = join(state + 6);
  pcg.step_high = step_high << 1 | step_low >> 63, pcg.step_low = step_low << 1 | 1;
  pcg.high = pcg.low = 0, pcg.has_kept = 0;
  advance();
  pcg.low += start_low;
  pcg.high += start_high + (pcg.low < start_low);
  advance();
}

static float next_float(void) { return (next32() >> 8) * (1.0f / 16777216.0f); }

// Uniform in [-1, 1], times epsilon: the L-infinity ball's sample.
EXPORT void sample_linf(int count, float epsilon, float *out) {
  for (int i = 0; i < count; i++) out[i] = (next_float() * 2 - 1) * epsilon;
}

// NumPy's ziggurat for normal float32 (Marsaglia & Tsang 2000) ------------------------------------

static const double EDGE = 3.6541528853610087963519472518;  // where the tail begins
static const double AREA = 0.00492867323397465;             // of each of 256 layers
static float layer_width[256], layer_height[256];
static uint32_t layer_inside[256];

static double log_of(double x) { return log_of_one_plus(x - 1); }

static void fill_layers(void) {
  const double scale = 8388608;  // 2^23, the numbers drawn
  double edge = EDGE, before = EDGE, height = exp_of(-0.5 * edge * edge), base = AREA / height;
  layer_inside[0] = edge / base * scale, layer_inside[1] = 0;
  layer_width[0] = base / scale, layer_width[255] = edge / scale;
  layer_height[0] = 1, layer_height[255] = height;
  for (int i = 254; i > 0; i--) {
    height = exp_of(-0.5 * edge * edge);
    edge = __builtin_sqrt(-2 * log_of(AREA / edge + height));
    layer_inside[i + 1] = edge / before * scale;
    before = edge;
    layer_height[i] = exp_of(-0.5 * edge * edge);
    layer_width[i] = edge / scale;
  }
}

static float next_in_tail(int negative) {
  for (;;) {
    float beyond = -0.27366123732975828f * (float)log_of_one_plus(-next_float());  // 1 / EDGE
    float chance = -(float)log_of_one_plus(-next_float());
    if (chance + chance > beyond * beyond) return negative ? -((float)EDGE + beyond) : (float)EDGE + beyond;
  }
}

static float next_normal(void) {
  for (;;) {
    uint32_t drawn = next32(), layer = drawn & 255, place = drawn >> 9 & 0x7fffff;
    float x = place * layer_width[layer];
    if (drawn >> 8 & 1) x = -x;
    if (place < layer_inside[layer]) return x;
    if (layer == 0) return next_in_tail(place >> 8 & 1);
    float height = (layer_height[layer - 1] - layer_height[layer]) * next_float() + layer_height[layer];
    if (height < exp_of(-0.5 * x * x)) return x;
  }
}

// Uniform in the Euclidean ball: a direction of normal values, and a share of the radius.
EXPORT double sample_l2(int count, float *out) {
  if (layer_height[0] == 0) fill_layers();
  double sum = 0;
  for (int i = 0; i < count; i++) {
    out[i] = next_normal();
    sum += (double)out[i] * out[i];
  }
  float length = __builtin_sqrt(sum);
  for (int i = 0; i < count; i++) out[i] /= length;
  return (next64() >> 11) * (1.0 / 9007199254740992.0);
}
