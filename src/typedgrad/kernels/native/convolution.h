/* Direct convolution of images with their channels last, in registers: a tile is a few neighbouring pixels of the result
   by a few vectors of channels. Images have three axes besides channels; those of fewer have size 1. The image is padded
   beforehand. Neighbouring taps along the last axis and their channels are one run of numbers, if nothing is in between. */

/* How a tile finds its numbers; all distances in elements. */
typedef struct {
    int64_t depths, rows, runs, length;          /* taps along the axes; along the last one as runs of numbers */
    int64_t tap_depth, tap_row, tap_run;         /* from one to the next */
    int64_t pixel;                               /* from the input of one pixel to that of the next */
    int64_t padded;                              /* channels of a tap's row of weights */
    int64_t out_pixel;                           /* from one pixel of the result to the next */
} OF(Walk);

typedef void (*OF(Tile))(const OF(Walk) *, const REAL *, const REAL *, const REAL *, REAL *, int64_t);

/* Accumulators start as the bias. `valid` channels are stored. Inputs of the P pixels are addressed by few registers:
   a base for every third pixel, and three indices. */
#define TILE(P, B)                                                                                                   \
    static void OF(tile_##P##_##B)(const OF(Walk) * t, const REAL *x, const REAL *w, const REAL *bias, REAL *y,      \
                                   int64_t valid) {                                                                 \
        OF(Vector) sums[P][B];                                                                                       \
        for (int b = 0; b < B; b++) {                                                                                \
            OF(Vector) first = {0};                                                                                  \
            if (bias) first = *(const OF(Vector) *)(bias + b * LANES);                                               \
            for (int p = 0; p < P; p++) sums[p][b] = first;                                                          \
        }                                                                                                            \
        int64_t pixel = t->pixel, padded = t->padded, length = t->length;                                            \
        for (int64_t d = 0; d < t->depths; d++)                                                                      \
            for (int64_t r = 0; r < t->rows; r++)                                                                    \
                for (int64_t u = 0; u < t->runs; u++) {                                                              \
                    const REAL *from = x + d * t->tap_depth + r * t->tap_row + u * t->tap_run;                       \
                    const REAL *base[(P + 2) / 3];                                                                   \
                    _Pragma("GCC unroll 8") for (int i = 0; i < (P + 2) / 3; i++) base[i] = from + 3 * i * pixel;    \
                    int64_t second = pixel, third = 2 * pixel;                                                       \
                    for (int64_t j = 0; j < length; j++, second++, third++) {                                        \
                        OF(Vector) weights[B];                                                                       \
                        _Pragma("GCC unroll 4") for (int b = 0; b < B; b++)                                          \
                            weights[b] = *(const OF(Vector) *)(w + b * LANES);                                       \
                        _Pragma("GCC unroll 24") for (int p = 0; p < P; p++) {                                       \
                            REAL value = base[p / 3][p % 3 == 0 ? j : p % 3 == 1 ? second : third];                  \
                            _Pragma("GCC unroll 4") for (int b = 0; b < B; b++) sums[p][b] += value * weights[b];    \
                        }                                                                                            \
                        w += padded;                                                                                 \
                    }                                                                                                \
                }                                                                                                    \
        for (int p = 0; p < P; p++)                                                                                  \
            for (int b = 0; b < B; b++) {                                                                            \
                REAL *to = y + p * t->out_pixel + b * LANES;                                                         \
                int64_t left = valid - b * LANES;                                                                    \
                if (left >= LANES) *(OF(Vector) *)to = sums[p][b];                                                   \
                else if (left > 0) memcpy(to, &sums[p][b], (size_t)left * sizeof(REAL));                             \
            }                                                                                                        \
    }

TILE(1, 1) TILE(2, 1) TILE(3, 1) TILE(4, 1) TILE(5, 1) TILE(6, 1) TILE(7, 1) TILE(8, 1) TILE(10, 1) TILE(12, 1)
TILE(1, 2) TILE(2, 2) TILE(3, 2) TILE(4, 2) TILE(5, 2) TILE(6, 2)
#if ACCUMULATORS >= 24
TILE(14, 1) TILE(7, 2) TILE(8, 2) TILE(9, 2) TILE(10, 2) TILE(1, 4) TILE(2, 4) TILE(3, 4) TILE(4, 4) TILE(5, 4) TILE(6, 4)
#endif
#undef TILE

