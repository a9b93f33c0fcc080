/* The extension module: `Plan`, one kernel made ready for arrays of known sizes, and the pool's settings. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define NPY_TARGET_VERSION NPY_2_0_API_VERSION
#include <numpy/arrayobject.h>

#include "plan.h"
#include "pool.h"

#ifndef _WIN32
#include <dlfcn.h>
#endif

extern const Entry kernels_base[];
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
extern const Entry kernels_v3[], kernels_v4[];
#define LEVELS 3
#else
#define LEVELS 1
#endif

static const Entry *chosen = kernels_base;
static const char *chosen_name = "base";

static int choose(const char *name) {
#if LEVELS == 3
    __builtin_cpu_init();
    int v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    int v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd");
    if (v4 && (!name || !strcmp(name, "v4"))) {
        chosen = kernels_v4;
        chosen_name = "v4";
        return 1;
    }
    if (v3 && (!name || !strcmp(name, "v3"))) {
        chosen = kernels_v3;
        chosen_name = "v3";
        return 1;
    }
#endif
    if (!name || !strcmp(name, "base")) {
        chosen = kernels_base;
        chosen_name = "base";
        return 1;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------------- plans */

enum {
    CONTIGUOUS,
    OVERWRITTEN,
    AS_IT_LIES, /* with four axes, the last of neighbouring numbers */
    ANY_STRIDES,
    MATRIX /* with two axes, one of them of neighbouring numbers; or of any shape and contiguous: rows then */
};

typedef struct {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    Kernel kernel;
    Kernel before; /* what must be done before it, if anything, and how many pieces of work that is */
    int64_t before_work, before_grain;
    Call call; /* sizes and settings; arrays are those of each call */
    int inputs, outputs, results;
    int type[MOST_ARRAYS];          /* numpy's numbers */
    int manner[MOST_ARRAYS];        /* how an input is taken */
    int64_t elements[MOST_ARRAYS];  /* of each input */
    int rank[MOST_ARRAYS];          /* of each output */
    npy_intp shape[MOST_ARRAYS][MOST_AXES];
    int result[MOST_ARRAYS];        /* places of what is returned */
    int64_t work, grain, scratch;
    int any_order; /* elementwise: arrays may lie in memory in any order of their axes, if all do in the same */
} Plan;

typedef struct {
    Kernel kernel;
    const Call *call;
    int64_t work, parts;
} Share;

static void do_part(void *context, int64_t part) {
    const Share *share = context;
    int64_t begin = share->work * part / share->parts, end = share->work * (part + 1) / share->parts;
    if (begin < end) share->kernel(share->call, begin, end);
}

static void do_work(Kernel kernel, const Call *call, int64_t work, int64_t grain) {
    int64_t parts = work / grain, most = 4 * (int64_t)pool_threads();
    if (parts > most) parts = most;
    if (parts < 2 || pool_threads() == 1) {
        if (work) kernel(call, 0, work);
        return;
    }
    Share share = {kernel, call, work, parts};
    pool_run(do_part, &share, parts);
}

static void do_all(const Plan *plan, const Call *call) {
    if (plan->before) do_work(plan->before, call, plan->before_work, plan->before_grain);
    do_work(plan->kernel, call, plan->work, plan->grain);
}

/* A matrix as it is, if its numbers can be walked along; its distances. A new reference. */
static PyArrayObject *matrix(const Plan *plan, PyArrayObject *array, int i, int64_t *stride) {
    npy_intp size = PyArray_ITEMSIZE(array);
    int rank = PyArray_NDIM(array);
    if (rank < 1) {
        PyErr_Format(PyExc_ValueError, "argument %d must have axes", i);
        return 0;
    }
    Py_INCREF(array);
    int walkable = PyArray_ISBEHAVED_RO(array) &&
                   (PyArray_IS_C_CONTIGUOUS(array) ||
                    (rank == 2 && PyArray_STRIDE(array, 0) > 0 && PyArray_STRIDE(array, 1) > 0 &&
                     PyArray_STRIDE(array, 0) % size == 0 && PyArray_STRIDE(array, 1) % size == 0 &&
                     (PyArray_STRIDE(array, 0) == size || PyArray_STRIDE(array, 1) == size)));
    if (!walkable) {
        PyArrayObject *copy = (PyArrayObject *)PyArray_FromAny((PyObject *)array, PyArray_DescrFromType(plan->type[i]), 0, 0,
                                                               NPY_ARRAY_CARRAY_RO | NPY_ARRAY_NOTSWAPPED, 0);
        Py_DECREF(array);
        if (!(array = copy)) return 0;
    }
    if (PyArray_IS_C_CONTIGUOUS(array)) {
        stride[0] = PyArray_DIM(array, rank - 1);
        stride[1] = 1;
    } else {
        stride[0] = PyArray_STRIDE(array, 0) / size;
        stride[1] = PyArray_STRIDE(array, 1) / size;
    }
    return array;
}

