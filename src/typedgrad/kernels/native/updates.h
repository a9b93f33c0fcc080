/* Updates of parameters in one pass. Work: elements. */

/* at: p, g, v, new p, new v. setting: rate, momentum, decay, weight of v and weight of g in the step.
   d = g + decay p; v = momentum v + d; p -= rate (a v + b d). */
static void OF(kernel_momentum)(const Call *call, int64_t begin, int64_t end) {
    const REAL *restrict p = call->at[0], *restrict g = call->at[1], *restrict v = call->at[2];
    REAL *restrict p2 = call->at[3], *restrict v2 = call->at[4];
    REAL rate = (REAL)call->setting[0], momentum = (REAL)call->setting[1], decay = (REAL)call->setting[2];
    REAL of_v = (REAL)call->setting[3], of_g = (REAL)call->setting[4];
    _Pragma("omp simd") for (int64_t i = begin; i < end; i++) {
        REAL d = g[i] + decay * p[i], w = momentum * v[i] + d;
        v2[i] = w;
        p2[i] = p[i] - rate * (of_v * w + of_g * d);
    }
}

/* at: p, g, m, v, new p, new m, new v. setting: step size, beta1, beta2, eps, 1 / sqrt(1 - beta2^t), what p is scaled by.
   p = keep p - size m / (sqrt(v) c + eps). */
static void OF(kernel_adam)(const Call *call, int64_t begin, int64_t end) {
    const REAL *restrict p = call->at[0], *restrict g = call->at[1], *restrict m = call->at[2], *restrict v = call->at[3];
    REAL *restrict p2 = call->at[4], *restrict m2 = call->at[5], *restrict v2 = call->at[6];
    REAL size = (REAL)call->setting[0], b1 = (REAL)call->setting[1], b2 = (REAL)call->setting[2];
    REAL a1 = (REAL)(1 - call->setting[1]), a2 = (REAL)(1 - call->setting[2]);
    REAL eps = (REAL)call->setting[3], c = (REAL)call->setting[4], keep = (REAL)call->setting[5];
    _Pragma("omp simd") for (int64_t i = begin; i < end; i++) {
        REAL d = g[i], first = b1 * m[i] + a1 * d, second = b2 * v[i] + a2 * d * d;
        m2[i] = first;
        v2[i] = second;
        p2[i] = keep * p[i] - size * first / (OF(sqrt)(second) * c + eps);
    }
}