/* The tile of `pixels` by `vectors`; null if there is none. */
static OF(Tile) OF(tile_of)(int pixels, int vectors) {
    static const OF(Tile) one[] = {0, OF(tile_1_1), OF(tile_2_1), OF(tile_3_1), OF(tile_4_1), OF(tile_5_1), OF(tile_6_1),
                                   OF(tile_7_1), OF(tile_8_1), 0, OF(tile_10_1), 0, OF(tile_12_1), 0,
#if ACCUMULATORS >= 24
                                   OF(tile_14_1)
#endif
    };
    static const OF(Tile) two[] = {0, OF(tile_1_2), OF(tile_2_2), OF(tile_3_2), OF(tile_4_2), OF(tile_5_2), OF(tile_6_2),
#if ACCUMULATORS >= 24
                                   OF(tile_7_2), OF(tile_8_2), OF(tile_9_2), OF(tile_10_2)
#endif
    };
#if ACCUMULATORS >= 24
    static const OF(Tile) four[] = {0, OF(tile_1_4), OF(tile_2_4), OF(tile_3_4), OF(tile_4_4), OF(tile_5_4), OF(tile_6_4)};
    if (vectors == 4) return pixels < (int)(sizeof four / sizeof *four) ? four[pixels] : 0;
#endif
    if (vectors == 2) return pixels < (int)(sizeof two / sizeof *two) ? two[pixels] : 0;
    return pixels < (int)(sizeof one / sizeof *one) ? one[pixels] : 0;
}

/* The tile that wastes least on a row of `width` pixels; of two that waste the same, the larger. The last tile of a row
   moves back over pixels that are done, so rows must be as wide as the tile. */
static int OF(best_pixels)(int64_t width, int vectors) {
    int best = 1;
    int64_t least = width;
    double cost_of_best = 1e30;
    (void)least;
    for (int p = 1; p <= ACCUMULATORS && p <= width; p++) {
        if (!OF(tile_of)(p, vectors)) continue;
        int64_t tiles = (width + p - 1) / p;
        /* Loading weights costs as much as a few pixels; too few sums in flight leave the units waiting. */
        double cost = (double)tiles * ((double)p * vectors < 8 ? 8 : (double)p * vectors + 1 + vectors);
        if (cost <= cost_of_best) {
            cost_of_best = cost;
            best = p;
        }
    }
    return best;
}

/* at: x, weights [taps, padded], bias [padded] or none, y. Work: rows of the result. size: see the numbers used.
   y[n, d, h, w, :valid] = bias + sum over taps. */
static void OF(kernel_conv_rows)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t depth = s[0], height = s[1], width = s[2], valid = s[19];
    int64_t x_image = s[3], x_depth = s[4], x_row = s[5], y_image = s[14], y_depth = s[15], y_row = s[16];
    OF(Walk) walk = {s[7], s[8], s[9], s[10], s[11], s[12], s[13], s[6], s[18], s[17]};
    const REAL *x = (const REAL *)call->at[0] + s[20], *w = call->at[1], *bias = call->at[2];
    REAL *y = (REAL *)call->at[3] + s[21];
    int64_t vectors = walk.padded / LANES;
    int block = ACCUMULATORS >= 24 && vectors % 4 == 0 ? 4 : vectors % 2 == 0 ? 2 : 1;
    int pixels = OF(best_pixels)(width, block);
    OF(Tile) tile = OF(tile_of)(pixels, block);
    for (int64_t row = begin; row < end; row++) {
        int64_t n = row / (depth * height), d = row / height % depth, h = row % height;
        const REAL *from = x + n * x_image + d * x_depth + h * x_row;
        REAL *to = y + n * y_image + d * y_depth + h * y_row;
        for (int64_t v = 0; v < vectors; v += block)
            for (int64_t c = 0; c < width; c += pixels) {
                int64_t at = c + pixels <= width ? c : width - pixels;
                tile(&walk, from + at * walk.pixel, w + v * LANES, bias ? bias + v * LANES : 0,
                     to + at * walk.out_pixel + v * LANES, valid - v * LANES);
            }
    }
}

/* From channels first to channels last, with a border of zeros. at: x [n c d h w], y [n d+ h+ w+ c]. Work: padded rows.
   size: c, d, h, w, padded d, h, w, zeros before d, h, w. */
