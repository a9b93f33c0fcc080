/* Products of matrices. Both are brought into strips first, by all threads: of the left one R rows by R, of the right one
   two vectors of columns by two, each running along the inner axis; a tile of R rows by two vectors then sums in registers.
   The order of a sum does not depend on the threads.
   size: m, n, k; whether left and right are transposed; rows and blocks of rows of a piece, panels of a piece, pieces
   along the rows, whether the right one is read where it lies, whether the product is wanted transposed, whether the
   left one is read where it lies, row by row: many rows that meet few columns are not worth a copy. */

/* Inner indices that are summed at a time, so that a panel of the right matrix stays close. */
#define DEPTH 512
#define ROWS_OF_A_TILE (ACCUMULATORS >= 24 ? 14 : 6)
#define PANEL (2 * LANES)

#define TILE(R, V)                                                                                                       \
    static void OF(product_##R##_##V)(int64_t depth, const REAL *a, const REAL *b, int64_t b_step, REAL *c,              \
                                      int64_t c_step, int64_t valid, int onto) {                                         \
        OF(Vector) sums[R][V];                                                                                           \
        _Pragma("GCC unroll 14") for (int r = 0; r < R; r++)                                                             \
            _Pragma("GCC unroll 2") for (int v = 0; v < V; v++) sums[r][v] = (OF(Vector)){0};                            \
        for (int64_t k = 0; k < depth; k++, a += R, b += b_step) {                                                       \
            OF(Vector) right[V];                                                                                         \
            _Pragma("GCC unroll 2") for (int v = 0; v < V; v++) right[v] = *(const OF(Vector) *)(b + v * LANES);         \
            _Pragma("GCC unroll 14") for (int r = 0; r < R; r++)                                                         \
                _Pragma("GCC unroll 2") for (int v = 0; v < V; v++) sums[r][v] += a[r] * right[v];                       \
        }                                                                                                                \
        for (int r = 0; r < R; r++, c += c_step)                                                                         \
            for (int v = 0; v < V; v++) {                                                                                \
                REAL *to = c + v * LANES;                                                                                \
                int64_t left = valid - v * LANES;                                                                        \
                if (left >= LANES) {                                                                                     \
                    *(OF(Vector) *)to = onto ? *(OF(Vector) *)to + sums[r][v] : sums[r][v];                              \
                } else if (left > 0) {                                                                                   \
                    OF(Vector) whole = sums[r][v];                                                                       \
                    if (onto)                                                                                            \
                        for (int64_t j = 0; j < left; j++) whole[j] += to[j];                                            \
                    memcpy(to, &whole, (size_t)left * sizeof(REAL));                                                     \
                }                                                                                                        \
            }                                                                                                            \
    }

#define ALL_ROWS(V) TILE(1, V) TILE(2, V) TILE(3, V) TILE(4, V) TILE(5, V) TILE(6, V)
ALL_ROWS(1) ALL_ROWS(2)
#if ACCUMULATORS >= 24
#define MORE_ROWS(V) TILE(7, V) TILE(8, V) TILE(9, V) TILE(10, V) TILE(11, V) TILE(12, V) TILE(13, V) TILE(14, V)
MORE_ROWS(1) MORE_ROWS(2)
#undef MORE_ROWS
#endif
#undef ALL_ROWS
#undef TILE

typedef void (*OF(Product))(int64_t, const REAL *, const REAL *, int64_t, REAL *, int64_t, int64_t, int);

