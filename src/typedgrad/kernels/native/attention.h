/* Attention a few queries at a time: the weights of these exist, never all of them. Heads of keys and values are turned or
   padded into memory of their own, so that every inner loop is over whole vectors.

   size: batch, heads, heads of keys, t, s, d, d of values, causal, blocks of queries.
   setting: the scale of the products.
   q, k, v, g and results are four-dimensional with neighbouring numbers along the last axis; call->stride has the rest. */

#define ROWS 4        /* queries whose products are computed together */
#define SHARED_ROWS 16 /* queries whose weights are kept together in the backward pass */
#define BLOCK_ROWS 64  /* queries of one piece of work in the forward pass */

INLINE int64_t OF(whole)(int64_t n) { return (n + LANES - 1) / LANES * LANES; }

/* out[c, r] = x[r, c] for r below n, zeros after. */
static void OF(turned)(const REAL *x, int64_t stride, int64_t n, int64_t columns, int64_t padded, REAL *restrict out) {
    for (int64_t r = 0; r < n; r++)
        for (int64_t c = 0; c < columns; c++) out[c * padded + r] = x[r * stride + c];
    for (int64_t c = 0; c < columns; c++)
        for (int64_t r = n; r < padded; r++) out[c * padded + r] = 0;
}

/* out[r, c] = x[r, c] for c below n, zeros after. */
static void OF(widened)(const REAL *x, int64_t stride, int64_t rows, int64_t n, int64_t padded, REAL *restrict out) {
    for (int64_t r = 0; r < rows; r++) {
        memcpy(out + r * padded, x + r * stride, (size_t)n * sizeof(REAL));
        for (int64_t c = n; c < padded; c++) out[r * padded + c] = 0;
    }
}

/* out[r, :keys] = scale x[r, :] . kt[:, keys], for ROWS rows, of which those from `rows` on repeat the last. */
static void OF(products)(const REAL *x, int64_t stride, int rows, const REAL *kt, int64_t padded, int64_t d, int64_t keys,
                         REAL scale, REAL *out) {
    const REAL *row[ROWS];
    for (int r = 0; r < ROWS; r++) row[r] = x + (r < rows ? r : rows - 1) * stride;
    int64_t j = 0;
    for (; j + 2 * LANES <= OF(whole)(keys); j += 2 * LANES) {
        OF(Vector) sums[ROWS][2] = {{{0}}};
        for (int64_t c = 0; c < d; c++) {
            const REAL *k = kt + c * padded + j;
            OF(Vector) a = *(const OF(Vector) *)k, b = *(const OF(Vector) *)(k + LANES);
            _Pragma("GCC unroll 4") for (int r = 0; r < ROWS; r++) {
                sums[r][0] += row[r][c] * a;
                sums[r][1] += row[r][c] * b;
            }
        }
        for (int r = 0; r < ROWS; r++) {
            *(OF(Vector) *)(out + r * padded + j) = sums[r][0] * scale;
            *(OF(Vector) *)(out + r * padded + j + LANES) = sums[r][1] * scale;
        }
    }
    for (; j < OF(whole)(keys); j += LANES) {
        OF(Vector) sums[ROWS] = {{0}};
        for (int64_t c = 0; c < d; c++) {
            OF(Vector) a = *(const OF(Vector) *)(kt + c * padded + j);
            _Pragma("GCC unroll 4") for (int r = 0; r < ROWS; r++) sums[r] += row[r][c] * a;
        }
        for (int r = 0; r < ROWS; r++) *(OF(Vector) *)(out + r * padded + j) = sums[r] * scale;
    }
}

