/* Columns of an array [rows, channels] made to have mean 0 and variance 1. Statistics of a chunk of rows are taken while it
   is in the cache, about its own mean; then the chunks are put together (Chan, Golub and LeVeque, 1979). */

/* Four rows at a time, each with sums of its own, so that no sum waits for the one before it. */
#define EVERY_FOURTH(BODY)                                                                  \
    for (int64_t i = 0; i < rows; i += 4) {                                                 \
        int64_t at = i * channels;                                                          \
        if (i + 4 <= rows) {                                                                \
            _Pragma("GCC unroll 4") for (int u = 0; u < 4; u++, at += channels) { BODY }    \
        } else {                                                                            \
            for (int u = 0; u < rows - i; u++, at += channels) { BODY }                     \
        }                                                                                   \
    }
#define TAKE(from, end) (lanes == LANES ? *(const OF(Vector) *)((from) + at) : OF(load_some)((from) + at, end, lanes))

/* The mean of some neighbouring columns, and the sum of squares about it. */
INLINE void OF(spread)(const REAL *x, const REAL *end, int64_t rows, int64_t channels, int64_t lanes, REAL *mean, REAL *squares) {
    OF(Vector) sums[4] = {{0}, {0}, {0}, {0}}, parts[4] = {{0}, {0}, {0}, {0}};
    EVERY_FOURTH(sums[u] += TAKE(x, end);)
    OF(Vector) middle = ((sums[0] + sums[1]) + (sums[2] + sums[3])) / (REAL)rows;
    EVERY_FOURTH(OF(Vector) d = TAKE(x, end) - middle; parts[u] += d * d;)
    OF(store_some)(mean, middle, mean + lanes, lanes);
    OF(store_some)(squares, (parts[0] + parts[1]) + (parts[2] + parts[3]), squares + lanes, lanes);
}

/* The sums of g and of g (x - mean), of some neighbouring columns; of g only where y, if there is one, is positive.
   `left`: how many numbers may be read. */
INLINE void OF(products_with)(const REAL *x, const REAL *g, const REAL *y, int64_t left, int64_t rows, int64_t channels, int64_t lanes,
                         const REAL *mean, REAL *of_g, REAL *of_gx) {
    OF(Vector) sums[4] = {{0}, {0}, {0}, {0}}, parts[4] = {{0}, {0}, {0}, {0}};
    OF(Vector) middle = OF(load_some)(mean, mean + lanes, lanes);
    if (y) {
        EVERY_FOURTH(OF(Vector) given = OF(choose)((OF(Lanes))(TAKE(y, y + left) > 0), TAKE(g, g + left), (OF(Vector)){0});
                     sums[u] += given; parts[u] += given * (TAKE(x, x + left) - middle);)
    } else {
        EVERY_FOURTH(OF(Vector) given = TAKE(g, g + left); sums[u] += given; parts[u] += given * (TAKE(x, x + left) - middle);)
    }
    OF(store_some)(of_g, (sums[0] + sums[1]) + (sums[2] + sums[3]), of_g + lanes, lanes);
    OF(store_some)(of_gx, (parts[0] + parts[1]) + (parts[2] + parts[3]), of_gx + lanes, lanes);
}
#undef EVERY_FOURTH
#undef TAKE

/* at: x, parts [chunks, 2, channels]. size: rows, channels, rows of a chunk. Work: chunks. */
static void OF(kernel_batch_norm_parts)(const Call *call, int64_t begin, int64_t end) {
    int64_t rows = call->size[0], channels = call->size[1], length = call->size[2];
    for (int64_t chunk = begin; chunk < end; chunk++) {
        int64_t first = chunk * length, count = rows - first < length ? rows - first : length;
        const REAL *x = (const REAL *)call->at[0] + first * channels;
        REAL *restrict mean = (REAL *)call->at[1] + chunk * 2 * channels, *restrict squares = mean + channels;
        for (int64_t c = 0; c < channels; c += LANES) {
            if (c + LANES <= channels) OF(spread)(x + c, x + count * channels, count, channels, LANES, mean + c, squares + c);
            else OF(spread)(x + c, x + count * channels, count, channels, channels - c, mean + c, squares + c);
        }
    }
}

/* at: parts, mean, variance. size: rows, channels, rows of a chunk, chunks. Work: channels. */
static void OF(kernel_batch_norm_whole)(const Call *call, int64_t begin, int64_t end) {
    int64_t rows = call->size[0], channels = call->size[1], length = call->size[2], chunks = call->size[3];
    const REAL *parts = call->at[0];
    for (int64_t c = begin; c < end; c++) {
        double mean = 0, squares = 0, seen = 0;
        for (int64_t k = 0; k < chunks; k++) {
            double count = (double)(rows - k * length < length ? rows - k * length : length);
            double apart = (double)parts[2 * k * channels + c] - mean, together = seen + count;
            mean += apart * count / together;
            squares += (double)parts[(2 * k + 1) * channels + c] + apart * apart * seen * count / together;
            seen = together;
        }
        ((REAL *)call->at[1])[c] = (REAL)mean;
        ((REAL *)call->at[2])[c] = (REAL)(squares / seen);
    }
}

/* y = (x - mean) rate weight + bias, not below 0 if so wanted. at: x, weight or none, bias or none, mean, variance, y.
   size: channels, whether to cut off. setting: eps. Work: rows. */