static void OF(kernel_conv_pack)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t c = s[0], d = s[1], h = s[2], w = s[3], pd = s[4], ph = s[5], pw = s[6];
    for (int64_t row = begin; row < end; row++) {
        int64_t n = row / (pd * ph), a = row / ph % pd - s[7], b = row % ph - s[8];
        REAL *restrict y = (REAL *)call->at[1] + row * pw * c;
        if (a < 0 || a >= d || b < 0 || b >= h) {
            memset(y, 0, (size_t)(pw * c) * sizeof(REAL));
            continue;
        }
        const REAL *restrict x = (const REAL *)call->at[0] + ((n * c * d + a) * h + b) * w;
        int64_t before = s[9] * c, after = (pw - w - s[9]) * c, apart = d * h * w;
        memset(y, 0, (size_t)before * sizeof(REAL));
        memset(y + before + w * c, 0, (size_t)after * sizeof(REAL));
        y += before;
        if (c == 1) {
            memcpy(y, x, (size_t)w * sizeof(REAL));
            continue;
        }
        for (int64_t first = 0; first < w; first += 16) {
            int64_t last = first + 16 < w ? first + 16 : w;
            for (int64_t k = 0; k < c; k++)
                for (int64_t i = first; i < last; i++) y[i * c + k] = x[k * apart + i];
        }
    }
}

/* As above, of images whose channels are last already: x [n d h w c]. */
static void OF(kernel_conv_pack_rows)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t c = s[0], d = s[1], h = s[2], w = s[3], pd = s[4], ph = s[5], pw = s[6];
    for (int64_t row = begin; row < end; row++) {
        int64_t n = row / (pd * ph), a = row / ph % pd - s[7], b = row % ph - s[8];
        REAL *y = (REAL *)call->at[1] + row * pw * c;
        if (a < 0 || a >= d || b < 0 || b >= h) {
            memset(y, 0, (size_t)(pw * c) * sizeof(REAL));
            continue;
        }
        int64_t before = s[9] * c, middle = w * c, after = (pw - w - s[9]) * c;
        memset(y, 0, (size_t)before * sizeof(REAL));
        memcpy(y + before, (const REAL *)call->at[0] + ((n * d + a) * h + b) * middle, (size_t)middle * sizeof(REAL));
        memset(y + before + middle, 0, (size_t)after * sizeof(REAL));
    }
}

/* Some taps of a bank of kernels, in any order, as rows of output channels: out[a b c i :] for taps a, b, c of the three
   axes and input channel i, filled with zeros up to `padded`. at: weights, out. Work: a b c i.
   size: counts a, b, c; distances of two taps along each; inputs, outputs, padded; distances of two inputs and of
   two outputs; where to begin. */
static void OF(kernel_conv_pack_weight)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t inputs = s[6], outputs = s[7], padded = s[8];
    for (int64_t k = begin; k < end; k++) {
        int64_t i = k % inputs, c = k / inputs % s[2], b = k / inputs / s[2] % s[1], a = k / inputs / s[2] / s[1];
        const REAL *restrict w = (const REAL *)call->at[0] + s[11] + a * s[3] + b * s[4] + c * s[5] + i * s[9];
        REAL *restrict out = (REAL *)call->at[1] + k * padded;
        for (int64_t o = 0; o < outputs; o++) out[o] = w[o * s[10]];
        for (int64_t o = outputs; o < padded; o++) out[o] = 0;
    }
}

/* The outer products of J numbers of the input with vectors of the cotangent, summed over a plane of pixels. A vector may
   reach into the pixels after its own, whose products nobody stores, but not beyond the array. */
