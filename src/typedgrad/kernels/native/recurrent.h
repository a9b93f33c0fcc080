/* One step of an LSTM after its products. Work: rows. size: n. */

/* at: cell [m n], gates [m 4n], hidden, new cell, activated gates [m 4n]. */
static void OF(kernel_lstm_step)(const Call *call, int64_t begin, int64_t end) {
    int64_t n = call->size[0];
    for (int64_t r = begin; r < end; r++) {
        const REAL *restrict cell = (const REAL *)call->at[0] + r * n, *restrict gates = (const REAL *)call->at[1] + 4 * r * n;
        REAL *restrict hidden = (REAL *)call->at[2] + r * n, *restrict made = (REAL *)call->at[3] + r * n;
        REAL *restrict kept = (REAL *)call->at[4] + 4 * r * n;
        _Pragma("omp simd") for (int64_t j = 0; j < n; j++) {
            REAL i = OF(sigmoid)(gates[j]), f = OF(sigmoid)(gates[n + j]);
            REAL c = OF(tanh)(gates[2 * n + j]), o = OF(sigmoid)(gates[3 * n + j]);
            REAL next = f * cell[j] + i * c;
            kept[j] = i;
            kept[n + j] = f;
            kept[2 * n + j] = c;
            kept[3 * n + j] = o;
            made[j] = next;
            hidden[j] = o * OF(tanh)(next);
        }
    }
}

/* at: of hidden or none, of new cell or none, cell, activated gates, new cell, dcell, dgates. */
static void OF(kernel_lstm_step_back)(const Call *call, int64_t begin, int64_t end) {
    int64_t n = call->size[0];
    for (int64_t r = begin; r < end; r++) {
        const REAL *restrict gh = call->at[0] ? (const REAL *)call->at[0] + r * n : 0;
        const REAL *restrict gc = call->at[1] ? (const REAL *)call->at[1] + r * n : 0;
        const REAL *restrict cell = (const REAL *)call->at[2] + r * n, *restrict kept = (const REAL *)call->at[3] + 4 * r * n;
        const REAL *restrict made = (const REAL *)call->at[4] + r * n;
        REAL *restrict dcell = (REAL *)call->at[5] + r * n, *restrict dgates = (REAL *)call->at[6] + 4 * r * n;
        _Pragma("omp simd") for (int64_t j = 0; j < n; j++) {
            REAL i = kept[j], f = kept[n + j], c = kept[2 * n + j], o = kept[3 * n + j], seen = OF(tanh)(made[j]);
            REAL dh = gh ? gh[j] : 0, d = (gc ? gc[j] : 0) + dh * o * (1 - seen * seen);
            dgates[j] = d * c * i * (1 - i);
            dgates[n + j] = d * cell[j] * f * (1 - f);
            dgates[2 * n + j] = d * i * (1 - c * c);
            dgates[3 * n + j] = dh * seen * o * (1 - o);
            dcell[j] = d * f;
        }
    }
}