/* out[r, :] = sum over j below keys of w[r, j] v[j, :], for ROWS rows. */
static void OF(averages)(const REAL *w, int64_t w_stride, const REAL *v, int64_t padded, int64_t keys, REAL *out,
                         int64_t out_stride, int rows, int64_t valid) {
    for (int64_t c = 0; c < padded; c += 2 * LANES) {
        int two = c + LANES < padded;
        OF(Vector) sums[ROWS][2] = {{{0}}};
        if (two) {
            for (int64_t j = 0; j < keys; j++) {
                OF(Vector) a = *(const OF(Vector) *)(v + j * padded + c), b = *(const OF(Vector) *)(v + j * padded + c + LANES);
                _Pragma("GCC unroll 4") for (int r = 0; r < ROWS; r++) {
                    REAL value = w[r * w_stride + j];
                    sums[r][0] += value * a;
                    sums[r][1] += value * b;
                }
            }
        } else {
            for (int64_t j = 0; j < keys; j++) {
                OF(Vector) a = *(const OF(Vector) *)(v + j * padded + c);
                _Pragma("GCC unroll 4") for (int r = 0; r < ROWS; r++) sums[r][0] += w[r * w_stride + j] * a;
            }
        }
        for (int r = 0; r < rows; r++)
            for (int b = 0; b <= two; b++) {
                int64_t left = valid - c - b * LANES;
                if (left > 0)
                    memcpy(out + r * out_stride + c + b * LANES, &sums[r][b],
                           (size_t)(left < LANES ? left : LANES) * sizeof(REAL));
            }
    }
}

/* How many keys query i may see at most. */
INLINE int64_t OF(keys_of)(const int64_t *s, int64_t i) {
    return s[7] && i + 1 < s[4] ? i + 1 : s[4];
}

/* Hide the keys that the mask forbids; `mask` begins at the query's row. */
INLINE void OF(hide)(REAL *row, int64_t keys, const uint8_t *mask, int64_t apart) {
    if (mask)
        for (int64_t j = 0; j < keys; j++)
            if (!mask[j * apart]) row[j] = -(REAL)INFINITY;
}

static const uint8_t *OF(mask_at)(const Call *call, int i, int64_t b, int64_t h, int64_t row) {
    const uint8_t *mask = call->at[i];
    const int64_t *stride = call->stride[i];
    return mask ? mask + b * stride[0] + h * stride[1] + row * stride[2] : 0;
}

static const REAL *OF(head_at)(const Call *call, int i, int64_t b, int64_t h) {
    return (const REAL *)call->at[i] + b * call->stride[i][0] + h * call->stride[i][1];
}

/* at: q, k, v, mask or none, out [batch t heads dv], logs of the sums [batch heads t]. Work: batch x heads x blocks. */
static void OF(kernel_attention)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t heads = s[1], group = s[1] / s[2], t = s[3], d = s[5], dv = s[6], blocks = s[8];
    int64_t padded = OF(whole)(s[4]), wide = OF(whole)(dv), held = -1;
    REAL scale = (REAL)call->setting[0];
    REAL *kt = malloc((size_t)(d * padded + s[4] * wide + ROWS * padded + 64) * sizeof(REAL));
    if (!kt) {
        *call->trouble = 1;
        return;
    }
    REAL *vs = kt + d * padded, *w = vs + s[4] * wide;
    for (int64_t item = begin; item < end; item++) {
        int64_t b = item / (heads * blocks), h = item / blocks % heads, from = item % blocks * BLOCK_ROWS;
        int64_t to = from + BLOCK_ROWS < t ? from + BLOCK_ROWS : t;
        if (held != b * s[2] + h / group) {
            held = b * s[2] + h / group;
            OF(turned)(OF(head_at)(call, 1, b, h / group), call->stride[1][2], s[4], d, padded, kt);
            OF(widened)(OF(head_at)(call, 2, b, h / group), call->stride[2][2], s[4], dv, wide, vs);
        }
        for (int64_t i = from; i < to; i += ROWS) {
            int rows = (int)(to - i < ROWS ? to - i : ROWS);
            int64_t keys = OF(keys_of)(s, i + rows - 1);
            OF(products)(OF(head_at)(call, 0, b, h) + i * call->stride[0][2], call->stride[0][2], rows, kt, padded, d, keys,
                         scale, w);
            for (int r = 0; r < rows; r++) {
                REAL *restrict row = w + r * padded;
                int64_t seen = OF(keys_of)(s, i + r);
                OF(hide)(row, seen, OF(mask_at)(call, 3, b, h, i + r), call->stride[3][3]);
                REAL top = OF(largest)(row, seen), sum = 0, shift = top == -(REAL)INFINITY ? 0 : top;
                _Pragma("omp simd reduction(+ : sum)") for (int64_t j = 0; j < seen; j++) {
                    REAL e = OF(exp)(row[j] - shift);
                    row[j] = e;
                    sum += e;
                }
                ((REAL *)call->at[5])[(b * heads + h) * t + i + r] = shift + OF(log)(sum);
                REAL share = sum == 0 ? 0 : 1 / sum;
                _Pragma("omp simd") for (int64_t j = 0; j < seen; j++) row[j] *= share;
                for (int64_t j = seen; j < keys; j++) row[j] = 0;
            }
            for (int r = rows; r < ROWS; r++) memset(w + r * padded, 0, (size_t)keys * sizeof(REAL));
            OF(averages)(w, padded, vs, wide, keys, (REAL *)call->at[4] + ((b * t + i) * heads + h) * dv, heads * dv, rows, dv);
        }
    }
    free(kt);
}