/* The input as the kernel needs it: contiguous, aligned, native; a new reference. */
static PyArrayObject *prepared(const Plan *plan, PyObject *given, int i, int64_t *stride) {
    if (!PyArray_Check(given)) {
        PyErr_Format(PyExc_TypeError, "argument %d must be an array", i);
        return 0;
    }
    PyArrayObject *array = (PyArrayObject *)given;
    if (PyArray_TYPE(array) != plan->type[i] || PyArray_SIZE(array) != plan->elements[i]) {
        PyErr_Format(PyExc_ValueError, "argument %d is not the array this plan was made for", i);
        return 0;
    }
    if ((plan->manner[i] == AS_IT_LIES || plan->manner[i] == ANY_STRIDES) && PyArray_NDIM(array) != 4) {
        PyErr_Format(PyExc_ValueError, "argument %d must have four axes", i);
        return 0;
    }
    if (plan->manner[i] == MATRIX) return matrix(plan, array, i, stride);
    int last = plan->manner[i] == AS_IT_LIES && PyArray_STRIDE(array, 3) == PyArray_ITEMSIZE(array);
    if ((PyArray_IS_C_CONTIGUOUS(array) || last || plan->manner[i] == ANY_STRIDES) && PyArray_ISBEHAVED_RO(array)) {
        if (plan->manner[i] == OVERWRITTEN && !PyArray_ISWRITEABLE(array)) {
            PyErr_Format(PyExc_ValueError, "argument %d is read-only", i);
            return 0;
        }
        Py_INCREF(array);
        return array;
    }
    if (plan->manner[i] == OVERWRITTEN) {
        PyErr_Format(PyExc_ValueError, "argument %d must be contiguous", i);
        return 0;
    }
    return (PyArrayObject *)PyArray_FromAny(given, PyArray_DescrFromType(plan->type[i]), 0, 0,
                                            NPY_ARRAY_CARRAY_RO | NPY_ARRAY_NOTSWAPPED, 0);
}

/* Whether two arrays of one shape lie in memory in the same way. */
static int alike(PyArrayObject *a, PyArrayObject *b) {
    if (PyArray_NDIM(a) != PyArray_NDIM(b)) return 0;
    for (int i = 0; i < PyArray_NDIM(a); i++) {
        if (PyArray_DIM(a, i) != PyArray_DIM(b, i)) return 0;
        if (PyArray_DIM(a, i) != 1 && PyArray_STRIDE(a, i) != PyArray_STRIDE(b, i)) return 0;
    }
    return 1;
}

/* The arrays of an elementwise call in the memory order of the first input, which is not C's. 1: done, 0: it has gaps, so
   that all must be copied, -1: failed. */
