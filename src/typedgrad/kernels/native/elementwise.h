/* One number in, one number out. Work is counted in elements. Of `name_back`: inputs are the cotangent and the result (or
   the input) of the forward kernel. */

/* relu: NaN stays NaN. */
INLINE REAL OF(relu_of)(REAL x) { return x <= 0 ? 0 : x; }
INLINE REAL OF(relu_slope)(REAL g, REAL y) { return y > 0 ? g : 0; }
INLINE REAL OF(sigmoid_of)(REAL x) { return OF(sigmoid)(x); }
INLINE REAL OF(sigmoid_slope)(REAL g, REAL y) { return g * (y * (1 - y)); }
INLINE REAL OF(tanh_of)(REAL x) { return OF(tanh)(x); }
INLINE REAL OF(tanh_slope)(REAL g, REAL y) { return g * (1 - y * y); }
INLINE REAL OF(silu_of)(REAL x) { return x * OF(sigmoid)(x); }

INLINE REAL OF(silu_slope)(REAL g, REAL x) {
    REAL s = OF(sigmoid)(x);
    return g * (s * (1 + x * (1 - s)));
}

/* gelu(x) = x (1 + tanh u) / 2, u = k (x + c x^3). (1 + tanh u) / 2 = sigmoid(2 u). */
INLINE REAL OF(gelu_tanh_of)(REAL x) {
    const REAL k = (REAL)0.7978845608028653559, c = (REAL)0.044715;
    return x * OF(sigmoid)(2 * k * (x + c * x * x * x));
}

INLINE REAL OF(gelu_tanh_slope)(REAL g, REAL x) {
    const REAL k = (REAL)0.7978845608028653559, c = (REAL)0.044715;
    REAL s = OF(sigmoid)(2 * k * (x + c * x * x * x));
    return g * (s + x * s * (1 - s) * (2 * k) * (1 + 3 * c * x * x));
}

INLINE REAL OF(erf_of)(REAL x) { return OF(erf)(x); }
INLINE REAL OF(erf_slope)(REAL g, REAL x) { return g * ((REAL)1.1283791670955125739 * OF(exp)(-x * x)); }

INLINE REAL OF(gelu_of)(REAL x) { return (REAL)0.5 * x * OF(erfc)((REAL)-0.70710678118654752440 * x); }

INLINE REAL OF(gelu_slope)(REAL g, REAL x) {
    REAL phi = (REAL)0.39894228040143267794 * OF(exp)((REAL)-0.5 * x * x);
    return g * ((REAL)0.5 * OF(erfc)((REAL)-0.70710678118654752440 * x) + x * phi);
}

#define FORWARD(name)                                                              \
    static void OF(kernel_##name)(const Call *call, int64_t begin, int64_t end) { \
        const REAL *restrict x = call->at[0];                                      \
        REAL *restrict y = call->at[1];                                            \
        _Pragma("omp simd") for (int64_t i = begin; i < end; i++) y[i] = OF(name##_of)(x[i]); \
    }
#define BACKWARD(name)                                                                  \
    static void OF(kernel_##name##_back)(const Call *call, int64_t begin, int64_t end) { \
        const REAL *restrict g = call->at[0], *restrict x = call->at[1];                \
        REAL *restrict y = call->at[2];                                                 \
        _Pragma("omp simd") for (int64_t i = begin; i < end; i++) y[i] = OF(name##_slope)(g[i], x[i]); \
    }

FORWARD(relu)
BACKWARD(relu)
FORWARD(sigmoid)
BACKWARD(sigmoid)
FORWARD(tanh)
BACKWARD(tanh)
FORWARD(silu)
BACKWARD(silu)
FORWARD(gelu_tanh)
BACKWARD(gelu_tanh)
FORWARD(gelu)
BACKWARD(gelu)
FORWARD(erf)
BACKWARD(erf)
#undef FORWARD
#undef BACKWARD

/* Two numbers in, one number out. at: x, y, result. Work: elements. */
#define OF_TWO(name, EXPRESSION)                                                            \
    static void OF(kernel_##name)(const Call *call, int64_t begin, int64_t end) {          \
        const REAL *restrict x = call->at[0], *restrict y = call->at[1];                    \
        REAL *restrict z = call->at[2];                                                     \
        _Pragma("omp simd") for (int64_t i = begin; i < end; i++) z[i] = EXPRESSION;        \
    }
OF_TWO(add, x[i] + y[i])
OF_TWO(subtract, x[i] - y[i])
OF_TWO(multiply, x[i] * y[i])
#undef OF_TWO

/* at: x, y (an array, or one number), which (bytes), result: x where it is true, y elsewhere. size: whether y is an array,
   whether it is the other way round. Work: elements. */
static void OF(kernel_where)(const Call *call, int64_t begin, int64_t end) {
    const REAL *restrict x = call->at[0], *restrict y = call->at[1];
    const uint8_t *restrict which = call->at[2];
    REAL *restrict z = call->at[3];
    uint8_t turned = call->size[1] ? 1 : 0;
    if (call->size[0]) {
        _Pragma("omp simd") for (int64_t i = begin; i < end; i++) z[i] = which[i] != turned ? x[i] : y[i];
    } else {
        REAL other = y[0];
        _Pragma("omp simd") for (int64_t i = begin; i < end; i++) z[i] = which[i] != turned ? x[i] : other;
    }
}