static void OF(kernel_batch_norm_apply)(const Call *call, int64_t begin, int64_t end) {
    int64_t channels = call->size[0];
    const REAL *weight = call->at[1], *bias = call->at[2], *mean = call->at[3], *variance = call->at[4];
    REAL eps = (REAL)call->setting[0];
    for (int64_t block = 0; block < channels; block += 256) {
        int64_t width = channels - block < 256 ? channels - block : 256;
        REAL scale[256], shift[256];
        for (int64_t c = 0; c < width; c++) {
            scale[c] = (weight ? weight[block + c] : 1) / OF(sqrt)(variance[block + c] + eps);
            shift[c] = bias ? bias[block + c] : 0;
        }
        for (int64_t i = begin; i < end; i++) {
            const REAL *restrict x = (const REAL *)call->at[0] + i * channels + block, *restrict m = mean + block;
            REAL *restrict y = (REAL *)call->at[5] + i * channels + block;
            if (call->size[1]) {
                _Pragma("omp simd") for (int64_t c = 0; c < width; c++)
                    y[c] = OF(relu_of)((x[c] - m[c]) * scale[c] + shift[c]);
            } else {
                _Pragma("omp simd") for (int64_t c = 0; c < width; c++) y[c] = (x[c] - m[c]) * scale[c] + shift[c];
            }
        }
    }
}

/* Sums of g and g x^ over a chunk. at: g, x, mean, variance, y or none (which was cut off at 0), parts [chunks, 2, channels]. size: rows, channels, rows of a
   chunk. setting: eps. Work: chunks. */
static void OF(kernel_batch_norm_back_parts)(const Call *call, int64_t begin, int64_t end) {
    int64_t rows = call->size[0], channels = call->size[1], length = call->size[2];
    const REAL *restrict mean = call->at[2];
    for (int64_t chunk = begin; chunk < end; chunk++) {
        int64_t first = chunk * length, last = rows < first + length ? rows : first + length;
        REAL *restrict of_g = (REAL *)call->at[5] + chunk * 2 * channels, *restrict of_gx = of_g + channels;
        const REAL *x = (const REAL *)call->at[1] + first * channels, *g = (const REAL *)call->at[0] + first * channels;
        const REAL *y = call->at[4] ? (const REAL *)call->at[4] + first * channels : 0;
        int64_t count = last - first;
        for (int64_t c = 0; c < channels; c += LANES) {
            if (c + LANES <= channels)
                OF(products_with)(x + c, g + c, y ? y + c : 0, count * channels - c, count, channels, LANES, mean + c, of_g + c, of_gx + c);
            else
                OF(products_with)(x + c, g + c, y ? y + c : 0, count * channels - c, count, channels, channels - c, mean + c, of_g + c, of_gx + c);
        }
    }
}

/* at: parts, variance, dweight (sum g x^), dbias (sum g). size: chunks, channels. setting: eps. Work: channels. */
static void OF(kernel_batch_norm_back_whole)(const Call *call, int64_t begin, int64_t end) {
    int64_t chunks = call->size[0], channels = call->size[1];
    const REAL *parts = call->at[0], *variance = call->at[1];
    for (int64_t c = begin; c < end; c++) {
        REAL of_g = 0, of_gx = 0;
        for (int64_t k = 0; k < chunks; k++) {
            of_g += parts[2 * k * channels + c];
            of_gx += parts[(2 * k + 1) * channels + c];
        }
        ((REAL *)call->at[2])[c] = of_gx / OF(sqrt)(variance[c] + (REAL)call->setting[0]);
        ((REAL *)call->at[3])[c] = of_g;
    }
}

/* dx = weight rate (g - sum(g) / m - x^ sum(g x^) / m). at: g, x, weight or none, mean, variance, sum g x^, sum g, y or
   none (which was cut off at 0), dx.
   size: rows, channels. setting: eps. Work: rows. */
static void OF(kernel_batch_norm_back)(const Call *call, int64_t begin, int64_t end) {
    int64_t rows = call->size[0], channels = call->size[1];
    const REAL *weight = call->at[2], *mean = call->at[3], *variance = call->at[4], *of_gx = call->at[5], *of_g = call->at[6];
    for (int64_t block = 0; block < channels; block += 256) {
        int64_t width = channels - block < 256 ? channels - block : 256;
        REAL a[256], b[256], d[256];
        for (int64_t c = 0; c < width; c++) {
            REAL rate = 1 / OF(sqrt)(variance[block + c] + (REAL)call->setting[0]);
            a[c] = (weight ? weight[block + c] : 1) * rate;
            b[c] = a[c] * rate * of_gx[block + c] / (REAL)rows;
            d[c] = a[c] * of_g[block + c] / (REAL)rows;
        }
        for (int64_t i = begin; i < end; i++) {
            const REAL *restrict g = (const REAL *)call->at[0] + i * channels + block;
            const REAL *restrict x = (const REAL *)call->at[1] + i * channels + block, *restrict m = mean + block;
            REAL *restrict dx = (REAL *)call->at[8] + i * channels + block;
            if (call->at[7]) {
                const REAL *restrict y = (const REAL *)call->at[7] + i * channels + block;
                _Pragma("omp simd") for (int64_t c = 0; c < width; c++)
                    dx[c] = a[c] * OF(relu_slope)(g[c], y[c]) - b[c] * (x[c] - m[c]) - d[c];
            } else {
                _Pragma("omp simd") for (int64_t c = 0; c < width; c++) dx[c] = a[c] * g[c] - b[c] * (x[c] - m[c]) - d[c];
            }
        }
    }
}