static int in_its_order(const Plan *plan, PyObject *const *given, PyArrayObject **arrays) {
    PyArrayObject *first = (PyArrayObject *)given[0];
    for (int i = 0; i < plan->inputs; i++) {
        PyArrayObject *array = (PyArrayObject *)given[i];
        if (!PyArray_Check(given[i]) || PyArray_TYPE(array) != plan->type[i] || PyArray_SIZE(array) != plan->elements[i])
            return 0;
        if (plan->elements[i] == 1 ? !PyArray_ISBEHAVED_RO(array) : PyArray_NDIM(array) != PyArray_NDIM(first)) return 0;
    }
    if (!PyArray_ISBEHAVED_RO(first)) return 0;
    PyArrayObject *like = (PyArrayObject *)PyArray_NewLikeArray(first, NPY_KEEPORDER, 0, 0);
    if (!like) return -1;
    if (!alike(first, like)) {
        Py_DECREF(like);
        return 0;
    }
    for (int i = 0; i < plan->inputs; i++) {
        PyArrayObject *array = (PyArrayObject *)given[i];
        if (plan->elements[i] == 1 || (alike(array, first) && PyArray_ISBEHAVED_RO(array))) {
            Py_INCREF(array);
            arrays[i] = array;
            continue;
        }
        arrays[i] = (PyArrayObject *)PyArray_NewLikeArray(first, NPY_KEEPORDER, PyArray_DescrFromType(plan->type[i]), 0);
        if (!arrays[i] || PyArray_CopyInto(arrays[i], array)) {
            Py_DECREF(like);
            return -1;
        }
    }
    for (int i = plan->inputs; i < plan->inputs + plan->outputs; i++) {
        arrays[i] = i == plan->inputs ? like : (PyArrayObject *)PyArray_NewLikeArray(first, NPY_KEEPORDER, 0, 0);
        if (!arrays[i]) return -1;
    }
    return 1;
}

static PyObject *results_of(const Plan *plan, PyArrayObject **arrays) {
    if (plan->results == 1) {
        PyObject *one = (PyObject *)arrays[plan->result[0]];
        Py_INCREF(one);
        return one;
    }
    PyObject *all = PyTuple_New(plan->results);
    if (!all) return 0;
    for (int i = 0; i < plan->results; i++) {
        PyObject *one = (PyObject *)arrays[plan->result[i]];
        Py_INCREF(one);
        PyTuple_SET_ITEM(all, i, one);
    }
    return all;
}

static PyObject *plan_call(PyObject *self, PyObject *const *given, size_t flags, PyObject *names) {
    Plan *plan = (Plan *)self;
    Py_ssize_t count = PyVectorcall_NARGS(flags);
    if (count < plan->inputs || count > plan->inputs + MOST_SETTINGS || (names && PyTuple_GET_SIZE(names))) {
        PyErr_Format(PyExc_TypeError, "this plan takes %d arrays, then settings", plan->inputs);
        return 0;
    }
    int total = plan->inputs + plan->outputs, trouble = 0;
    PyArrayObject *arrays[MOST_ARRAYS] = {0};
    PyObject *made = 0;
    Call call = plan->call;
    call.trouble = &trouble;
    for (Py_ssize_t i = plan->inputs; i < count; i++) {
        call.setting[i - plan->inputs] = PyFloat_AsDouble(given[i]);
        if (PyErr_Occurred()) return 0;
    }
    if (plan->any_order && PyArray_Check(given[0]) && !PyArray_IS_C_CONTIGUOUS((PyArrayObject *)given[0])) {
        int ready = in_its_order(plan, given, arrays);
        if (ready < 0) goto done;
        if (ready) {
            for (int i = 0; i < total; i++) call.at[i] = PyArray_DATA(arrays[i]);
            goto ready;
        }
    }
    for (int i = 0; i < plan->inputs; i++) {
        if (plan->elements[i] < 0) {
            call.at[i] = 0;
            continue;
        }
        if (!(arrays[i] = prepared(plan, given[i], i, call.stride[i]))) goto done;
        call.at[i] = PyArray_DATA(arrays[i]);
        if (plan->manner[i] == AS_IT_LIES || plan->manner[i] == ANY_STRIDES)
            for (int k = 0; k < 4; k++) call.stride[i][k] = PyArray_STRIDE(arrays[i], k) / PyArray_ITEMSIZE(arrays[i]);
    }
    for (int i = plan->inputs; i < total; i++) {
        arrays[i] = (PyArrayObject *)PyArray_SimpleNew(plan->rank[i], plan->shape[i], plan->type[i]);
        if (!arrays[i]) goto done;
        call.at[i] = PyArray_DATA(arrays[i]);
    }
ready:
    if (plan->scratch && !(call.scratch = PyMem_RawMalloc((size_t)plan->scratch))) {
        PyErr_NoMemory();
        goto done;
    }
    if (plan->work * 4 > plan->grain) {
        Py_BEGIN_ALLOW_THREADS
        do_all(plan, &call);
        Py_END_ALLOW_THREADS
    } else {
        do_all(plan, &call);
    }
    if (plan->scratch) PyMem_RawFree(call.scratch);
    if (trouble) {
        made = Py_None;
        Py_INCREF(made);
    } else {
        made = results_of(plan, arrays);
    }
done:
    for (int i = 0; i < total; i++) Py_XDECREF((PyObject *)arrays[i]);
    return made;
}