/* out[j, :] += sum over the rows of w[row, j] x[row, :], for all keys. */
static void OF(gather)(const REAL *w, int64_t w_stride, const REAL *x, int64_t padded, int rows, int64_t keys, REAL *out) {
    for (int64_t j = 0; j < keys; j += ROWS) {
        int count = (int)(keys - j < ROWS ? keys - j : ROWS);
        for (int64_t c = 0; c < padded; c += 2 * LANES) {
            int two = c + LANES < padded;
            OF(Vector) sums[ROWS][2] = {{{0}}};
            for (int i = 0; i < rows; i++) {
                const REAL *value = w + i * w_stride + j; /* up to ROWS - 1 beyond the keys: zeros, inside the padding */
                OF(Vector) a = *(const OF(Vector) *)(x + i * padded + c), b = {0};
                if (two) b = *(const OF(Vector) *)(x + i * padded + c + LANES);
                _Pragma("GCC unroll 4") for (int r = 0; r < ROWS; r++) {
                    sums[r][0] += value[r] * a;
                    sums[r][1] += value[r] * b;
                }
            }
            for (int r = 0; r < count; r++)
                for (int q = 0; q <= two; q++) *(OF(Vector) *)(out + (j + r) * padded + c + q * LANES) += sums[r][q];
        }
    }
}

