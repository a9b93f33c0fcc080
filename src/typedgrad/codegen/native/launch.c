/* `Launch`: generated functions made ready for arrays of known sizes, with outputs that it makes itself. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdint.h>
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define NPY_TARGET_VERSION NPY_2_0_API_VERSION
#include <numpy/arrayobject.h>

#define MOST_FUNCTIONS 4
#define MOST_AXES 32

typedef void (*Body)(void *const *at, int64_t begin, int64_t end);
typedef void (*Job)(void *context, int64_t index);
typedef void (*PoolRun)(Job job, void *context, int64_t count);

/* The pool of the kernels, if they are there; otherwise all runs on the caller's thread. */
static PoolRun pool_run = 0;
static int64_t pool_threads = 1;

typedef struct {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    int inputs, outputs, functions;
    int any_order; /* arrays may lie in memory in any order of their axes, if all do in the same */
    int64_t scratch, total;
    Body body[MOST_FUNCTIONS];
    int64_t work[MOST_FUNCTIONS], grain[MOST_FUNCTIONS];
    struct Array {
        int type, rank;
        int64_t elements;
        npy_intp shape[MOST_AXES];
    } array[];
} Launch;

typedef struct {
    Body body;
    void *const *at;
    int64_t work, parts;
} Share;

static void do_part(void *context, int64_t part) {
    const Share *share = context;
    int64_t begin = share->work * part / share->parts, end = share->work * (part + 1) / share->parts;
    if (begin < end) share->body(share->at, begin, end);
}

static void do_all(const Launch *launch, void *const *at) {
    for (int i = 0; i < launch->functions; i++) {
        int64_t parts = launch->work[i] / launch->grain[i], most = 4 * pool_threads;
        if (parts > most) parts = most;
        if (parts < 2 || pool_threads == 1 || !pool_run) {
            launch->body[i](at, 0, launch->work[i]);
            continue;
        }
        Share share = {launch->body[i], at, launch->work[i], parts};
        pool_run(do_part, &share, parts);
    }
}

/* The input as the functions need it: contiguous, aligned, native; a new reference. */
static PyArrayObject *prepared(const Launch *launch, PyObject *given, int i) {
    const struct Array *wanted = &launch->array[i];
    if (!PyArray_Check(given) || PyArray_TYPE((PyArrayObject *)given) != wanted->type ||
        PyArray_SIZE((PyArrayObject *)given) != wanted->elements) {
        PyErr_Format(PyExc_TypeError, "input %d is not the array that this code was made for", i);
        return 0;
    }
    PyArrayObject *array = (PyArrayObject *)given;
    if (PyArray_IS_C_CONTIGUOUS(array) && PyArray_ISBEHAVED_RO(array)) {
        Py_INCREF(array);
        return array;
    }
    return (PyArrayObject *)PyArray_FromAny(given, PyArray_DescrFromType(wanted->type), 0, 0,
                                            NPY_ARRAY_CARRAY_RO | NPY_ARRAY_NOTSWAPPED, 0);
}

/* Whether two arrays of one shape lie in memory in the same way. */
static int alike(PyArrayObject *a, PyArrayObject *b) {
    if (PyArray_NDIM(a) != PyArray_NDIM(b)) return 0;
    for (int i = 0; i < PyArray_NDIM(a); i++) {
        if (PyArray_DIM(a, i) != PyArray_DIM(b, i)) return 0;
        if (PyArray_DIM(a, i) != 1 &&
            PyArray_STRIDE(a, i) * PyArray_ITEMSIZE(b) != PyArray_STRIDE(b, i) * PyArray_ITEMSIZE(a))
            return 0;
    }
    return 1;
}

static PyArrayObject *new_like(PyArrayObject *first, int type) {
    return (PyArrayObject *)PyArray_NewLikeArray(first, NPY_KEEPORDER, PyArray_DescrFromType(type), 0);
}

static PyArrayObject *new_array(const struct Array *out) {
    return (PyArrayObject *)PyArray_SimpleNew(out->rank, out->shape, out->type);
}

/* The arrays of a call in a memory order that is not C's, if more of its inputs lie so than in C's. 1: done, 0: this cannot
   be, or is not worth it, -1: failed. Inputs of one element lie anyhow. */
