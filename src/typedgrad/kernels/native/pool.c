/* Workers take seats. The caller publishes a job and a number of seats; a worker that takes one helps until no index is
   left. When the caller has run out of indices it takes the empty seats away and waits for those who sit, so a worker
   that wakes late delays nobody. Workers spin for a bounded time before they sleep. */
#include "pool.h"

#ifdef _WIN32 /* one thread */

void pool_set_threads(int threads) { (void)threads; }
int pool_threads(void) { return 1; }
int64_t pool_shared_jobs(void) { return 0; }

void pool_run(Job job, void *context, int64_t count) {
    for (int64_t i = 0; i < count; i++) job(context, i);
}

void pool_run_together(Job job, void *context, int64_t count) { pool_run(job, context, count); }
void meeting_begins(Meeting *meeting, int count) { *meeting = (Meeting){count, 0, 0}; }
void meet(Meeting *meeting) { (void)meeting; }

#else

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#define MOST_WORKERS 255
#define SPINS 4000 /* of `relax`, some tens of microseconds */

static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER; /* held by whoever has a job in the pool */
static pthread_mutex_t bed = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t alarm_clock = PTHREAD_COND_INITIALIZER;
static atomic_int sleepers;
static atomic_int seats;
static atomic_int left; /* workers that have risen from their seats */
static atomic_int_fast64_t next_index;
static atomic_int_fast64_t shared_jobs;
static int workers;     /* threads made so far */
static int threads = 1; /* wanted, with the caller */
static struct {
    Job job;
    void *context;
    int64_t count;
} work;
static _Thread_local int inside;

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void help(void) {
    int64_t i;
    inside = 1;
    while ((i = atomic_fetch_add(&next_index, 1)) < work.count) work.job(work.context, i);
    inside = 0;
}

static int take_seat(void) {
    int free_seats = atomic_load(&seats);
    while (free_seats > 0)
        if (atomic_compare_exchange_weak(&seats, &free_seats, free_seats - 1)) return 1;
    return 0;
}

static void *worker(void *unused) {
    (void)unused;
    for (;;) {
        int seated = 0;
        for (int i = 0; i < SPINS && !(seated = take_seat()); i++) relax();
        if (!seated) {
            pthread_mutex_lock(&bed);
            atomic_fetch_add(&sleepers, 1);
            while (atomic_load(&seats) <= 0) pthread_cond_wait(&alarm_clock, &bed);
            atomic_fetch_sub(&sleepers, 1);
            pthread_mutex_unlock(&bed);
            continue;
        }
        help();
        atomic_fetch_add(&left, 1);
    }
    return 0;
}

/* Hold `busy` over a fork, so that no job is half done in the child; the child has no workers. */
static void before_fork(void) { pthread_mutex_lock(&busy); }
static void after_fork(void) { pthread_mutex_unlock(&busy); }
static void in_child(void) {
    pthread_mutex_init(&busy, 0);
    pthread_mutex_init(&bed, 0);
    pthread_cond_init(&alarm_clock, 0);
    atomic_store(&sleepers, 0);
    atomic_store(&seats, 0);
    workers = 0;
}

/* Make workers until there are `wanted`. With `busy` held. */
static void hire(int wanted) {
    static int prepared;
    if (!prepared) {
        pthread_atfork(before_fork, after_fork, in_child);
        prepared = 1;
    }
    if (wanted > MOST_WORKERS) wanted = MOST_WORKERS;
    while (workers < wanted) {
        pthread_t made;
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        int failed = pthread_create(&made, &attributes, worker, 0);
        pthread_attr_destroy(&attributes);
        if (failed) return;
        workers++;
    }
}

void pool_set_threads(int wanted) {
    pthread_mutex_lock(&busy);
    threads = wanted < 1 ? 1 : wanted;
    pthread_mutex_unlock(&busy);
}

int pool_threads(void) { return threads; }
int64_t pool_shared_jobs(void) { return atomic_load(&shared_jobs); }

/* With `busy` held. */
static void share(Job job, void *context, int64_t count, int helpers) {
    work.job = job;
    work.context = context;
    work.count = count;
    atomic_store(&next_index, 0);
    atomic_store(&left, 0);
    atomic_fetch_add(&shared_jobs, 1);
    atomic_store(&seats, helpers);
    if (atomic_load(&sleepers)) {
        pthread_mutex_lock(&bed);
        pthread_cond_broadcast(&alarm_clock);
        pthread_mutex_unlock(&bed);
    }
    help();
    int seated = helpers - atomic_exchange(&seats, 0);
    for (int i = 0; atomic_load(&left) < seated; i++)
        if (i < SPINS) relax();
        else sched_yield();
}

void pool_run(Job job, void *context, int64_t count) {
    int helpers = (count < threads ? (int)count : threads) - 1;
    if (helpers > 0 && !inside && pthread_mutex_trylock(&busy) == 0) {
        hire(helpers);
        if (workers > 0) {
            share(job, context, count, helpers < workers ? helpers : workers);
            pthread_mutex_unlock(&busy);
            return;
        }
        pthread_mutex_unlock(&busy);
    }
    for (int64_t i = 0; i < count; i++) job(context, i);
}

typedef struct {
    Job job;
    void *context;
    int64_t index;
} One;

static void *run_one(void *given) {
    One *one = given;
    one->job(one->context, one->index);
    return 0;
}

/* For jobs that wait for each other while the pool is taken by the very thread that asks. */
static void run_on_own_threads(Job job, void *context, int64_t count) {
    pthread_t *made = malloc(sizeof(pthread_t) * (size_t)count);
    One *ones = malloc(sizeof(One) * (size_t)count);
    if (!made || !ones) abort(); /* the jobs cannot be done one after the other */
    for (int64_t i = 1; i < count; i++) {
        ones[i] = (One){job, context, i};
        if (pthread_create(&made[i], 0, run_one, &ones[i])) abort();
    }
    job(context, 0);
    for (int64_t i = 1; i < count; i++) pthread_join(made[i], 0);
    free(made);
    free(ones);
}

void pool_run_together(Job job, void *context, int64_t count) {
    if (count <= 1) {
        if (count == 1) job(context, 0);
        return;
    }
    if (inside) {
        run_on_own_threads(job, context, count);
        return;
    }
    pthread_mutex_lock(&busy);
    hire((int)count - 1);
    if (workers >= count - 1) {
        share(job, context, count, (int)count - 1);
        pthread_mutex_unlock(&busy);
    } else {
        pthread_mutex_unlock(&busy);
        run_on_own_threads(job, context, count);
    }
}


void meeting_begins(Meeting *meeting, int count) { *meeting = (Meeting){count, 0, 0}; }

void meet(Meeting *meeting) {
    if (meeting->count == 1) return;
    int turn = __atomic_load_n(&meeting->turn, __ATOMIC_ACQUIRE);
    if (__atomic_add_fetch(&meeting->come, 1, __ATOMIC_ACQ_REL) == meeting->count) {
        __atomic_store_n(&meeting->come, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&meeting->turn, turn + 1, __ATOMIC_RELEASE);
        return;
    }
    for (int i = 0; __atomic_load_n(&meeting->turn, __ATOMIC_ACQUIRE) == turn; i++)
        if (i < SPINS) relax();
        else sched_yield();
}

#endif