static int read_shape(Plan *plan, int i, PyObject *shape) {
    PyObject *fast = PySequence_Fast(shape, "a shape must be a tuple");
    if (!fast) return -1;
    Py_ssize_t rank = PySequence_Fast_GET_SIZE(fast);
    if (rank > MOST_AXES) {
        Py_DECREF(fast);
        PyErr_SetString(PyExc_ValueError, "too many axes");
        return -1;
    }
    plan->rank[i] = (int)rank;
    for (Py_ssize_t k = 0; k < rank; k++) plan->shape[i][k] = PyLong_AsSsize_t(PySequence_Fast_GET_ITEM(fast, k));
    Py_DECREF(fast);
    return PyErr_Occurred() ? -1 : 0;
}

static int type_number(int code) {
    switch (code) {
    case 'f': return NPY_FLOAT32;
    case 'd': return NPY_FLOAT64;
    case 'l': return NPY_INT64;
    case 'b': return NPY_BOOL;
    case 'B': return NPY_UINT8;
    case 'i': return NPY_INT32;
    default: return -1;
    }
}

/* inputs: (code, elements) with -1 elements for one that is absent; an upper bit of the code is not used. outputs: (code, shape). */
static int read_arrays(Plan *plan, PyObject *inputs, PyObject *outputs) {
    Py_ssize_t n = PyTuple_GET_SIZE(inputs), m = PyTuple_GET_SIZE(outputs);
    if (n + m > MOST_ARRAYS) {
        PyErr_SetString(PyExc_ValueError, "too many arrays");
        return -1;
    }
    plan->inputs = (int)n;
    plan->outputs = (int)m;
    for (int i = 0; i < n; i++) {
        int code;
        long long elements;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(inputs, i), "CLi", &code, &elements, &plan->manner[i])) return -1;
        if ((plan->type[i] = type_number(code)) < 0) goto wrong;
        plan->elements[i] = elements;
    }
    for (int i = (int)n; i < n + m; i++) {
        int code;
        PyObject *shape;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(outputs, i - n), "CO", &code, &shape)) return -1;
        if ((plan->type[i] = type_number(code)) < 0) goto wrong;
        if (read_shape(plan, i, shape)) return -1;
    }
    return 0;
wrong:
    PyErr_SetString(PyExc_ValueError, "an unknown dtype code");
    return -1;
}

static int read_numbers(Plan *plan, PyObject *sizes, PyObject *settings, PyObject *results) {
    Py_ssize_t n = PyTuple_GET_SIZE(sizes), m = PyTuple_GET_SIZE(settings), r = PyTuple_GET_SIZE(results);
    if (n > MOST_SIZES || m > MOST_SETTINGS || r > MOST_ARRAYS || r < 1) {
        PyErr_SetString(PyExc_ValueError, "too many sizes, settings or results");
        return -1;
    }
    for (Py_ssize_t i = 0; i < n; i++) plan->call.size[i] = PyLong_AsLongLong(PyTuple_GET_ITEM(sizes, i));
    for (Py_ssize_t i = 0; i < m; i++) plan->call.setting[i] = PyFloat_AsDouble(PyTuple_GET_ITEM(settings, i));
    plan->results = (int)r;
    for (Py_ssize_t i = 0; i < r; i++) {
        plan->result[i] = (int)PyLong_AsLong(PyTuple_GET_ITEM(results, i));
        if (plan->result[i] < 0 || plan->result[i] >= plan->inputs + plan->outputs) {
            PyErr_SetString(PyExc_ValueError, "a result that is no array of the plan");
            return -1;
        }
    }
    return PyErr_Occurred() ? -1 : 0;
}