static int in_its_order(const Launch *launch, PyObject *const *given, PyArrayObject **arrays) {
    PyArrayObject *first = 0;
    int like_c = 0, like_first = 0;
    for (int i = 0; i < launch->inputs; i++) {
        PyArrayObject *array = (PyArrayObject *)given[i];
        if (!PyArray_Check(given[i]) || PyArray_TYPE(array) != launch->array[i].type ||
            PyArray_SIZE(array) != launch->array[i].elements)
            return 0;
        if (launch->array[i].elements == 1) continue;
        if (PyArray_IS_C_CONTIGUOUS(array)) {
            like_c++;
        } else {
            if (!first) first = array;
            like_first += alike(array, first);
        }
    }
    if (!first || like_first <= like_c || !PyArray_ISBEHAVED_RO(first)) return 0;
    PyArrayObject *like = new_like(first, PyArray_TYPE(first));
    if (!like) return -1;
    int dense = alike(first, like);
    Py_DECREF(like);
    if (!dense) return 0;
    for (int i = 0; i < launch->inputs; i++) {
        PyArrayObject *array = (PyArrayObject *)given[i];
        if ((launch->array[i].elements == 1 || alike(array, first)) && PyArray_ISBEHAVED_RO(array)) {
            Py_INCREF(array);
            arrays[i] = array;
            continue;
        }
        if (PyArray_NDIM(array) != PyArray_NDIM(first)) return 0;
        arrays[i] = new_like(first, launch->array[i].type);
        if (!arrays[i] || PyArray_CopyInto(arrays[i], array)) return -1;
    }
    for (int i = launch->inputs; i < launch->inputs + launch->outputs; i++) {
        const struct Array *out = &launch->array[i];
        arrays[i] = out->elements == 1 ? new_array(out) : new_like(first, out->type);
        if (!arrays[i]) return -1;
    }
    return 1;
}

static PyObject *results_of(const Launch *launch, PyArrayObject **arrays) {
    PyArrayObject **made = arrays + launch->inputs;
    if (launch->outputs == 1) {
        Py_INCREF(made[0]);
        return (PyObject *)made[0];
    }
    PyObject *all = PyTuple_New(launch->outputs);
    for (int i = 0; all && i < launch->outputs; i++) {
        Py_INCREF(made[i]);
        PyTuple_SET_ITEM(all, i, (PyObject *)made[i]);
    }
    return all;
}

static PyObject *launch_call(PyObject *self, PyObject *const *given, size_t flags, PyObject *names) {
    Launch *launch = (Launch *)self;
    if (PyVectorcall_NARGS(flags) != launch->inputs || (names && PyTuple_GET_SIZE(names))) {
        PyErr_Format(PyExc_TypeError, "this code takes %d arrays", launch->inputs);
        return 0;
    }
    int total = launch->inputs + launch->outputs;
    PyObject *made = 0;
    PyArrayObject *few[24] = {0}, **arrays = few;
    void *few_places[25], **at = few_places;
    if (total > 24) {
        arrays = PyMem_Calloc((size_t)total, sizeof *arrays);
        at = PyMem_Calloc((size_t)total + 1, sizeof *at);
        if (!arrays || !at) {
            PyErr_NoMemory();
            goto done;
        }
    }
    if (launch->any_order) {
        int ready = in_its_order(launch, given, arrays);
        if (ready < 0) goto done;
        if (ready) goto ready;
        for (int i = 0; i < total; i++) Py_CLEAR(arrays[i]);
    }
    for (int i = 0; i < launch->inputs; i++)
        if (!(arrays[i] = prepared(launch, given[i], i))) goto done;
    for (int i = launch->inputs; i < total; i++) {
        if (!(arrays[i] = new_array(&launch->array[i]))) goto done;
    }
ready:
    for (int i = 0; i < total; i++) at[i] = PyArray_DATA(arrays[i]);
    at[total] = 0;
    if (launch->scratch && !(at[total] = PyMem_RawMalloc((size_t)launch->scratch))) {
        PyErr_NoMemory();
        goto done;
    }
    if (launch->total > 16384) {
        Py_BEGIN_ALLOW_THREADS
        do_all(launch, at);
        Py_END_ALLOW_THREADS
    } else {
        do_all(launch, at);
    }
    if (launch->scratch) PyMem_RawFree(at[total]);
    made = results_of(launch, arrays);
done:
    for (int i = 0; arrays && i < total; i++) Py_XDECREF((PyObject *)arrays[i]);
    if (arrays != few) PyMem_Free(arrays);
    if (at != few_places) PyMem_Free(at);
    return made;
}

