/* Columns of an array [rows, channels] made to have mean 0 and variance 1. Statistics of a chunk of rows are taken while it
   is in the cache, about its own mean; then the chunks are put together (Chan, Golub and LeVeque, 1979). */

/* at: x, parts [chunks, 2, channels]. size: rows, channels, rows of a chunk. Work: chunks. */
static void OF(kernel_batch_norm_parts)(const Call *call, int64_t begin, int64_t end) {
    int64_t rows = call->size[0], channels = call->size[1], length = call->size[2];
    for (int64_t chunk = begin; chunk < end; chunk++) {
        int64_t first = chunk * length, count = rows - first < length ? rows - first : length;
        const REAL *x = (const REAL *)call->at[0] + first * channels;
        REAL *restrict mean = (REAL *)call->at[1] + chunk * 2 * channels, *restrict squares = mean + channels;
        memset(mean, 0, (size_t)(2 * channels) * sizeof(REAL));
        for (int64_t i = 0; i < count; i++) {
            const REAL *restrict row = x + i * channels;
            _Pragma("omp simd") for (int64_t c = 0; c < channels; c++) mean[c] += row[c];
        }
        for (int64_t c = 0; c < channels; c++) mean[c] /= (REAL)count;
        for (int64_t i = 0; i < count; i++) {
            const REAL *restrict row = x + i * channels;
            _Pragma("omp simd") for (int64_t c = 0; c < channels; c++) {
                REAL d = row[c] - mean[c];
                squares[c] += d * d;
            }
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

/* y = (x - mean) rate weight + bias. at: x, weight or none, bias or none, mean, variance, y. size: channels. setting: eps.
   Work: rows. */
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
            _Pragma("omp simd") for (int64_t c = 0; c < width; c++) y[c] = (x[c] - m[c]) * scale[c] + shift[c];
        }
    }
}

/* Sums of g and g x^ over a chunk. at: g, x, mean, variance, parts [chunks, 2, channels]. size: rows, channels, rows of a
   chunk. setting: eps. Work: chunks. */
static void OF(kernel_batch_norm_back_parts)(const Call *call, int64_t begin, int64_t end) {
    int64_t rows = call->size[0], channels = call->size[1], length = call->size[2];
    const REAL *restrict mean = call->at[2];
    for (int64_t chunk = begin; chunk < end; chunk++) {
        int64_t first = chunk * length, last = rows < first + length ? rows : first + length;
        REAL *restrict of_g = (REAL *)call->at[4] + chunk * 2 * channels, *restrict of_gx = of_g + channels;
        memset(of_g, 0, (size_t)(2 * channels) * sizeof(REAL));
        for (int64_t i = first; i < last; i++) {
            const REAL *restrict g = (const REAL *)call->at[0] + i * channels;
            const REAL *restrict x = (const REAL *)call->at[1] + i * channels;
            _Pragma("omp simd") for (int64_t c = 0; c < channels; c++) {
                of_g[c] += g[c];
                of_gx[c] += g[c] * (x[c] - mean[c]);
            }
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

/* dx = weight rate (g - sum(g) / m - x^ sum(g x^) / m). at: g, x, weight or none, mean, variance, sum g x^, sum g, dx.
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
            REAL *restrict dx = (REAL *)call->at[7] + i * channels + block;
            _Pragma("omp simd") for (int64_t c = 0; c < width; c++) dx[c] = a[c] * g[c] - b[c] * (x[c] - m[c]) - d[c];
        }
    }
}
