/* All steps of an LSTM. Each thread owns some hidden units with their four gates: it packs their part of the recurrent
   matrix once, which stays in its cache, and meets the others after each step. Products are summed in registers and go
   through the gates while they are close. Copies of the states have rows of an odd number of cache lines, so that rows
   do not compete for the same places of the cache. Work: 1, which shares itself out.
   size: steps, rows m, units n, most threads. */

#define GATES 4
#define PANEL (2 * LANES)

typedef struct {
    const Call *call;
    int64_t steps, m, n, row, panels, threads;
    REAL *weights, *states;
    Meeting meeting;
} OF(Course);

static int64_t OF(odd_row)(int64_t n) {
    int64_t line = 64 / (int64_t)sizeof(REAL), lines = (n + line - 1) / line;
    return (lines | 1) * line;
}

/* out = x w for `rows` rows of x, `x_row` apart, in tiles of about the same size; `vectors` of w, k by k. */
static void OF(by_panel)(const REAL *x, int64_t x_row, int64_t k, const REAL *w, int vectors, int64_t rows, REAL *out) {
    OF(Walk) walk = {1, 1, 1, k, 0, 0, 0, x_row, vectors * LANES, vectors * LANES};
    int64_t most = ACCUMULATORS / vectors < 10 ? ACCUMULATORS / vectors : 10, tiles = (rows + most - 1) / most;
    for (int64_t t = 0; t < tiles; t++) {
        int64_t first = rows * t / tiles, last = rows * (t + 1) / tiles;
        while (first < last) {
            int taken = (int)(last - first);
            OF(Tile) tile;
            while (!(tile = OF(tile_of)(taken, vectors))) taken--;
            tile(&walk, x + first * x_row, w, 0, out + first * vectors * LANES, vectors * LANES);
            first += taken;
        }
    }
}

static void OF(run_course)(OF(Course) * course, Job job, int64_t panels, int64_t weights, int64_t inner) {
    const int64_t *s = course->call->size;
    course->steps = s[0];
    course->m = s[1];
    course->n = s[2];
    course->row = OF(odd_row)(inner);
    course->panels = panels;
    int64_t threads = pool_threads() < s[3] ? pool_threads() : s[3];
    course->threads = threads < panels ? threads : panels;
    size_t of_weights = (size_t)(panels * weights) * sizeof(REAL), of_states = (size_t)(2 * course->m * course->row) * sizeof(REAL);
    char *memory = aligned_alloc(64, (of_weights + of_states + 127) / 64 * 64);
    if (!memory) {
        *course->call->trouble = 1;
        return;
    }
    course->weights = (REAL *)memory;
    course->states = (REAL *)(memory + (of_weights + 63) / 64 * 64);
    meeting_begins(&course->meeting, (int)course->threads);
    pool_run_together(job, course, course->threads);
    free(memory);
}

/* ---------------------------------------------------------------------------------------------------- forward */

#if ACCUMULATORS >= 24
#define VECTORS_OF_GATES 4
#else
#define VECTORS_OF_GATES 2 /* two gates at a time */
#endif

/* The columns of the matrix for one vector of units: [k, gates taken together, lanes], group after group of gates. */
static void OF(pack_units)(const REAL *matrix, int64_t n, int64_t unit, REAL *out) {
    int64_t count = n - unit < LANES ? n - unit : LANES;
    for (int g = 0; g < GATES; g += VECTORS_OF_GATES)
        for (int64_t k = 0; k < n; k++)
            for (int v = 0; v < VECTORS_OF_GATES; v++, out += LANES) {
                const REAL *from = matrix + k * GATES * n + (g + v) * n + unit;
                memcpy(out, from, (size_t)count * sizeof(REAL));
                if (count < LANES) memset(out + count, 0, (size_t)(LANES - count) * sizeof(REAL));
            }
}

