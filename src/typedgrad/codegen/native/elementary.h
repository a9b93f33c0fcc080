/* Elementary functions as plain code without branches, so that loops over them become vector code. Errors are a few units
   in the last place (tested); NaN and infinities behave as in C. Polynomials of exp, log and tanh: S. Moshier, Cephes
   library; log1p and expm1: W. Kahan's corrections of log(1 + x) and exp(x) - 1. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline, unused))

INLINE float power_of_two_f32(int32_t k) {
    uint32_t bits = ((uint32_t)k + 127u) << 23;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

INLINE double power_of_two_f64(int64_t k) {
    uint64_t bits = ((uint64_t)k + 1023u) << 52;
    double value;
    memcpy(&value, &bits, 8);
    return value;
}

/* The nearest integer: adding 1.5 times 2^23 (2^52) leaves it in the low bits of the sum. */
INLINE float nearest_f32(float x, int32_t *k) {
    const float shift = 12582912.0f;
    float sum = x + shift;
    uint32_t bits;
    memcpy(&bits, &sum, 4);
    *k = (int32_t)(bits - 0x4B400000u);
    return sum - shift;
}

INLINE double nearest_f64(double x, int64_t *k) {
    const double shift = 6755399441055744.0;
    double sum = x + shift;
    uint64_t bits;
    memcpy(&bits, &sum, 8);
    *k = (int64_t)(bits - 0x4338000000000000u);
    return sum - shift;
}

/* a * b + c, in one rounding where the processor does that. */
#ifdef __FMA__
#define FMA_F32(a, b, c) __builtin_fmaf(a, b, c)
#define FMA_F64(a, b, c) __builtin_fma(a, b, c)
#else
#define FMA_F32(a, b, c) ((a) * (b) + (c))
#define FMA_F64(a, b, c) ((a) * (b) + (c))
#endif

/* exp(x) = 2^k exp(r), the power in two steps so that neither leaves the range of the exponent. */
INLINE float exp_f32(float x) {
    float c = x < -104.0f ? -104.0f : x;
    c = c > 89.0f ? 89.0f : c;
    int32_t n;
    float k = nearest_f32(c * 1.44269504088896341f, &n);
    float r = FMA_F32(k, -0.693359375f, c);
    r = FMA_F32(k, 2.12194440e-4f, r);
    float p = 1.9875691500e-4f;
    p = FMA_F32(p, r, 1.3981999507e-3f);
    p = FMA_F32(p, r, 8.3334519073e-3f);
    p = FMA_F32(p, r, 4.1665795894e-2f);
    p = FMA_F32(p, r, 1.6666665459e-1f);
    p = FMA_F32(p, r, 5.0000001201e-1f);
    p = FMA_F32(p, r * r, r) + 1.0f;
    int32_t half = n >> 1;
    return p * power_of_two_f32(half) * power_of_two_f32((int32_t)((uint32_t)n - (uint32_t)half));
}

INLINE double exp_f64(double x) {
    double c = x < -746.0 ? -746.0 : x;
    c = c > 710.0 ? 710.0 : c;
    int64_t n;
    double k = nearest_f64(c * 1.4426950408889634073599, &n);
    double r = FMA_F64(k, -6.93145751953125e-1, c);
    r = FMA_F64(k, -1.42860682030941723212e-6, r);
    double z = r * r;
    double p = r * FMA_F64(FMA_F64(1.26177193074810590878e-4, z, 3.02994407707441961300e-2), z, 9.99999999999999999910e-1);
    double q = FMA_F64(3.00198505138664455042e-6, z, 2.52448340349684104192e-3);
    q = FMA_F64(q, z, 2.27265548208155028766e-1);
    q = FMA_F64(q, z, 2.00000000000000000005e0);
    double v = 1.0 + 2.0 * (p / (q - p));
    int64_t half = (int64_t)(((uint64_t)n + 4096u) >> 1) - 2048;
    return v * power_of_two_f64(half) * power_of_two_f64((int64_t)((uint64_t)n - (uint64_t)half));
}

