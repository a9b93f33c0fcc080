/* One pool of threads for the kernels and for the BLAS inside numpy. */
#ifndef TYPEDGRAD_POOL_H
#define TYPEDGRAD_POOL_H

#include <stdint.h>

typedef void (*Job)(void *context, int64_t index);

/* Set the number of threads, the caller's among them. At least 1. */
void pool_set_threads(int threads);
int pool_threads(void);

/* Run job(context, 0) ... job(context, count - 1), in any order, on the caller and on workers. Serially if the pool is
   busy: a job started by a job, or by a second thread. */
void pool_run(Job job, void *context, int64_t count);

/* As above, but the jobs may wait for each other: each has a thread of its own, whatever the pool is doing. */
void pool_run_together(Job job, void *context, int64_t count);

/* Where jobs that run together wait until all have come. */
typedef struct {
    int count, come, turn;
} Meeting;

void meeting_begins(Meeting *meeting, int count);
void meet(Meeting *meeting);

/* How many jobs went to workers so far, for tests. */
int64_t pool_shared_jobs(void);

#endif
