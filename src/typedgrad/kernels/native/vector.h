/* Registers: so many numbers at once, wherever they lie. */

typedef REAL OF(Vector) __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(REAL))));
typedef PASTE(LANE, SUFFIX) OF(Lanes) __attribute__((vector_size(VECTOR_BYTES)));

/* The lanes of `a` where `which` is all ones, those of `b` where it is zero. */
INLINE OF(Vector) OF(choose)(OF(Lanes) which, OF(Vector) a, OF(Vector) b) {
    return (OF(Vector))((which & (OF(Lanes))a) | (~which & (OF(Lanes))b));
}

/* At least `count` numbers from `p` on; more where they can be read before `end`. */
INLINE OF(Vector) OF(load_some)(const REAL *p, const REAL *end, int64_t count) {
    if (p + LANES <= end) return *(const OF(Vector) *)p;
    OF(Vector) some = {0};
    memcpy(&some, p, (size_t)(count < LANES ? count : LANES) * sizeof(REAL));
    return some;
}

/* At least `count` numbers to `p`; more where they may be written before `end`. */
INLINE void OF(store_some)(REAL *p, OF(Vector) some, const REAL *end, int64_t count) {
    if (p + LANES <= end) *(OF(Vector) *)p = some;
    else memcpy(p, &some, (size_t)(count < LANES ? count : LANES) * sizeof(REAL));
}

/* All ones in the first `count` lanes. */
INLINE OF(Lanes) OF(first_lanes)(int64_t count) {
    OF(Lanes) which;
    for (int l = 0; l < LANES; l++) which[l] = l < count ? -1 : 0;
    return which;
}