static OF(Product) OF(product_of)(int rows, int vectors) {
#define NAMES(V)                                                                                                    \
    {0, OF(product_1_##V), OF(product_2_##V), OF(product_3_##V), OF(product_4_##V), OF(product_5_##V), OF(product_6_##V), MORE(V)}
#if ACCUMULATORS >= 24
#define MORE(V)                                                                                                         \
    OF(product_7_##V), OF(product_8_##V), OF(product_9_##V), OF(product_10_##V), OF(product_11_##V), OF(product_12_##V), \
        OF(product_13_##V), OF(product_14_##V)
#else
#define MORE(V)
#endif
    static const OF(Product) one[] = NAMES(1), two[] = NAMES(2);
#undef NAMES
#undef MORE
    return vectors == 1 ? one[rows] : two[rows];
}


/* out[i * step + j] = x[j * apart + i] for a square of vectors of which `count` rows count; the others come out as zeros. */
static inline void OF(turn_square)(const REAL *x, int64_t apart, int64_t count, REAL *out, int64_t step) {
    OF(Vector) rows[VECTOR_BYTES / sizeof(REAL)];
    if (count == LANES) {
        _Pragma("GCC unroll 16") for (int j = 0; j < LANES; j++) rows[j] = *(const OF(Vector) *)(x + j * apart);
    } else {
        _Pragma("GCC unroll 16") for (int j = 0; j < LANES; j++)
            rows[j] = j < count ? *(const OF(Vector) *)(x + j * apart) : (OF(Vector)){0};
    }
    /* Stage after stage two rows exchange half of their lanes. */
    _Pragma("GCC unroll 4") for (int s = LANES / 2; s > 0; s /= 2) {
        OF(Lanes) low, high;
        _Pragma("GCC unroll 16") for (int l = 0; l < LANES; l++) {
            low[l] = l & s ? l - s + LANES : l;
            high[l] = l & s ? l + LANES : l + s;
        }
        _Pragma("GCC unroll 16") for (int j = 0; j < LANES; j++) {
            if (j & s) continue;
            OF(Vector) a = rows[j], b = rows[j + s];
            rows[j] = __builtin_shuffle(a, b, low);
            rows[j + s] = __builtin_shuffle(a, b, high);
        }
    }
    _Pragma("GCC unroll 16") for (int i = 0; i < LANES; i++) *(OF(Vector) *)(out + i * step) = rows[i];
}

/* A strip of `count` rows of x (`row` apart, `along` from one number to the next) as out[k * width + r]; zeros beyond. */
static void OF(pack_strip)(const REAL *x, int64_t row, int64_t along, int64_t count, int64_t k, REAL *restrict out, int64_t width) {
    if (row == 1) {
        for (int64_t i = 0; i < k; i++) {
            const REAL *restrict from = x + i * along;
            REAL *restrict to = out + i * width;
            if (count == width && width == PANEL) {
                *(OF(Vector) *)to = *(const OF(Vector) *)from;
                *(OF(Vector) *)(to + LANES) = *(const OF(Vector) *)(from + LANES);
                continue;
            }
            for (int64_t r = 0; r < count; r++) to[r] = from[r];
            for (int64_t r = count; r < width; r++) to[r] = 0;
        }
        return;
    }
    if (along == 1) {
        /* A square writes beyond the strip's width where that is no multiple of a vector: into the numbers of the next
           inner index, which come later: those of other squares, and the first ones here, as the last square comes first. The last ones have no next and are copied one by one. */
        int64_t i = 0;
        for (; i + LANES < k; i += LANES)
            for (int64_t done = (width - 1) / LANES * LANES; done >= 0; done -= LANES) {
                int64_t rows = count - done < LANES ? count - done : LANES;
                if (rows < 0) rows = 0;
                OF(turn_square)(x + done * row + i, row, rows, out + i * width + done, width);
            }
        x += i;
        out += i * width;
        k -= i;
    }
    for (int64_t i = 0; i < k; i++) {
        REAL *restrict to = out + i * width;
        for (int64_t r = 0; r < count; r++) to[r] = x[r * row + i * along];
        for (int64_t r = count; r < width; r++) to[r] = 0;
    }
}

typedef struct {
    int64_t m, n, k, blocks, panels;
    int64_t a_row, a_along, b_column, b_along;
    const REAL *a, *b;
    REAL *left, *right, *c;
} OF(Sides);

static OF(Sides) OF(sides_of)(const Call *call) {
    const int64_t *s = call->size;
    OF(Sides) x = {s[0], s[1], s[2], s[5], (s[1] + PANEL - 1) / PANEL, 0};
    int left = s[10] ? 1 : 0, right = 1 - left; /* (x y)' = y' x' */
    x.a_row = call->stride[left][s[3] ? 1 : 0];
    x.a_along = call->stride[left][s[3] ? 0 : 1];
    x.b_column = call->stride[right][s[4] ? 0 : 1];
    x.b_along = call->stride[right][s[4] ? 1 : 0];
    x.a = call->at[left];
    x.b = call->at[right];
    x.c = call->at[2];
    x.left = (REAL *)call->scratch;
    x.right = x.left + x.m * x.k;
    return x;
}

static inline int64_t OF(first_row)(const OF(Sides) * x, int64_t block) {
    int64_t rows = x->m / x->blocks, more = x->m % x->blocks;
    return block * rows + (block < more ? block : more);
}

/* Whether the panel is read where it lies. */
static inline int OF(lies_ready)(const OF(Sides) * x, const int64_t *s, int64_t panel) {
    return s[9] && x->b_column == 1 && (panel + 1) * PANEL <= x->n;
}

static inline int OF(left_lies_ready)(const OF(Sides) * x, const int64_t *s) { return s[11] && x->a_along == 1; }

/* As a tile does, with rows that are `apart`. */
static void OF(rows_by_panel)(const REAL *a, int64_t apart, int64_t depth, const REAL *b, int64_t step, int64_t rows, int vectors,
                              REAL *out, int64_t out_step, int64_t valid) {
    OF(Walk) walk = {1, 1, 1, depth, 0, 0, 0, apart, step, out_step};
    /* Rows that are a multiple of a page apart compete for the same places of the cache. */
    int64_t most = apart * (int64_t)sizeof(REAL) % 4096 == 0 ? 7 : ROWS_OF_A_TILE;
    for (int64_t row = 0; row < rows;) {
        int taken = (int)(rows - row < most ? rows - row : most);
        OF(Tile) tile;
        while (!(tile = OF(tile_of)(taken, vectors))) taken--;
        tile(&walk, a + row * apart, b, 0, out + row * out_step, valid);
        row += taken;
    }
}

/* Bring the matrices into strips. Work: blocks of rows, then panels of columns. */
static void OF(kernel_product_pack)(const Call *call, int64_t begin, int64_t end) {
    OF(Sides) x = OF(sides_of)(call);
    for (int64_t i = begin; i < end; i++) {
        if (i < x.blocks && OF(left_lies_ready)(&x, call->size)) continue;
        if (i < x.blocks) {
            int64_t row = OF(first_row)(&x, i), rows = OF(first_row)(&x, i + 1) - row;
            OF(pack_strip)(x.a + row * x.a_row, x.a_row, x.a_along, rows, x.k, x.left + row * x.k, rows);
            continue;
        }
        int64_t panel = i - x.blocks, column = panel * PANEL;
        if (OF(lies_ready)(&x, call->size, panel)) continue;
        OF(pack_strip)(x.b + column * x.b_column, x.b_column, x.b_along, x.n - column < PANEL ? x.n - column : PANEL, x.k,
                       x.right + panel * PANEL * x.k, PANEL);
    }
}

/* at: left, right, product [m n]. Work: pieces. */
static void OF(kernel_product)(const Call *call, int64_t begin, int64_t end) {
    const int64_t *s = call->size;
    OF(Sides) x = OF(sides_of)(call);
    int64_t blocks = s[6], panels = s[7], along = s[8];
    for (int64_t piece = begin; piece < end; piece++) {
        int64_t block = piece % along * blocks, panel = piece / along * panels;
        int64_t last_block = block + blocks < x.blocks ? block + blocks : x.blocks;
        int64_t last_panel = panel + panels < x.panels ? panel + panels : x.panels;
        int64_t k = 0, most = s[10] || s[11] ? x.k : DEPTH;
        do {
            int64_t depth = x.k - k < most ? x.k - k : most;
            for (int64_t p = panel; p < last_panel; p++) {
                int ready = OF(lies_ready)(&x, s, p);
                const REAL *right = ready ? x.b + k * x.b_along + p * PANEL : x.right + (p * x.k + k) * PANEL;
                int64_t valid = x.n - p * PANEL;
                for (int64_t b = block; b < last_block; b++) {
                    int64_t row = OF(first_row)(&x, b), rows = OF(first_row)(&x, b + 1) - row;
                    OF(Product) tile = OF(product_of)((int)rows, valid <= LANES ? 1 : 2);
                    const REAL *left = x.left + row * x.k + k * rows;
                    int64_t step = ready ? x.b_along : PANEL;
                    int vectors = valid <= LANES ? 1 : 2, in_place = OF(left_lies_ready)(&x, s);
                    if (!s[10] && in_place) {
                        OF(rows_by_panel)(x.a + row * x.a_row, x.a_row, depth, right, step, rows, vectors,
                                          x.c + row * x.n + p * PANEL, x.n, valid);
                        continue;
                    }
                    if (!s[10]) {
                        tile(depth, left, right, step, x.c + row * x.n + p * PANEL, x.n, valid, k > 0);
                        continue;
                    }
                    REAL turned[ROWS_OF_A_TILE * PANEL];
                    if (in_place)
                        OF(rows_by_panel)(x.a + row * x.a_row, x.a_row, depth, right, step, rows, vectors, turned, PANEL,
                                          vectors * LANES);
                    else tile(depth, left, right, step, turned, PANEL, vectors * LANES, 0);
                    for (int64_t j = 0; j < PANEL && j < valid; j++)
                        for (int64_t r = 0; r < rows; r++) x.c[(p * PANEL + j) * x.m + row + r] = turned[r * PANEL + j];
                }
            }
            k += most;
        } while (k < x.k);
    }
}
#undef DEPTH
#undef PANEL
#undef ROWS_OF_A_TILE