/* log(x) = e log(2) + log(1 + m), 1 + m between the root of 1/2 and that of 2. */
INLINE float log_f32(float x) {
    int tiny = x < 1.17549435e-38f;
    float scaled = tiny ? x * 8388608.0f : x;
    uint32_t bits;
    memcpy(&bits, &scaled, 4);
    float e = (float)((int32_t)(bits >> 23) - 126) - (tiny ? 23.0f : 0.0f);
    bits = (bits & 0x007FFFFFu) | 0x3F000000u;
    float m;
    memcpy(&m, &bits, 4);
    int low = m < 0.707106781186547524f;
    e = low ? e - 1.0f : e;
    m = (low ? m + m : m) - 1.0f;
    float z = m * m;
    float p = 7.0376836292e-2f;
    p = FMA_F32(p, m, -1.1514610310e-1f);
    p = FMA_F32(p, m, 1.1676998740e-1f);
    p = FMA_F32(p, m, -1.2420140846e-1f);
    p = FMA_F32(p, m, 1.4249322787e-1f);
    p = FMA_F32(p, m, -1.6668057665e-1f);
    p = FMA_F32(p, m, 2.0000714765e-1f);
    p = FMA_F32(p, m, -2.4999993993e-1f);
    p = FMA_F32(p, m, 3.3333331174e-1f);
    float y = p * m * z;
    y = FMA_F32(e, -2.12194440e-4f, y);
    y = FMA_F32(z, -0.5f, y);
    float value = FMA_F32(e, 0.693359375f, m + y);
    value = x == INFINITY ? x : value;
    value = x == 0.0f ? -INFINITY : value;
    return x >= 0.0f ? value : NAN; /* and of NaN */
}

INLINE double log_f64(double x) {
    int64_t tiny = x < 2.2250738585072014e-308;
    double scaled = tiny ? x * 4503599627370496.0 : x;
    uint64_t bits;
    memcpy(&bits, &scaled, 8);
    double e = (double)((int64_t)(bits >> 52) - 1022) - (tiny ? 52.0 : 0.0);
    bits = (bits & 0x000FFFFFFFFFFFFFu) | 0x3FE0000000000000u;
    double m;
    memcpy(&m, &bits, 8);
    int64_t low = m < 0.70710678118654752440;
    e = low ? e - 1.0 : e;
    m = (low ? m + m : m) - 1.0;
    double z = m * m;
    double p = 1.01875663804580931796e-4;
    p = FMA_F64(p, m, 4.97494994976747001425e-1);
    p = FMA_F64(p, m, 4.70579119878881725854e0);
    p = FMA_F64(p, m, 1.44989225341610930846e1);
    p = FMA_F64(p, m, 1.79368678507819816313e1);
    p = FMA_F64(p, m, 7.70838733755885391666e0);
    double q = m + 1.12873587189167450590e1;
    q = FMA_F64(q, m, 4.52279145837532221105e1);
    q = FMA_F64(q, m, 8.29875266912776603211e1);
    q = FMA_F64(q, m, 7.11544750618563894466e1);
    q = FMA_F64(q, m, 2.31251620126765340583e1);
    double y = m * (z * p / q);
    y = FMA_F64(e, -2.121944400546905827679e-4, y);
    y = FMA_F64(z, -0.5, y);
    double value = FMA_F64(e, 0.693359375, m + y);
    value = x == INFINITY ? x : value;
    value = x == 0.0 ? -INFINITY : value;
    return x >= 0.0 ? value : NAN;
}

/* exp(x) where the result is neither tiny nor huge, and x not NaN: the power of two goes into the exponent's bits. */
INLINE float exp_within_f32(float x) {
    const float shift = 12582912.0f;
    float sum = FMA_F32(x, 1.44269504088896341f, shift);
    uint32_t power, bits;
    memcpy(&power, &sum, 4);
    float k = sum - shift;
    float r = FMA_F32(k, -0.693359375f, x);
    r = FMA_F32(k, 2.12194440e-4f, r);
    float p = 1.9875691500e-4f;
    p = FMA_F32(p, r, 1.3981999507e-3f);
    p = FMA_F32(p, r, 8.3334519073e-3f);
    p = FMA_F32(p, r, 4.1665795894e-2f);
    p = FMA_F32(p, r, 1.6666665459e-1f);
    p = FMA_F32(p, r, 5.0000001201e-1f);
    p = FMA_F32(p, r * r, r) + 1.0f;
    memcpy(&bits, &p, 4);
    bits += power << 23;
    memcpy(&p, &bits, 4);
    return p;
}

