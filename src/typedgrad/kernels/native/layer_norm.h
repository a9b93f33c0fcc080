/* Rows of n numbers made to have mean 0 and variance 1, then scaled and shifted. Work: rows, unless said otherwise. */

/* at: x [m n], scale [n] or none, shift [n] or none, y [m n], mean [m], rate [m]. size: n. setting: eps. */
static void OF(kernel_layer_norm)(const Call *call, int64_t begin, int64_t end) {
    int64_t n = call->size[0];
    const REAL *restrict scale = call->at[1], *restrict shift = call->at[2];
    REAL *means = call->at[4], *rates = call->at[5];
    REAL eps = (REAL)call->setting[0];
    for (int64_t i = begin; i < end; i++) {
        const REAL *restrict x = (const REAL *)call->at[0] + i * n;
        REAL *restrict y = (REAL *)call->at[3] + i * n;
        REAL sum = 0, squares = 0;
        _Pragma("omp simd reduction(+ : sum)") for (int64_t j = 0; j < n; j++) sum += x[j];
        REAL mean = sum / (REAL)n;
        _Pragma("omp simd reduction(+ : squares)") for (int64_t j = 0; j < n; j++) {
            REAL d = x[j] - mean;
            squares += d * d;
        }
        REAL rate = 1 / OF(sqrt)(squares / (REAL)n + eps);
        means[i] = mean;
        rates[i] = rate;
        if (scale && shift) {
            _Pragma("omp simd") for (int64_t j = 0; j < n; j++) y[j] = (x[j] - mean) * rate * scale[j] + shift[j];
        } else if (scale) {
            _Pragma("omp simd") for (int64_t j = 0; j < n; j++) y[j] = (x[j] - mean) * rate * scale[j];
        } else {
            _Pragma("omp simd") for (int64_t j = 0; j < n; j++) y[j] = (x[j] - mean) * rate;
        }
    }
}

/* With t = g scale and x^ = (x - mean) rate: dx = rate (t - mean(t) - x^ mean(t x^)).
   at: g [m n], x [m n], scale [n] or none, mean [m], rate [m], dx [m n]. size: n. */
static void OF(kernel_layer_norm_back)(const Call *call, int64_t begin, int64_t end) {
    int64_t n = call->size[0];
    const REAL *restrict scale = call->at[2];
    const REAL *means = call->at[3], *rates = call->at[4];
    for (int64_t i = begin; i < end; i++) {
        const REAL *restrict g = (const REAL *)call->at[0] + i * n, *restrict x = (const REAL *)call->at[1] + i * n;
        REAL *restrict dx = (REAL *)call->at[5] + i * n;
        REAL mean = means[i], rate = rates[i], of_t = 0, of_tx = 0;
        if (scale) {
            _Pragma("omp simd reduction(+ : of_t, of_tx)") for (int64_t j = 0; j < n; j++) {
                REAL t = g[j] * scale[j];
                dx[j] = t;
                of_t += t;
                of_tx += t * ((x[j] - mean) * rate);
            }
        } else {
            _Pragma("omp simd reduction(+ : of_t, of_tx)") for (int64_t j = 0; j < n; j++) {
                dx[j] = g[j];
                of_t += g[j];
                of_tx += g[j] * ((x[j] - mean) * rate);
            }
        }
        of_t /= (REAL)n;
        of_tx /= (REAL)n;
        _Pragma("omp simd") for (int64_t j = 0; j < n; j++)
            dx[j] = rate * (dx[j] - of_t - (x[j] - mean) * rate * of_tx);
    }
}

/* at: g [m n], x [m n], mean [m], rate [m], dscale [n], dshift [n]. size: m, n. Work: blocks of 64 columns. */
static void OF(kernel_layer_norm_back_parameters)(const Call *call, int64_t begin, int64_t end) {
    int64_t m = call->size[0], n = call->size[1];
    const REAL *means = call->at[2], *rates = call->at[3];
    REAL *dscale = call->at[4], *dshift = call->at[5];
    for (int64_t block = begin; block < end; block++) {
        int64_t first = block * 64, width = n - first < 64 ? n - first : 64;
        REAL of_scale[64] = {0}, of_shift[64] = {0};
        for (int64_t i = 0; i < m; i++) {
            const REAL *restrict g = (const REAL *)call->at[0] + i * n + first;
            const REAL *restrict x = (const REAL *)call->at[1] + i * n + first;
            REAL mean = means[i], rate = rates[i];
            _Pragma("omp simd") for (int64_t j = 0; j < width; j++) {
                of_shift[j] += g[j];
                of_scale[j] += g[j] * ((x[j] - mean) * rate);
            }
        }
        for (int64_t j = 0; j < width; j++) {
            if (dscale) dscale[first + j] = of_scale[j];
            if (dshift) dshift[first + j] = of_shift[j];
        }
    }
}
