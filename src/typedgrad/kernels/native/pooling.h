/* Pooling of images with their channels last. Work: images.
   size: channels, d, h, w, result d, h, w, window d, h, w, stride d, h, w, before d, h, w, dilation d, h, w. */

typedef struct {
    int64_t first[3], last[3]; /* taps that meet the image, for one place */
    int64_t start[3];
} OF(Window);

INLINE OF(Window) OF(window_at)(const int64_t *s, int64_t a, int64_t b, int64_t c) {
    OF(Window) found;
    int64_t at[3] = {a, b, c};
    for (int i = 0; i < 3; i++) {
        int64_t size = s[1 + i], window = s[7 + i], apart = s[16 + i], start = at[i] * s[10 + i] - s[13 + i];
        int64_t first = start >= 0 ? 0 : (-start + apart - 1) / apart;
        int64_t last = start + (window - 1) * apart < size ? window : (size - start + apart - 1) / apart;
        found.start[i] = start;
        found.first[i] = first < window ? first : window;
        found.last[i] = last > found.first[i] ? last : found.first[i];
    }
    return found;
}

#define EACH_PLACE                                   \
    for (int64_t a = 0; a < s[4]; a++)               \
        for (int64_t b = 0; b < s[5]; b++)           \
            for (int64_t c = 0; c < s[6]; c++)
#define EACH_TAP                                                                                  \
    for (int64_t i = w.first[0]; i < w.last[0]; i++)                                              \
        for (int64_t j = w.first[1]; j < w.last[1]; j++)                                          \
            for (int64_t k = w.first[2]; k < w.last[2]; k++)
#define AT_TAP                                                                                    \
    ((((w.start[0] + i * s[16]) * s[2] + w.start[1] + j * s[17]) * s[3] + w.start[2] + k * s[18]) * channels)

/* at: x, y. The padding is less than every number; NaN wins. */
static void OF(kernel_max_pool)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t channels = s[0], image = s[1] * s[2] * s[3] * channels, result = s[4] * s[5] * s[6] * channels;
    for (int64_t n = begin; n < end; n++) {
        const REAL *x = (const REAL *)call->at[0] + n * image;
        REAL *restrict y = (REAL *)call->at[1] + n * result;
        EACH_PLACE {
            OF(Window) w = OF(window_at)(s, a, b, c);
            for (int64_t q = 0; q < channels; q++) y[q] = -(REAL)INFINITY;
            EACH_TAP {
                const REAL *restrict from = x + AT_TAP;
                _Pragma("omp simd") for (int64_t q = 0; q < channels; q++) {
                    REAL value = from[q], most = y[q];
                    y[q] = value > most || value != value ? value : most;
                }
            }
            y += channels;
        }
    }
}

/* at: g, x, y, dx. The first of equals takes all. scratch: none; marks are kept for 256 channels at a time. */
static void OF(kernel_max_pool_back)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t channels = s[0], image = s[1] * s[2] * s[3] * channels, result = s[4] * s[5] * s[6] * channels;
    for (int64_t n = begin; n < end; n++) {
        const REAL *g = (const REAL *)call->at[0] + n * result, *x = (const REAL *)call->at[1] + n * image;
        const REAL *y = (const REAL *)call->at[2] + n * result;
        REAL *dx = (REAL *)call->at[3] + n * image;
        memset(dx, 0, (size_t)image * sizeof(REAL));
        EACH_PLACE {
            OF(Window) w = OF(window_at)(s, a, b, c);
            for (int64_t block = 0; block < channels; block += 64) {
                int64_t width = channels - block < 64 ? channels - block : 64;
                REAL rest[64];
                for (int64_t q = 0; q < width; q++) rest[q] = g[block + q];
                EACH_TAP {
                    const REAL *restrict from = x + AT_TAP + block, *restrict most = y + block;
                    REAL *restrict to = dx + AT_TAP + block;
                    _Pragma("omp simd") for (int64_t q = 0; q < width; q++) {
                        int hit = (from[q] == most[q]) | ((from[q] != from[q]) & (most[q] != most[q]));
                        to[q] += hit ? rest[q] : 0;
                        rest[q] = hit ? 0 : rest[q];
                    }
                }
            }
            g += channels;
            y += channels;
        }
    }
}

/* at: x, y, count [places] (what each sum is divided by). */
static void OF(kernel_avg_pool)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t channels = s[0], image = s[1] * s[2] * s[3] * channels, result = s[4] * s[5] * s[6] * channels;
    for (int64_t n = begin; n < end; n++) {
        const REAL *x = (const REAL *)call->at[0] + n * image, *count = call->at[1];
        REAL *restrict y = (REAL *)call->at[2] + n * result;
        EACH_PLACE {
            OF(Window) w = OF(window_at)(s, a, b, c);
            REAL share = 1 / *count++;
            for (int64_t q = 0; q < channels; q++) y[q] = 0;
            EACH_TAP {
                const REAL *restrict from = x + AT_TAP;
                _Pragma("omp simd") for (int64_t q = 0; q < channels; q++) y[q] += from[q];
            }
            _Pragma("omp simd") for (int64_t q = 0; q < channels; q++) y[q] *= share;
            y += channels;
        }
    }
}

/* at: g, count, dx. */
static void OF(kernel_avg_pool_back)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t channels = s[0], image = s[1] * s[2] * s[3] * channels, result = s[4] * s[5] * s[6] * channels;
    for (int64_t n = begin; n < end; n++) {
        const REAL *g = (const REAL *)call->at[0] + n * result, *count = call->at[1];
        REAL *dx = (REAL *)call->at[2] + n * image;
        memset(dx, 0, (size_t)image * sizeof(REAL));
        EACH_PLACE {
            OF(Window) w = OF(window_at)(s, a, b, c);
            REAL share = 1 / *count++;
            EACH_TAP {
                REAL *restrict to = dx + AT_TAP;
                _Pragma("omp simd") for (int64_t q = 0; q < channels; q++) to[q] += g[q] * share;
            }
            g += channels;
        }
    }
}
#undef EACH_PLACE
#undef EACH_TAP
#undef AT_TAP