#define OUTER(J, B)                                                                                              \
    static void OF(outer_##J##_##B)(const REAL *restrict x, const REAL *restrict g, REAL *restrict out,         \
                                    const int64_t *step, int64_t padded, int64_t valid, const REAL *limit) {    \
        OF(Vector) sums[J][B];                                                                                   \
        for (int j = 0; j < J; j++)                                                                              \
            for (int b = 0; b < B; b++) sums[j][b] = *(OF(Vector) *)(out + j * padded + b * LANES);              \
        int64_t height = step[0], width = step[1];                                                               \
        for (int64_t h = 0; h < height; h++) {                                                                   \
            const REAL *xr = x + h * step[2], *gr = g + h * step[4];                                             \
            int64_t beyond = gr + (width - 1) * step[5] + B * LANES - limit;                                     \
            int64_t safe = beyond <= 0 ? width : width - (beyond + step[5] - 1) / step[5];                       \
            for (int64_t i = 0; i < width; i++, xr += step[3], gr += step[5]) {                                  \
                OF(Vector) given[B];                                                                             \
                if (i < safe) {                                                                                  \
                    _Pragma("GCC unroll 4") for (int b = 0; b < B; b++)                                          \
                        given[b] = *(const OF(Vector) *)(gr + b * LANES);                                        \
                } else {                                                                                         \
                    REAL last[B * LANES];                                                                        \
                    memset(last, 0, sizeof last);                                                                \
                    memcpy(last, gr, (size_t)(valid < B * LANES ? valid : B * LANES) * sizeof(REAL));            \
                    for (int b = 0; b < B; b++) given[b] = *(const OF(Vector) *)(last + b * LANES);              \
                }                                                                                                \
                _Pragma("GCC unroll 16") for (int j = 0; j < J; j++) {                                           \
                    REAL value = xr[j];                                                                          \
                    _Pragma("GCC unroll 4") for (int b = 0; b < B; b++) sums[j][b] += value * given[b];          \
                }                                                                                                \
            }                                                                                                    \
        }                                                                                                        \
        for (int j = 0; j < J; j++)                                                                              \
            for (int b = 0; b < B; b++) *(OF(Vector) *)(out + j * padded + b * LANES) = sums[j][b];              \
    }
#define MANY(B) OUTER(1, B) OUTER(2, B) OUTER(3, B) OUTER(4, B) OUTER(5, B) OUTER(6, B)
MANY(1) MANY(2)
#undef MANY
#if ACCUMULATORS >= 24
#define MANY(B) OUTER(7, B) OUTER(8, B) OUTER(9, B) OUTER(10, B) OUTER(11, B) OUTER(12, B)
MANY(1) MANY(2)
#undef MANY
#endif
#undef OUTER

typedef void (*OF(Outer))(const REAL *, const REAL *, REAL *, const int64_t *, int64_t, int64_t, const REAL *);