static const Entry *entry_of(const char *name) {
    for (const Entry *entry = chosen; entry->name; entry++)
        if (!strcmp(entry->name, name)) return entry;
    return 0;
}

static PyObject *plan_new(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    static char *names[] = {"name", "dtype", "inputs", "outputs", "results", "work", "grain",
                            "sizes", "settings", "scratch", "any_order", "before", 0};
    const char *name, *before = 0;
    int code;
    long long work, grain, scratch = 0, before_work = 0, before_grain = 1;
    int any_order = 0;
    PyObject *inputs, *outputs, *results, *sizes, *settings = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "sCO!O!O!LLO!|O!Lp(sLL)", names, &name, &code, &PyTuple_Type, &inputs,
                                     &PyTuple_Type, &outputs, &PyTuple_Type, &results, &work, &grain, &PyTuple_Type,
                                     &sizes, &PyTuple_Type, &settings, &scratch, &any_order, &before, &before_work,
                                     &before_grain))
        return 0;
    const Entry *entry = entry_of(name), *first = before ? entry_of(before) : 0;
    if (!entry || (before && !first) || before_work < 0 || before_grain < 1 || (code != 'f' && code != 'd') || work < 0 || grain < 1 || scratch < 0) {
        PyErr_Format(PyExc_ValueError, "no such plan: %s", name);
        return 0;
    }
    Plan *plan = (Plan *)type->tp_alloc(type, 0);
    if (!plan) return 0;
    PyObject *none = settings ? 0 : PyTuple_New(0);
    plan->vectorcall = plan_call;
    plan->kernel = code == 'f' ? entry->f32 : entry->f64;
    if (first) plan->before = code == 'f' ? first->f32 : first->f64;
    plan->before_work = before_work;
    plan->before_grain = before_grain;
    plan->work = work;
    plan->grain = grain;
    plan->scratch = scratch;
    plan->any_order = any_order;
    int failed = read_arrays(plan, inputs, outputs) || read_numbers(plan, sizes, settings ? settings : none, results);
    Py_XDECREF(none);
    if (failed) {
        Py_DECREF(plan);
        return 0;
    }
    return (PyObject *)plan;
}

static void plan_dealloc(PyObject *self) { Py_TYPE(self)->tp_free(self); }

static PyTypeObject PlanType = {
    PyVarObject_HEAD_INIT(0, 0).tp_name = "typedgrad.kernels._native.Plan",
    .tp_basicsize = sizeof(Plan),
    .tp_dealloc = plan_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_vectorcall_offset = offsetof(Plan, vectorcall),
    .tp_call = PyVectorcall_Call,
    .tp_new = plan_new,
    .tp_doc = "A kernel made ready for arrays of known sizes; call it with the arrays, and settings that replace its own.",
};

/* --------------------------------------------------------------------------------------------------- functions */

static PyObject *set_threads(PyObject *module, PyObject *count) {
    long n = PyLong_AsLong(count);
    if (n == -1 && PyErr_Occurred()) return 0;
    if (n < 1) {
        PyErr_Format(PyExc_ValueError, "the number of threads must be at least 1, got %ld", n);
        return 0;
    }
    pool_set_threads((int)(n > 256 ? 256 : n));
    Py_RETURN_NONE;
}

static PyObject *get_threads(PyObject *module, PyObject *unused) { return PyLong_FromLong(pool_threads()); }
/* For code that is generated at run time, which shares the threads of the kernels. */
static PyObject *pool_address(PyObject *module, PyObject *unused) { return PyLong_FromVoidPtr((void *)(uintptr_t)pool_run); }
static PyObject *shared_jobs(PyObject *module, PyObject *unused) { return PyLong_FromLongLong(pool_shared_jobs()); }
static PyObject *level(PyObject *module, PyObject *unused) { return PyUnicode_FromString(chosen_name); }

