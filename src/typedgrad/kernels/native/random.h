/* Philox 4x32-10: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011. */

#define TOGETHER 16

/* at: the key (two words) and the first counter (four words, the lowest first), words. Work: blocks of four words. */
static void OF(kernel_philox)(const Call *call, int64_t begin, int64_t end) {
    const uint32_t *given = call->at[0];
    uint32_t *out = call->at[1];
    uint64_t low = (uint64_t)given[3] << 32 | given[2], high = (uint64_t)given[5] << 32 | given[4];
    for (int64_t block = begin; block < end; block += TOGETHER) {
        uint32_t x0[TOGETHER], x1[TOGETHER], x2[TOGETHER], x3[TOGETHER];
        for (int i = 0; i < TOGETHER; i++) {
            uint64_t at = low + (uint64_t)(block + i), over = high + (at < low);
            x0[i] = (uint32_t)at;
            x1[i] = (uint32_t)(at >> 32);
            x2[i] = (uint32_t)over;
            x3[i] = (uint32_t)(over >> 32);
        }
        uint32_t k0 = given[0], k1 = given[1];
        for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
            _Pragma("omp simd") for (int i = 0; i < TOGETHER; i++) {
                uint64_t p = (uint64_t)x0[i] * 0xD2511F53u, q = (uint64_t)x2[i] * 0xCD9E8D57u;
                x0[i] = (uint32_t)(q >> 32) ^ x1[i] ^ k0;
                x1[i] = (uint32_t)q;
                x2[i] = (uint32_t)(p >> 32) ^ x3[i] ^ k1;
                x3[i] = (uint32_t)p;
            }
        }
        int64_t count = end - block < TOGETHER ? end - block : TOGETHER;
        uint32_t *to = out + 4 * block;
        for (int64_t i = 0; i < count; i++) {
            to[4 * i] = x0[i];
            to[4 * i + 1] = x1[i];
            to[4 * i + 2] = x2[i];
            to[4 * i + 3] = x3[i];
        }
    }
}
#undef TOGETHER