/* For some of the next `numbers`, so that all that follow take about as many. */
static OF(Outer) OF(outer_of)(int64_t numbers, int vectors, int *taken) {
#if ACCUMULATORS >= 24
#define REST(B) , OF(outer_7_##B), OF(outer_8_##B), OF(outer_9_##B), OF(outer_10_##B), OF(outer_11_##B), OF(outer_12_##B)
#else
#define REST(B)
#endif
#define NAMES(B)                                                                                                      \
    {0, OF(outer_1_##B), OF(outer_2_##B), OF(outer_3_##B), OF(outer_4_##B), OF(outer_5_##B), OF(outer_6_##B) REST(B)}
    static const OF(Outer) one[] = NAMES(1), two[] = NAMES(2);
#undef NAMES
#undef REST
    int64_t most = (int64_t)(sizeof one / sizeof *one) - 1, turns = (numbers + most - 1) / most;
    *taken = (int)((numbers + turns - 1) / turns);
    return vectors == 2 ? two[*taken] : one[*taken];
}

/* The gradient of the weights in parts, one for each share of the images, and that of the bias behind it: a fixed number
   of shares, so that the sum does not depend on the threads. at: x, g, parts [shares, taps + 1, padded]. Work: shares.
   size: images, shares, then as for conv_rows (depth height width, distances of x, of taps, of g, padded, valid). */
static void OF(kernel_conv_weight_parts)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t images = s[0], shares = s[1], depth = s[2], height = s[3], width = s[4];
    int64_t depths = s[9], rows = s[10], runs = s[11], length = s[12], padded = s[20], valid = s[21];
    int64_t taps = depths * rows * runs * length, vectors = padded / LANES;
    int block = vectors % 2 == 0 ? 2 : 1;
    const REAL *limit = (const REAL *)call->at[1] + images * s[16]; /* vectors must not be read beyond it */
    for (int64_t share = begin; share < end; share++) {
        REAL *out = (REAL *)call->at[2] + share * (taps + 1) * padded;
        memset(out, 0, (size_t)((taps + 1) * padded) * sizeof(REAL));
        for (int64_t n = images * share / shares; n < images * (share + 1) / shares; n++)
            for (int64_t z = 0; z < depth; z++) {
                const REAL *g = (const REAL *)call->at[1] + s[23] + n * s[16] + z * s[17];
                int64_t step[6] = {height, width, s[7], s[8], s[18], s[19]};
                for (int64_t t = 0; t < depths * rows * runs; t++) {
                    int64_t d = t / (rows * runs), r = t / runs % rows, u = t % runs;
                    const REAL *x = (const REAL *)call->at[0] + s[22] + n * s[5] + z * s[6] + d * s[13] + r * s[14] + u * s[15];
                    int taken = 1;
                    for (int64_t j = 0; j < length; j += taken) {
                        OF(Outer) outer = OF(outer_of)(length - j, block, &taken);
                        for (int64_t v = 0; v < vectors; v += block)
                            outer(x + j, g + v * LANES, out + (t * length + j) * padded + v * LANES, step, padded,
                                  valid - v * LANES, limit);
                    }
                }
                REAL *bias = out + taps * padded;
                for (int64_t h = 0; h < height; h++)
                    for (int64_t i = 0; i < width; i++) {
                        const REAL *restrict p = g + h * s[18] + i * s[19];
                        for (int64_t o = 0; o < valid; o++) bias[o] += p[o];
                    }
            }
    }
}

/* at: parts [shares, taps + 1, padded], weights (overwritten), bias or none (overwritten). Work: taps, the bias after them.
   size: shares, taps, padded, outputs, runs of taps' numbers a, b, c, i with their distances in the weights, distance of two
   outputs, where to begin. */
static void OF(kernel_conv_weight_sum)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t shares = s[0], taps = s[1], padded = s[2], outputs = s[3];
    const REAL *parts = call->at[0];
    for (int64_t k = begin; k < end; k++) {
        REAL *to;
        int64_t apart = 1;
        if (k == taps) {
            if (!call->at[2]) continue;
            to = (REAL *)call->at[2] + s[13];
        } else {
            int64_t i = k % s[7], c = k / s[7] % s[6], b = k / s[7] / s[6] % s[5], a = k / s[7] / s[6] / s[5];
            to = (REAL *)call->at[1] + s[12] + a * s[8] + b * s[9] + c * s[10] + i * s[11];
            apart = s[14];
        }
        for (int64_t o = 0; o < outputs; o++) {
            REAL sum = 0;
            for (int64_t share = 0; share < shares; share++) sum += parts[(share * (taps + 1) + k) * padded + o];
            to[o * apart] = sum;
        }
    }
}

/* T vectors of products for P pixels of the cotangent, K numbers each. */
#define SCATTER(P, T)                                                                                              \
    static void OF(scatter_##P##_##T)(const REAL *g, int64_t k, const REAL *w, OF(Vector) *out, int64_t apart) {   \
        OF(Vector) sums[P][T];                                                                                     \
        _Pragma("GCC unroll 4") for (int p = 0; p < P; p++)                                                        \
            _Pragma("GCC unroll 6") for (int t = 0; t < T; t++) sums[p][t] = (OF(Vector)){0};                      \
        for (int64_t i = 0; i < k; i++, w += T * LANES) {                                                          \
            OF(Vector) weights[T];                                                                                 \
            _Pragma("GCC unroll 6") for (int t = 0; t < T; t++) weights[t] = *(const OF(Vector) *)(w + t * LANES); \
            _Pragma("GCC unroll 4") for (int p = 0; p < P; p++) {                                                  \
                REAL given = g[p * k + i];                                                                         \
                _Pragma("GCC unroll 6") for (int t = 0; t < T; t++) sums[p][t] += given * weights[t];              \
            }                                                                                                      \
        }                                                                                                          \
        for (int p = 0; p < P; p++)                                                                                \
            for (int t = 0; t < T; t++) out[p * apart + t] = sums[p][t];                                           \
    }
#define ALL_PIXELS(T) SCATTER(1, T) SCATTER(2, T) SCATTER(4, T)
ALL_PIXELS(1) ALL_PIXELS(2) ALL_PIXELS(3)
#if ACCUMULATORS >= 24
ALL_PIXELS(4) ALL_PIXELS(5) ALL_PIXELS(6)
#endif
#undef ALL_PIXELS
#undef SCATTER

typedef void (*OF(Scatter))(const REAL *, int64_t, const REAL *, OF(Vector) *, int64_t);

