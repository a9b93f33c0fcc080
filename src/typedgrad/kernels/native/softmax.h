/* Over rows of n numbers. Work: rows. */

INLINE REAL OF(largest)(const REAL *restrict x, int64_t n) {
    REAL top = x[0];
    int nan = x[0] != x[0];
    _Pragma("omp simd reduction(max : top) reduction(| : nan)") for (int64_t j = 0; j < n; j++) {
        top = x[j] > top ? x[j] : top;
        nan |= x[j] != x[j];
    }
    return nan ? (REAL)NAN : top;
}

/* at: x, y. size: n. A row of only -inf gives NaN, as in the definition. */
static void OF(kernel_softmax)(const Call *call, int64_t begin, int64_t end) {
    int64_t n = call->size[0];
    for (int64_t i = begin; i < end; i++) {
        const REAL *restrict x = (const REAL *)call->at[0] + i * n;
        REAL *restrict y = (REAL *)call->at[1] + i * n;
        REAL top = OF(largest)(x, n), sum = 0;
        _Pragma("omp simd reduction(+ : sum)") for (int64_t j = 0; j < n; j++) {
            REAL e = OF(exp)(x[j] - top);
            y[j] = e;
            sum += e;
        }
        REAL scale = 1 / sum;
        _Pragma("omp simd") for (int64_t j = 0; j < n; j++) y[j] *= scale;
    }
}

/* at: g, y (the result), dx. dx = y (g - <g, y>). */
static void OF(kernel_softmax_back)(const Call *call, int64_t begin, int64_t end) {
    int64_t n = call->size[0];
    for (int64_t i = begin; i < end; i++) {
        const REAL *restrict g = (const REAL *)call->at[0] + i * n, *restrict y = (const REAL *)call->at[1] + i * n;
        REAL *restrict dx = (REAL *)call->at[2] + i * n;
        REAL dot = 0;
        _Pragma("omp simd reduction(+ : dot)") for (int64_t j = 0; j < n; j++) dot += g[j] * y[j];
        _Pragma("omp simd") for (int64_t j = 0; j < n; j++) dx[j] = y[j] * (g[j] - dot);
    }
}

/* log(sum(exp(x - top))). */
INLINE REAL OF(log_total)(const REAL *restrict x, int64_t n, REAL top) {
    REAL sum = 0;
    _Pragma("omp simd reduction(+ : sum)") for (int64_t j = 0; j < n; j++) sum += OF(exp)(x[j] - top);
    return OF(log)(sum);
}

/* at: x, y. size: n. */
static void OF(kernel_log_softmax)(const Call *call, int64_t begin, int64_t end) {
    int64_t n = call->size[0];
    for (int64_t i = begin; i < end; i++) {
        const REAL *restrict x = (const REAL *)call->at[0] + i * n;
        REAL *restrict y = (REAL *)call->at[1] + i * n;
        REAL top = OF(largest)(x, n), log_sum = OF(log_total)(x, n, top);
        _Pragma("omp simd") for (int64_t j = 0; j < n; j++) y[j] = (x[j] - top) - log_sum;
    }
}

/* at: g, y (the result), dx. dx = g - exp(y) sum(g). */
static void OF(kernel_log_softmax_back)(const Call *call, int64_t begin, int64_t end) {
    int64_t n = call->size[0];
    for (int64_t i = begin; i < end; i++) {
        const REAL *restrict g = (const REAL *)call->at[0] + i * n, *restrict y = (const REAL *)call->at[1] + i * n;
        REAL *restrict dx = (REAL *)call->at[2] + i * n;
        REAL sum = 0;
        _Pragma("omp simd reduction(+ : sum)") for (int64_t j = 0; j < n; j++) sum += g[j];
        _Pragma("omp simd") for (int64_t j = 0; j < n; j++) dx[j] = g[j] - OF(exp)(y[j]) * sum;
    }
}

/* at: logits, labels (int64), losses [m]. size: n. */
static void OF(kernel_cross_entropy)(const Call *call, int64_t begin, int64_t end) {
    int64_t n = call->size[0];
    const int64_t *labels = call->at[1];
    REAL *losses = call->at[2];
    for (int64_t i = begin; i < end; i++) {
        const REAL *restrict x = (const REAL *)call->at[0] + i * n;
        if (labels[i] < 0 || labels[i] >= n) {
            *call->trouble = 1;
            return;
        }
        REAL top = OF(largest)(x, n);
        losses[i] = OF(log_total)(x, n, top) - (x[labels[i]] - top);
    }
}

/* at: logits, labels, g, dx. size: n, how far apart the cotangents of two rows are (0 or 1). setting: their scale. */
static void OF(kernel_cross_entropy_back)(const Call *call, int64_t begin, int64_t end) {
    int64_t n = call->size[0], apart = call->size[1];
    const int64_t *labels = call->at[1];
    const REAL *g = call->at[2];
    for (int64_t i = begin; i < end; i++) {
        const REAL *restrict x = (const REAL *)call->at[0] + i * n;
        REAL *restrict dx = (REAL *)call->at[3] + i * n;
        if (labels[i] < 0 || labels[i] >= n) {
            *call->trouble = 1;
            return;
        }
        REAL top = OF(largest)(x, n), sum = 0;
        _Pragma("omp simd reduction(+ : sum)") for (int64_t j = 0; j < n; j++) {
            REAL e = OF(exp)(x[j] - top);
            dx[j] = e;
            sum += e;
        }
        REAL of_row = g[i * apart] * (REAL)call->setting[0], scale = of_row / sum;
        _Pragma("omp simd") for (int64_t j = 0; j < n; j++) dx[j] *= scale;
        dx[labels[i]] -= of_row;
    }
}

/* The adjoint of picking rows: each row of g is added where it came from, in their order. A negative index counts from the
   end. at: g [count n], indices, dx [rows n]. size: rows, n, count. Work: blocks of 64 columns. */
static void OF(kernel_scatter_rows)(const Call *call, int64_t begin, int64_t end) {
    int64_t rows = call->size[0], n = call->size[1], count = call->size[2];
    const int64_t *index = call->at[1];
    for (int64_t block = begin; block < end; block++) {
        int64_t first = block * 64, width = n - first < 64 ? n - first : 64;
        for (int64_t r = 0; r < rows; r++) memset((REAL *)call->at[2] + r * n + first, 0, (size_t)width * sizeof(REAL));
        for (int64_t i = 0; i < count; i++) {
            int64_t row = index[i] < 0 ? index[i] + rows : index[i];
            if (row < 0 || row >= rows) {
                *call->trouble = 1;
                return;
            }
            const REAL *restrict g = (const REAL *)call->at[0] + i * n + first;
            REAL *restrict to = (REAL *)call->at[2] + row * n + first;
            for (int64_t j = 0; j < width; j++) to[j] += g[j];
        }
    }
}