/* at: g, q, k, v, out, mask or none, logs, dq [batch t heads d], dk [batch s kv d], dv [batch s kv dv]. Work: batch x kv. */
static void OF(kernel_attention_back)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    int64_t heads = s[1], kv = s[2], group = heads / kv, t = s[3], n = s[4], d = s[5], dv = s[6];
    int64_t padded = OF(whole)(n) + LANES, wide = OF(whole)(d), wide_v = OF(whole)(dv);
    REAL scale = (REAL)call->setting[0];
    size_t room = (size_t)((d + dv + 2 * SHARED_ROWS) * padded + (2 * n + SHARED_ROWS) * wide + (n + SHARED_ROWS) * wide_v + 64);
    REAL *kt = malloc(room * sizeof(REAL));
    if (!kt) {
        *call->trouble = 1;
        return;
    }
    REAL *vt = kt + d * padded, *p = vt + dv * padded, *ds = p + SHARED_ROWS * padded, *ks = ds + SHARED_ROWS * padded;
    REAL *dk = ks + n * wide, *qs = dk + n * wide, *dvs = qs + SHARED_ROWS * wide, *gs = dvs + n * wide_v;
    for (int64_t item = begin; item < end; item++) {
        int64_t b = item / kv, head = item % kv;
        OF(turned)(OF(head_at)(call, 2, b, head), call->stride[2][2], n, d, padded, kt);
        OF(turned)(OF(head_at)(call, 3, b, head), call->stride[3][2], n, dv, padded, vt);
        OF(widened)(OF(head_at)(call, 2, b, head), call->stride[2][2], n, d, wide, ks);
        memset(dk, 0, (size_t)(n * wide) * sizeof(REAL));
        memset(dvs, 0, (size_t)(n * wide_v) * sizeof(REAL));
        for (int64_t h = head * group; h < (head + 1) * group; h++)
            for (int64_t from = 0; from < t; from += SHARED_ROWS) {
                int count = (int)(t - from < SHARED_ROWS ? t - from : SHARED_ROWS);
                int64_t keys = OF(keys_of)(s, from + count - 1);
                const REAL *q = OF(head_at)(call, 1, b, h) + from * call->stride[1][2];
                const REAL *g = OF(head_at)(call, 0, b, h) + from * call->stride[0][2];
                const REAL *out = OF(head_at)(call, 4, b, h) + from * call->stride[4][2];
                OF(widened)(q, call->stride[1][2], count, d, wide, qs);
                OF(widened)(g, call->stride[0][2], count, dv, wide_v, gs);
                memset(p, 0, (size_t)(2 * SHARED_ROWS * padded) * sizeof(REAL));
                for (int i = 0; i < count; i += ROWS) {
                    int rows = count - i < ROWS ? count - i : ROWS;
                    OF(products)(q + i * call->stride[1][2], call->stride[1][2], rows, kt, padded, d, keys, scale, p + i * padded);
                    OF(products)(g + i * call->stride[0][2], call->stride[0][2], rows, vt, padded, dv, keys, 1, ds + i * padded);
                }
                for (int i = 0; i < SHARED_ROWS; i++) {
                    REAL *restrict pr = p + i * padded, *restrict dr = ds + i * padded;
                    int64_t seen = i < count ? OF(keys_of)(s, from + i) : 0;
                    if (seen) {
                        REAL log_sum = ((const REAL *)call->at[6])[(b * heads + h) * t + from + i], taken = 0;
                        int any = log_sum != -(REAL)INFINITY;
                        const REAL *gr = g + i * call->stride[0][2], *o = out + i * call->stride[4][2];
                        for (int64_t c = 0; c < dv; c++) taken += gr[c] * o[c];
                        OF(hide)(pr, seen, OF(mask_at)(call, 5, b, h, from + i), call->stride[5][3]);
                        _Pragma("omp simd") for (int64_t j = 0; j < seen; j++) {
                            REAL w = any ? OF(exp)(pr[j] - log_sum) : 0;
                            pr[j] = w;
                            dr[j] = w * (dr[j] - taken) * scale;
                        }
                    }
                    for (int64_t j = seen; j < padded; j++) pr[j] = dr[j] = 0;
                }
                for (int i = 0; i < count; i += ROWS) {
                    int rows = count - i < ROWS ? count - i : ROWS;
                    OF(averages)(ds + i * padded, padded, ks, wide, keys,
                                 (REAL *)call->at[7] + ((b * t + from + i) * heads + h) * d, heads * d, rows, d);
                }
                OF(gather)(ds, padded, qs, wide, count, keys, dk);
                OF(gather)(p, padded, gs, wide_v, count, keys, dvs);
            }
        for (int64_t j = 0; j < n; j++) {
            memcpy((REAL *)call->at[8] + ((b * n + j) * kv + head) * d, dk + j * wide, (size_t)d * sizeof(REAL));
            memcpy((REAL *)call->at[9] + ((b * n + j) * kv + head) * dv, dvs + j * wide_v, (size_t)dv * sizeof(REAL));
        }
    }
    free(kt);
}
#undef ROWS
#undef SHARED_ROWS
#undef BLOCK_ROWS