/* For the next of `left` vectors: as many as the weights are packed by. */
static OF(Scatter) OF(scatter_of)(int64_t left, int pixels, int *taken) {
#if ACCUMULATORS >= 24
#define REST(P) , OF(scatter_##P##_4), OF(scatter_##P##_5), OF(scatter_##P##_6)
#else
#define REST(P)
#endif
#define NAMES(P) {0, OF(scatter_##P##_1), OF(scatter_##P##_2), OF(scatter_##P##_3) REST(P)}
    static const OF(Scatter) one[] = NAMES(1), two[] = NAMES(2), four[] = NAMES(4);
#undef NAMES
#undef REST
    int64_t most = (int64_t)(sizeof one / sizeof *one) - 1, turns = (left + most - 1) / most;
    *taken = (int)((left + turns - 1) / turns);
    return (pixels == 4 ? four : pixels == 2 ? two : one)[*taken];
}

/* Add the products of one pixel's cotangent to the rows that it comes from: of each, the taps along the last axis with
   their channels are one run. `from`, `to`: which numbers of the run lie within the image. */
static void OF(add_runs)(const int64_t *s, const OF(Vector) *products, REAL *dx, const REAL *end, int64_t d, int64_t h,
                         int64_t first, int64_t from, int64_t to) {
    int64_t vectors = s[18] / LANES;
    for (int64_t a = 0; a < s[7]; a++) {
        int64_t z = d * s[10] - s[13] + a * s[16];
        for (int64_t b = 0; b < s[8]; b++, products += vectors) {
            int64_t y = h * s[11] - s[14] + b * s[17];
            if (z < 0 || z >= s[1] || y < 0 || y >= s[2]) continue;
            REAL *row = dx + ((z * s[2] + y) * s[3]) * s[0] + first;
            if (from > 0 || to < s[19]) {
                const REAL *numbers = (const REAL *)products;
                for (int64_t i = from; i < to; i++) row[i] += numbers[i];
                continue;
            }
            for (int64_t v = 0; v < vectors; v++) {
                int64_t count = to - v * LANES;
                OF(Vector) before = OF(load_some)(row + v * LANES, end, count), sum = before + products[v];
                if (count < LANES) sum = OF(choose)(OF(first_lanes)(count), sum, before);
                OF(store_some)(row + v * LANES, sum, end, count);
            }
        }
    }
}

/* The gradient in the images, from pixel to pixel of the cotangent: for few channels, whose vectors would be nearly empty
   the other way. at: g [n d h w k], weights, in groups of vectors as `scatter_of` takes them, [k, vectors] each, dx [n d h w c] (overwritten). Work: images.
   size: channels, d, h, w, result d, h, w, window d, h, w, stride d, h, w, before d, h, w, dilation d, h, numbers of a run
   with and without what fills its vectors, channels of the cotangent. */
static void OF(kernel_conv_scatter)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t channels = s[0], image = s[1] * s[2] * s[3] * channels, k = s[20], all = s[7] * s[8] * s[18] / LANES;
    int64_t place = s[4] * s[5] * s[6];
    const REAL *w = call->at[1];
    OF(Vector) *products = aligned_alloc(64, (size_t)(4 * all * LANES) * sizeof(REAL));
    if (!products) {
        *call->trouble = 1;
        return;
    }
    for (int64_t n = begin; n < end; n++) {
        const REAL *g = (const REAL *)call->at[0] + n * place * k;
        REAL *dx = (REAL *)call->at[2] + n * image;
        memset(dx, 0, (size_t)image * sizeof(REAL));
        for (int64_t row = 0; row < s[4] * s[5]; row++)
            for (int64_t c = 0, pixels; c < s[6]; c += pixels) {
                pixels = c + 4 <= s[6] ? 4 : c + 2 <= s[6] ? 2 : 1;
                int taken;
                for (int64_t t = 0; t < all; t += taken)
                    OF(scatter_of)(all - t, (int)pixels, &taken)(g + (row * s[6] + c) * k, k, w + t * k * LANES, products + t, all);
                for (int64_t p = 0; p < pixels; p++) {
                    int64_t at = (c + p) * s[12] - s[15], beyond = at + s[9] - s[3];
                    OF(add_runs)(s, products + p * all, dx, dx + image, row / s[5], row % s[5], at * channels,
                                 at < 0 ? -at * channels : 0, s[19] - (beyond > 0 ? beyond * channels : 0));
                }
            }
    }
    free(products);
}