static int read_array(struct Array *array, PyObject *given) {
    PyObject *shape;
    if (!PyArg_ParseTuple(given, "iO!", &array->type, &PyTuple_Type, &shape)) return -1;
    Py_ssize_t rank = PyTuple_GET_SIZE(shape);
    if (rank > MOST_AXES) {
        PyErr_SetString(PyExc_ValueError, "too many axes");
        return -1;
    }
    array->rank = (int)rank;
    array->elements = 1;
    for (Py_ssize_t i = 0; i < rank; i++) {
        array->shape[i] = PyLong_AsSsize_t(PyTuple_GET_ITEM(shape, i));
        array->elements *= array->shape[i];
    }
    return PyErr_Occurred() ? -1 : 0;
}

/* Launch(functions: ((address, work, grain), ...), inputs: ((type, shape), ...), outputs, scratch bytes, elements in all,
   any order) */
static PyObject *launch_new(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    PyObject *functions, *inputs, *outputs;
    long long scratch, total;
    int any_order;
    (void)keywords;
    if (!PyArg_ParseTuple(args, "O!O!O!LLp", &PyTuple_Type, &functions, &PyTuple_Type, &inputs, &PyTuple_Type, &outputs,
                          &scratch, &total, &any_order))
        return 0;
    Py_ssize_t n = PyTuple_GET_SIZE(inputs), m = PyTuple_GET_SIZE(outputs), f = PyTuple_GET_SIZE(functions);
    if (f < 1 || f > MOST_FUNCTIONS || m < 1 || scratch < 0) {
        PyErr_SetString(PyExc_ValueError, "a launch has one to four functions, and outputs");
        return 0;
    }
    Launch *launch = (Launch *)type->tp_alloc(type, n + m);
    if (!launch) return 0;
    launch->vectorcall = launch_call;
    launch->inputs = (int)n;
    launch->outputs = (int)m;
    launch->functions = (int)f;
    launch->scratch = scratch;
    launch->total = total;
    launch->any_order = any_order;
    for (Py_ssize_t i = 0; i < f; i++) {
        unsigned long long address;
        long long work, grain;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(functions, i), "KLL", &address, &work, &grain)) goto wrong;
        launch->body[i] = (Body)(uintptr_t)address;
        launch->work[i] = work;
        launch->grain[i] = grain < 1 ? 1 : grain;
    }
    for (Py_ssize_t i = 0; i < n + m; i++)
        if (read_array(&launch->array[i], i < n ? PyTuple_GET_ITEM(inputs, i) : PyTuple_GET_ITEM(outputs, i - n))) goto wrong;
    return (PyObject *)launch;
wrong:
    Py_DECREF(launch);
    return 0;
}

static void launch_dealloc(PyObject *self) { Py_TYPE(self)->tp_free(self); }

static PyTypeObject LaunchType = {
    PyVarObject_HEAD_INIT(0, 0).tp_name = "typedgrad.codegen._launch.Launch",
    .tp_basicsize = sizeof(Launch),
    .tp_itemsize = sizeof(struct Array),
    .tp_dealloc = launch_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_vectorcall_offset = offsetof(Launch, vectorcall),
    .tp_call = PyVectorcall_Call,
    .tp_new = launch_new,
    .tp_doc = "Generated functions made ready for arrays of known sizes; call it with the arrays.",
};

static PyObject *use_pool(PyObject *module, PyObject *args) {
    (void)module;
    unsigned long long address;
    long long threads;
    if (!PyArg_ParseTuple(args, "KL", &address, &threads)) return 0;
    pool_run = (PoolRun)(uintptr_t)address;
    pool_threads = threads < 1 ? 1 : threads;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"use_pool", use_pool, METH_VARARGS, "Run large launches on the pool whose function is at this address, on so many threads."},
    {0, 0, 0, 0},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "typedgrad.codegen._launch",
    .m_doc = "Runs generated code on arrays.",
    .m_size = -1,
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit__launch(void) {
    import_array();
    if (PyType_Ready(&LaunchType) < 0) return 0;
    PyObject *module = PyModule_Create(&definition);
    if (!module) return 0;
    Py_INCREF(&LaunchType);
    if (PyModule_AddObject(module, "Launch", (PyObject *)&LaunchType)) {
        Py_DECREF(&LaunchType);
        Py_DECREF(module);
        return 0;
    }
    return module;
}