/* The size of a vector register, which the layout of packed weights depends on. */
static PyObject *vector_bytes(PyObject *module, PyObject *unused) {
    return PyLong_FromLong(!strcmp(chosen_name, "v4") ? 64 : !strcmp(chosen_name, "v3") ? 32 : 16);
}

static PyObject *use_level(PyObject *module, PyObject *name) {
    const char *text = PyUnicode_AsUTF8(name);
    if (!text) return 0;
    return PyBool_FromLong(choose(text));
}

static PyObject *names(PyObject *module, PyObject *unused) {
    PyObject *all = PyList_New(0);
    for (const Entry *e = chosen; all && e->name; e++) {
        PyObject *one = PyUnicode_FromString(e->name);
        if (!one || PyList_Append(all, one)) Py_CLEAR(all);
        Py_XDECREF(one);
    }
    return all;
}

/* OpenBLAS from 0.3.27 on lets others run its jobs: callback(sync, do, count, size of a job's data, data, a flag). */
typedef void (*BlasJob)(int, void *, int);
typedef struct {
    BlasJob job;
    char *data;
    size_t size;
    int flag;
} BlasWork;

static void do_blas(void *context, int64_t i) {
    const BlasWork *w = context;
    w->job((int)i, w->data + (size_t)i * w->size, w->flag);
}

static void blas_callback(int sync, BlasJob job, int count, size_t size, void *data, int flag) {
    (void)sync;
    BlasWork w = {job, data, size, flag};
    pool_run_together(do_blas, &w, count);
}

/* share_with_blas(path of the library, threads): whether it took our pool. */
static PyObject *share_with_blas(PyObject *module, PyObject *args) {
    const char *path;
    int threads;
    if (!PyArg_ParseTuple(args, "si", &path, &threads)) return 0;
#ifndef _WIN32
    static const char *prefixes[] = {"scipy_", ""}, *suffixes[] = {"64_", ""};
    void *library = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
    if (!library) Py_RETURN_FALSE;
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++) {
            char name[96];
            snprintf(name, sizeof name, "%sopenblas_set_threads_callback_function%s", prefixes[i], suffixes[k]);
            void (*set_callback)(void *) = (void (*)(void *))(uintptr_t)dlsym(library, name);
            snprintf(name, sizeof name, "%sopenblas_set_num_threads%s", prefixes[i], suffixes[k]);
            void (*set_count)(int) = (void (*)(int))(uintptr_t)dlsym(library, name);
            if (!set_callback || !set_count) continue;
            set_count(threads);
            set_callback((void *)(uintptr_t)blas_callback);
            Py_RETURN_TRUE;
        }
#endif
    Py_RETURN_FALSE;
}

static PyMethodDef methods[] = {
    {"set_threads", set_threads, METH_O, "Set the number of threads of the pool, the caller's among them."},
    {"threads", get_threads, METH_NOARGS, "The number of threads of the pool."},
    {"pool_address", pool_address, METH_NOARGS, "The address of the function that runs jobs on the pool."},
    {"shared_jobs", shared_jobs, METH_NOARGS, "How many jobs were shared with workers so far."},
    {"level", level, METH_NOARGS, "The instruction set in use: base, v3 or v4."},
    {"vector_bytes", vector_bytes, METH_NOARGS, "The size of a vector register in bytes."},
    {"use_level", use_level, METH_O, "Use another instruction set for the plans made from now on; whether there is it."},
    {"names", names, METH_NOARGS, "The names of all kernels."},
    {"share_with_blas", share_with_blas, METH_VARARGS, "Let OpenBLAS run on the pool; whether it will."},
    {0, 0, 0, 0},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "typedgrad.kernels._native",
    .m_doc = "Kernels on arrays, and the pool of threads they run on.",
    .m_size = -1,
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit__native(void) {
    import_array();
    choose(0);
    if (PyType_Ready(&PlanType) < 0) return 0;
    PyObject *module = PyModule_Create(&definition);
    if (!module) return 0;
    Py_INCREF(&PlanType);
    if (PyModule_AddObject(module, "Plan", (PyObject *)&PlanType)) {
        Py_DECREF(&PlanType);
        Py_DECREF(module);
        return 0;
    }
    return module;
}
