/* Pooling of images with their channels last. Work: images.
   size: channels, d, h, w, result d, h, w, window d, h, w, stride d, h, w, before d, h, w, dilation d, h, w. */

typedef struct {
    int64_t first, last; /* taps that meet the image along an axis, for one place */
    int64_t start;
} OF(Window);

INLINE OF(Window) OF(window_at)(const int64_t *s, int axis, int64_t at) {
    int64_t size = s[1 + axis], window = s[7 + axis], apart = s[16 + axis], start = at * s[10 + axis] - s[13 + axis];
    int64_t first = start >= 0 ? 0 : (-start + apart - 1) / apart;
    int64_t last = start + (window - 1) * apart < size ? window : (size - start + apart - 1) / apart;
    OF(Window) found;
    found.start = start;
    found.first = first < window ? first : window;
    found.last = last > found.first ? last : found.first;
    return found;
}

#undef EACH_PLACE
#undef EACH_TAP
#define EACH_PLACE                                                                                    \
    OF(Window) wa, wb, wc;                                                                            \
    for (int64_t a = 0; a < s[4]; a++)                                                                \
        for (int64_t b = (wa = OF(window_at)(s, 0, a), 0); b < s[5]; b++)                             \
            for (int64_t c = (wb = OF(window_at)(s, 1, b), 0);                                        \
                 c < s[6] && (wc = OF(window_at)(s, 2, c), 1); c++)
/* With `at` the place of the tap in the image, in elements. */
#define EACH_TAP                                                                                      \
    for (int64_t i = wa.first; i < wa.last; i++)                                                      \
        for (int64_t j = wb.first; j < wb.last; j++)                                                  \
            for (int64_t k = wc.first,                                                                \
                         at = (((wa.start + i * s[16]) * s[2] + wb.start + j * s[17]) * s[3] +        \
                               wc.start + k * s[18]) * channels;                                      \
                 k < wc.last; k++, at += s[18] * channels)

/* A vector may hold numbers of the pixels that follow: those of the result are written after it, or are not changed. */

/* at: x, y. The padding is less than every number; NaN wins. */
static void OF(kernel_max_pool)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t channels = s[0], image = s[1] * s[2] * s[3] * channels, result = s[4] * s[5] * s[6] * channels;
    for (int64_t n = begin; n < end; n++) {
        const REAL *x = (const REAL *)call->at[0] + n * image, *x_end = x + image;
        REAL *y = (REAL *)call->at[1] + n * result, *y_end = y + result;
        EACH_PLACE {
            for (int64_t q = 0; q < channels; q += LANES) {
                OF(Vector) most = (OF(Vector)){0} - (REAL)INFINITY;
                EACH_TAP {
                    OF(Vector) value = OF(load_some)(x + at + q, x_end, channels - q);
                    most = OF(choose)((OF(Lanes))(value > most) | (OF(Lanes))(value != value), value, most);
                }
                OF(store_some)(y + q, most, y_end, channels - q);
            }
            y += channels;
        }
    }
}

/* at: g, x, y, dx. The first of equals takes all. */
static void OF(kernel_max_pool_back)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t channels = s[0], image = s[1] * s[2] * s[3] * channels, result = s[4] * s[5] * s[6] * channels;
    int64_t beyond = channels % LANES;
    /* Windows side by side: all is written once, in order along a row, and nothing need be read before.
       A vector of the last channels reaches into the first of the next pixel: so these come after. */
    int once = s[7] == s[10] && s[8] == s[11] && s[9] == s[12] && s[16] == 1 && s[17] == 1 && s[18] == 1;
    int64_t covered = s[6] * s[12] - s[15] < s[3] ? s[6] * s[12] - s[15] : s[3];
    OF(Lanes) whole = OF(first_lanes)(LANES), part = beyond ? OF(first_lanes)(beyond) : whole;
    for (int64_t n = begin; n < end; n++) {
        const REAL *g = (const REAL *)call->at[0] + n * result, *g_end = g + result;
        const REAL *x = (const REAL *)call->at[1] + n * image, *x_end = x + image;
        const REAL *y = (const REAL *)call->at[2] + n * result, *y_end = y + result;
        REAL *dx = (REAL *)call->at[3] + n * image, *dx_end = dx + image;
        memset(dx, 0, (size_t)image * sizeof(REAL));
        EACH_PLACE {
            for (int64_t q = (channels - 1) / LANES * LANES; q >= 0; q -= LANES) {
                OF(Lanes) open = channels - q < LANES ? part : whole;
                OF(Vector) rest = OF(load_some)(g + q, g_end, channels - q), most = OF(load_some)(y + q, y_end, channels - q);
                OF(Lanes) lost = (OF(Lanes))(most != most);
                EACH_TAP {
                    OF(Vector) value = OF(load_some)(x + at + q, x_end, channels - q);
                    OF(Lanes) hit = open & ((OF(Lanes))(value == most) | ((OF(Lanes))(value != value) & lost));
                    if (once) {
                        const REAL *stop = dx + at + (covered - wc.start - k) * channels;
                        OF(store_some)(dx + at + q, OF(choose)(hit, rest, (OF(Vector)){0}), stop, channels - q);
                    } else {
                        OF(Vector) before = OF(load_some)(dx + at + q, dx_end, channels - q);
                        OF(store_some)(dx + at + q, OF(choose)(hit, before + rest, before), dx_end, channels - q);
                    }
                    open &= ~hit;
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
            REAL share = 1 / *count++;
            for (int64_t q = 0; q < channels; q++) y[q] = 0;
            EACH_TAP {
                const REAL *restrict from = x + at;
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
            REAL share = 1 / *count++;
            EACH_TAP {
                REAL *restrict to = dx + at;
                _Pragma("omp simd") for (int64_t q = 0; q < channels; q++) to[q] += g[q] * share;
            }
            g += channels;
        }
    }
}