/* exp(-|x|) / (1 + exp(-|x|)), or 1 / (1 + exp(-|x|)); below the smallest normal number it is 0. */
INLINE float sigmoid_f32(float x) {
    float a = -__builtin_fabsf(x);
    float e = exp_within_f32(a > -87.0f ? a : -87.0f);
    e = a < -87.0f ? 0.0f : e;
    float value = (x >= 0.0f ? 1.0f : e) / (1.0f + e);
    return x != x ? x : value;
}

INLINE double sigmoid_f64(double x) {
    double e = exp_f64(-__builtin_fabs(x));
    return (x >= 0 ? 1 : e) / (1 + e);
}

INLINE float tanh_f32(float x) {
    float a = __builtin_fabsf(x), z = x * x;
    float p = -5.70498872745e-3f;
    p = FMA_F32(p, z, 2.06390887954e-2f);
    p = FMA_F32(p, z, -5.37397155531e-2f);
    p = FMA_F32(p, z, 1.33314422036e-1f);
    p = FMA_F32(p, z, -3.33332819422e-1f);
    float small = FMA_F32(p * z, x, x);
    float e = exp_within_f32(a < 10.0f ? 2.0f * a : 20.0f);
    float large = 1.0f - 2.0f / (e + 1.0f);
    return __builtin_copysignf(a >= 0.625f ? large : small, x); /* of NaN and of minus zero as well */
}

INLINE double tanh_f64(double x) {
    double a = __builtin_fabs(x), z = x * x;
    double p = (-9.64399179425052238628e-1 * z - 9.92877231001918586564e1) * z - 1.61468768441708447952e3;
    double q = ((z + 1.12811678491632931402e2) * z + 2.23548839060100448583e3) * z + 4.84406305325125486048e3;
    double small = x + x * z * (p / q);
    double large = 1.0 - 2.0 / (exp_f64(2.0 * a) + 1.0);
    return __builtin_copysign(a < 0.625 ? small : large, x);
}

/* What is the same in both precisions. */
#define FUNCTIONS(REAL, S, FABS, COPYSIGN)                                                                             \
    INLINE REAL maximum_##S(REAL a, REAL b) { return a > b ? a : (a != a ? a : b); }                                   \
    INLINE REAL minimum_##S(REAL a, REAL b) { return a < b ? a : (a != a ? a : b); }                                   \
    INLINE REAL relu_##S(REAL x) { return x <= 0 ? 0 : x; }                                                            \
    INLINE REAL sign_##S(REAL x) { return x != x ? x : (REAL)((x > 0) - (x < 0)); }                                    \
    INLINE REAL log1p_##S(REAL x) {                                                                                    \
        REAL u = 1 + x, d = u - 1;                                                                                     \
        REAL value = log_##S(u) * (x / d);                                                                             \
        value = d == 0 ? x : value;                                                                                    \
        return x == (REAL)INFINITY ? x : value;                                                                        \
    }                                                                                                                  \
    INLINE REAL expm1_##S(REAL x) {                                                                                    \
        REAL u = exp_##S(x), d = u - 1;                                                                                \
        REAL value = d * (x / log_##S(u));                                                                             \
        value = d == 0 ? x : value;                                                                                    \
        value = d == -1 ? -1 : value;                                                                                  \
        return x > 40 ? d : value;                                                                                     \
    }                                                                                                                  \
    INLINE REAL softplus_##S(REAL x) { return maximum_##S(x, 0) + log1p_##S(exp_##S(-FABS(x))); }                      \
    INLINE REAL log_sigmoid_##S(REAL x) { return -softplus_##S(-x); }

FUNCTIONS(float, f32, __builtin_fabsf, __builtin_copysignf)
FUNCTIONS(double, f64, __builtin_fabs, __builtin_copysign)
INLINE float sqrt_f32(float x) { return __builtin_sqrtf(x); }
INLINE double sqrt_f64(double x) { return __builtin_sqrt(x); }
