/* x86-64 with AVX-512. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("avx2,fma,bmi,bmi2,f16c,lzcnt,movbe,avx512f,avx512bw,avx512cd,avx512dq,avx512vl,prefer-vector-width=512")
#define LEVEL v4
#define VECTOR_BYTES 64
#define ACCUMULATORS 24
#include "level.h"
#endif