static void OF(lstm_share)(void *context, int64_t index) {
    OF(Course) *c = context;
    void *const *at = c->call->at;
    int64_t m = c->m, n = c->n, first = c->panels * index / c->threads, last = c->panels * (index + 1) / c->threads;
    const REAL *start = at[1];
    REAL products[GATES * LANES * 32];
    int64_t whole = GATES * LANES * n;
    for (int64_t p = first; p < last; p++) OF(pack_units)(at[3], n, p * LANES, c->weights + p * whole);
    for (int64_t r = m * index / c->threads; r < m * (index + 1) / c->threads; r++)
        memcpy(c->states + r * c->row, start + r * n, (size_t)n * sizeof(REAL));
    meet(&c->meeting);
    for (int64_t t = 0; t < c->steps; t++) {
        const REAL *states = c->states + (t & 1) * m * c->row, *given = (const REAL *)at[0] + t * m * GATES * n;
        REAL *next = c->states + (~t & 1) * m * c->row, *hiddens = (REAL *)at[4] + t * m * n;
        REAL *cells = (REAL *)at[5] + t * m * n, *active = (REAL *)at[6] + t * m * GATES * n;
        const REAL *before = t ? cells - m * n : (const REAL *)at[2];
        for (int64_t p = first; p < last; p++)
            for (int64_t r0 = 0; r0 < m; r0 += 32) {
                int64_t rows = m - r0 < 32 ? m - r0 : 32, unit = p * LANES, count = n - unit < LANES ? n - unit : LANES;
                const REAL *w = c->weights + p * whole;
                for (int g = 0; g < GATES; g += VECTORS_OF_GATES)
                    OF(by_panel)(states + r0 * c->row, c->row, n, w + g * LANES * n, VECTORS_OF_GATES, rows,
                                 products + g * LANES * 32);
                for (int64_t r = 0; r < rows; r++) {
                    int64_t row = (r0 + r) * n + unit;
                    const REAL *restrict x = given + (r0 + r) * GATES * n + unit, *restrict cell = before + row;
                    const REAL *y[GATES];
                    for (int g = 0; g < GATES; g++)
                        y[g] = products + g / VECTORS_OF_GATES * VECTORS_OF_GATES * LANES * 32 +
                               (r * VECTORS_OF_GATES + g % VECTORS_OF_GATES) * LANES;
                    const REAL *restrict yi = y[0], *restrict yf = y[1], *restrict yc = y[2], *restrict yo = y[3];
                    REAL *restrict kept = active + (r0 + r) * GATES * n + unit, *restrict made = cells + row;
                    REAL *restrict hidden = hiddens + row, *restrict copy = next + (r0 + r) * c->row + unit;
                    _Pragma("omp simd") for (int64_t j = 0; j < count; j++) {
                        REAL i = OF(sigmoid)(x[j] + yi[j]), f = OF(sigmoid)(x[n + j] + yf[j]);
                        REAL g = OF(tanh)(x[2 * n + j] + yc[j]), o = OF(sigmoid)(x[3 * n + j] + yo[j]);
                        REAL new = f * cell[j] + i * g, seen = o * OF(tanh)(new);
                        kept[j] = i;
                        kept[n + j] = f;
                        kept[2 * n + j] = g;
                        kept[3 * n + j] = o;
                        made[j] = new;
                        hidden[j] = seen;
                        copy[j] = seen;
                    }
                }
            }
        meet(&c->meeting);
    }
}

/* at: given [steps m 4n], hidden and cell before [m n], recurrent [n 4n], hiddens and cells [steps m n], gates after their
   activations [steps m 4n]. */
static void OF(kernel_lstm_sequence)(const Call *call, int64_t begin, int64_t end) {
    (void)begin, (void)end;
    OF(Course) course = {call, 0, 0, 0, 0, 0, 0, 0, 0, {0, 0, 0}};
    int64_t n = call->size[2];
    OF(run_course)(&course, OF(lstm_share), (n + LANES - 1) / LANES, GATES * LANES * n, n);
}

