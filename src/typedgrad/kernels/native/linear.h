/* What surrounds the matrix product of a linear layer. Activations: 0 none, 1 relu, 2 gelu_tanh, 3 tanh, 4 sigmoid, 5 silu. */

#define CHOOSE(KIND, NONE, BODY)                              \
    switch (KIND) {                                           \
    case 1: BODY(relu) break;                                 \
    case 2: BODY(gelu_tanh) break;                            \
    case 3: BODY(tanh) break;                                 \
    case 4: BODY(sigmoid) break;                              \
    case 5: BODY(silu) break;                                 \
    default: NONE                                             \
    }

/* at: x [m n], bias [n] or none, y [m n] = activation(x + bias). size: n, activation. Work: rows. */
static void OF(kernel_bias_activation)(const Call *call, int64_t begin, int64_t end) {
    const REAL *restrict b = call->at[1];
    int64_t n = call->size[0];
    for (int64_t i = begin; i < end; i++) {
        const REAL *restrict x = (const REAL *)call->at[0] + i * n;
        REAL *restrict y = (REAL *)call->at[2] + i * n;
#define WITH(name) _Pragma("omp simd") for (int64_t j = 0; j < n; j++) y[j] = OF(name##_of)(x[j] + b[j]);
#define WITHOUT(name) _Pragma("omp simd") for (int64_t j = 0; j < n; j++) y[j] = OF(name##_of)(x[j]);
        if (b) {
            CHOOSE(call->size[1], _Pragma("omp simd") for (int64_t j = 0; j < n; j++) y[j] = x[j] + b[j];, WITH)
        } else {
            CHOOSE(call->size[1], memcpy(y, x, (size_t)n * sizeof(REAL));, WITHOUT)
        }
#undef WITH
#undef WITHOUT
    }
}

/* at: g [m n], kept [m n] (the result or the input of the activation), dz [m n], db [n] or none. size: m, n, activation.
   Work: blocks of 64 columns, so that each sum has one owner and one order. */
static void OF(kernel_bias_activation_back)(const Call *call, int64_t begin, int64_t end) {
    const REAL *g = call->at[0], *kept = call->at[1];
    REAL *dz = call->at[2], *db = call->at[3];
    int64_t m = call->size[0], n = call->size[1];
    for (int64_t block = begin; block < end; block++) {
        int64_t first = block * 64, width = n - first < 64 ? n - first : 64;
        REAL sums[64] = {0};
        for (int64_t i = 0; i < m; i++) {
            const REAL *restrict gi = g + i * n + first, *restrict ki = kept ? kept + i * n + first : 0;
            REAL *restrict di = dz + i * n + first;
#define SLOPE(name)                                             \
    _Pragma("omp simd") for (int64_t j = 0; j < width; j++) {  \
        REAL d = OF(name##_slope)(gi[j], ki[j]);                \
        di[j] = d;                                              \
        sums[j] += d;                                           \
    }
            CHOOSE(
                call->size[2],
                _Pragma("omp simd") for (int64_t j = 0; j < width; j++) {
                    di[j] = gi[j];
                    sums[j] += gi[j];
                },
                SLOPE)
#undef SLOPE
        }
        if (db)
            for (int64_t j = 0; j < width; j++) db[first + j] = sums[j];
    }
}
#undef CHOOSE

/* at: x [m n], sums [n]. size: m, n. Work: blocks of 64 columns. */
static void OF(kernel_column_sums)(const Call *call, int64_t begin, int64_t end) {
    const REAL *x = call->at[0];
    REAL *out = call->at[1];
    int64_t m = call->size[0], n = call->size[1];
    for (int64_t block = begin; block < end; block++) {
        int64_t first = block * 64, width = n - first < 64 ? n - first : 64;
        REAL sums[64] = {0};
        for (int64_t i = 0; i < m; i++) {
            const REAL *restrict row = x + i * n + first;
            _Pragma("omp simd") for (int64_t j = 0; j < width; j++) sums[j] += row[j];
        }
        for (int64_t j = 0; j < width; j++) out[first + j] = sums[j];
    }
}
