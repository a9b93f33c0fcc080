/* Convolution of each channel with a kernel of its own; images with their channels last. Sizes as for pooling, then the
   images and the shares of them. */

#define TAP (((i * s[8] + j) * s[9] + k) * channels)

/* at: x, weights [taps, channels], bias or none, y. Work: images times planes of the result. */
static void OF(kernel_depthwise)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t channels = s[0], image = s[1] * s[2] * s[3] * channels;
    const REAL *bias = call->at[2];
    for (int64_t row = begin; row < end; row++) {
        int64_t n = row / (s[4] * s[5]), a = row / s[5] % s[4], b = row % s[5];
        const REAL *x = (const REAL *)call->at[0] + n * image, *weights = call->at[1];
        REAL *restrict y = (REAL *)call->at[3] + row * s[6] * channels;
        OF(Window) wa = OF(window_at)(s, 0, a), wb = OF(window_at)(s, 1, b);
        for (int64_t c = 0; c < s[6]; c++, y += channels) {
            OF(Window) wc = OF(window_at)(s, 2, c);
            if (bias) memcpy(y, bias, (size_t)channels * sizeof(REAL));
            else memset(y, 0, (size_t)channels * sizeof(REAL));
            EACH_TAP {
                const REAL *restrict from = x + at, *restrict by = weights + TAP;
                _Pragma("omp simd") for (int64_t q = 0; q < channels; q++) y[q] += from[q] * by[q];
            }
        }
    }
}

/* at: g, weights, dx. Work: images. */
static void OF(kernel_depthwise_back)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t channels = s[0], image = s[1] * s[2] * s[3] * channels, result = s[4] * s[5] * s[6] * channels;
    for (int64_t n = begin; n < end; n++) {
        const REAL *restrict g = (const REAL *)call->at[0] + n * result, *weights = call->at[1];
        REAL *dx = (REAL *)call->at[2] + n * image;
        memset(dx, 0, (size_t)image * sizeof(REAL));
        EACH_PLACE {
            EACH_TAP {
                const REAL *restrict by = weights + TAP;
                REAL *restrict to = dx + at;
                _Pragma("omp simd") for (int64_t q = 0; q < channels; q++) to[q] += g[q] * by[q];
            }
            g += channels;
        }
    }
}

/* at: g, x, parts [shares, taps + 1, channels], the last row for the bias. Work: shares of the images. */
static void OF(kernel_depthwise_weight)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t channels = s[0], image = s[1] * s[2] * s[3] * channels, result = s[4] * s[5] * s[6] * channels;
    int64_t rows = s[7] * s[8] * s[9] + 1;
    for (int64_t share = begin; share < end; share++) {
        REAL *part = (REAL *)call->at[2] + share * rows * channels;
        memset(part, 0, (size_t)(rows * channels) * sizeof(REAL));
        for (int64_t n = s[19] * share / s[20]; n < s[19] * (share + 1) / s[20]; n++) {
            const REAL *restrict g = (const REAL *)call->at[0] + n * result;
            const REAL *x = (const REAL *)call->at[1] + n * image;
            EACH_PLACE {
                    EACH_TAP {
                    const REAL *restrict from = x + at;
                    REAL *restrict to = part + TAP;
                    _Pragma("omp simd") for (int64_t q = 0; q < channels; q++) to[q] += from[q] * g[q];
                }
                REAL *restrict bias = part + (rows - 1) * channels;
                _Pragma("omp simd") for (int64_t q = 0; q < channels; q++) bias[q] += g[q];
                g += channels;
            }
        }
    }
}
#undef TAP