/* --------------------------------------------------------------------------------------------------- backward */

static void OF(lstm_share_back)(void *context, int64_t index) {
    OF(Course) *c = context;
    void *const *at = c->call->at;
    int64_t m = c->m, n = c->n, wide = GATES * n, whole = PANEL * wide;
    int64_t first = c->panels * index / c->threads, last = c->panels * (index + 1) / c->threads;
    REAL products[PANEL * 32], *after = at[6], *dcell = at[7];
    for (int64_t p = first; p < last; p++)
        OF(pack_strip)((const REAL *)at[2] + p * PANEL * wide, wide, 1, n - p * PANEL < PANEL ? n - p * PANEL : PANEL, wide,
                       c->weights + p * whole, PANEL);
    for (int64_t t = c->steps - 1; t >= -1; t--) {
        const REAL *later = c->states + (~t & 1) * m * c->row;
        REAL *copies = c->states + (t & 1) * m * c->row;
        for (int64_t p = first; p < last; p++)
            for (int64_t r0 = 0; r0 < m; r0 += 32) {
                int64_t rows = m - r0 < 32 ? m - r0 : 32, unit = p * PANEL, count = n - unit < PANEL ? n - unit : PANEL;
                if (t == c->steps - 1) memset(products, 0, sizeof products);
                else OF(by_panel)(later + r0 * c->row, c->row, wide, c->weights + p * whole, 2, rows, products);
                for (int64_t r = 0; r < rows; r++) {
                    int64_t row = (r0 + r) * n + unit;
                    const REAL *restrict y = products + r * PANEL;
                    if (t < 0) {
                        memcpy(after + row, y, (size_t)count * sizeof(REAL));
                        continue;
                    }
                    int64_t here = t * m * n + row, gates = t * m * wide + (r0 + r) * wide + unit;
                    const REAL *restrict above = (const REAL *)at[0] + here, *restrict made = (const REAL *)at[3] + here;
                    const REAL *restrict cell = t ? made - m * n : (const REAL *)at[1] + row;
                    const REAL *restrict kept = (const REAL *)at[4] + gates;
                    REAL *restrict da = (REAL *)at[5] + gates, *restrict copy = copies + (r0 + r) * c->row + unit;
                    REAL *restrict dc = dcell + row;
                    int begun = t < c->steps - 1;
                    _Pragma("omp simd") for (int64_t j = 0; j < count; j++) {
                        REAL i = kept[j], f = kept[n + j], g = kept[2 * n + j], o = kept[3 * n + j], seen = OF(tanh)(made[j]);
                        REAL dh = above[j] + y[j], d = (begun ? dc[j] : 0) + dh * o * (1 - seen * seen);
                        copy[j] = da[j] = d * g * i * (1 - i);
                        copy[n + j] = da[n + j] = d * cell[j] * f * (1 - f);
                        copy[2 * n + j] = da[2 * n + j] = d * i * (1 - g * g);
                        copy[3 * n + j] = da[3 * n + j] = dh * seen * o * (1 - o);
                        dc[j] = d * f;
                    }
                }
            }
        if (t >= 0) meet(&c->meeting);
    }
}

/* at: of the hiddens [steps m n], cell before [m n], recurrent, cells, gates; da [steps m 4n], of hidden and cell before. */
static void OF(kernel_lstm_sequence_back)(const Call *call, int64_t begin, int64_t end) {
    (void)begin, (void)end;
    OF(Course) course = {call, 0, 0, 0, 0, 0, 0, 0, 0, {0, 0, 0}};
    int64_t n = call->size[2];
    OF(run_course)(&course, OF(lstm_share_back), (n + PANEL - 1) / PANEL, PANEL * GATES * n, GATES * n);
}
#undef GATES
#undef PANEL
#undef VECTORS_OF_GATES
