// The C interface of MaaS's native library: calls into libtorch's operator dispatcher, what the dispatcher does not
// offer (autograd, modes, memory, threads), and the tracer. Every function that can fail returns a negative number or
// a null pointer and leaves a message for maas_last_error() on the calling thread. No C++ exception leaves the library.
#pragma once
#include <stdint.h>

#define MAAS_API extern "C" __attribute__((visibility("default")))

// Counts the incompatible changes of this interface. The .NET side checks it at load: change it here, in
// MaaS.LibTorch's LibraryLoader and in MaaS.Training's NativeTracer together, whenever a layout or signature changes.
#define MAAS_ABI 1

namespace maas {

// One argument or result of an operator. Lists point to memory of the caller (arguments) or to memory that the caller
// releases with maas_free (results). Tensors in results are new handles that the caller deletes.
enum Tag : int32_t {
    None = 0,
    Tensor = 1,              // pointer: at::Tensor*; a null pointer stands for "no tensor"
    Int = 2,                 // integer; also ScalarType, Layout, MemoryFormat and integral Scalar
    Double = 3,              // real; also floating Scalar
    Bool = 4,                // integer 0 or 1
    String = 5,              // pointer: UTF-8, length in size
    IntList = 6,             // pointer: int64_t[size]
    DoubleList = 7,          // pointer: double[size]
    BoolList = 8,            // pointer: uint8_t[size]
    TensorList = 9,          // pointer: at::Tensor*[size]
    OptionalTensorList = 10, // pointer: at::Tensor*[size], null for none
    Device = 11,             // integer: type << 32 | index (index -1: current)
    Generator = 12,          // pointer: at::Generator*
    ScalarList = 13,         // arguments only; pointer: Value[size] of Int or Double
};

struct Value {
    int32_t tag;
    int32_t size;
    union {
        int64_t integer;
        double real;
        void* pointer;
    };
};

}  // namespace maas

MAAS_API int32_t maas_abi();
MAAS_API const char* maas_last_error();
MAAS_API const char* maas_version();
MAAS_API void maas_free(void* pointer);

// Dispatcher. maas_operator finds an operator by schema name and overload ("aten::add", "Tensor"); the handle is
// valid for the life of the process. maas_call fills missing trailing arguments from the schema's defaults and returns
// the number of results written; with a capacity of 0 it drops them.
MAAS_API void* maas_operator(const char* name, const char* overload);
MAAS_API int32_t maas_call(void* op, const maas::Value* arguments, int32_t count, maas::Value* results, int32_t capacity);

// Tensors: what the dispatcher does not offer. Handles are at::Tensor* on the heap, as TorchSharp's Tensor.Handle is.
namespace maas {

struct TensorInfo {
    int32_t dtype;         // c10::ScalarType
    int32_t device_type;   // c10::DeviceType
    int32_t device_index;
    int32_t dimensions;
    int64_t elements;
    const int64_t* sizes;    // owned by the tensor
    const int64_t* strides;  // owned by the tensor; null where the layout has none
    void* data;              // null where the memory is not addressable from the CPU
    int64_t element_size;
    uint8_t requires_grad, is_leaf, is_sparse, is_contiguous;
    int64_t storage_offset;  // in elements
};

}  // namespace maas

MAAS_API int32_t maas_tensor_info(const void* tensor, maas::TensorInfo* info);
MAAS_API void maas_tensor_delete(void* tensor);
MAAS_API void* maas_tensor_alias(const void* tensor);  // a second handle to the same tensor
MAAS_API int32_t maas_tensor_same(const void* a, const void* b);
// Wraps memory of the caller; release(context) runs when the last view of it is gone.
MAAS_API void* maas_tensor_from_blob(void* data, const int64_t* sizes, int32_t dimensions, int32_t dtype,
                                     void (*release)(void*), void* context);

// A file of one tensor as torch::save writes it.
MAAS_API int32_t maas_tensor_save(const void* tensor, const char* path);
MAAS_API void* maas_tensor_load(const char* path);

// The floating-point type that factories use when none is given.
MAAS_API int32_t maas_default_dtype();
MAAS_API int32_t maas_set_default_dtype(int32_t dtype);

// Autograd.
MAAS_API int32_t maas_set_requires_grad(void* tensor, int32_t value);
MAAS_API void* maas_grad(const void* tensor);  // null when there is none (no error message is set then)
MAAS_API int32_t maas_set_grad(void* tensor, const void* grad);
// inputs: the leaves that gradients are added to; null for all.
MAAS_API int32_t maas_backward(void* const* tensors, void* const* gradients, int32_t count, int32_t retain_graph,
                               int32_t create_graph, void* const* inputs, int32_t input_count);
MAAS_API int32_t maas_autograd_grad(void* const* outputs, void* const* gradients, int32_t output_count,
                                    void* const* inputs, int32_t input_count, int32_t retain_graph,
                                    int32_t create_graph, int32_t allow_unused, void** results);
MAAS_API const char* maas_grad_fn_name(const void* tensor);  // copy; maas_free it; null for a leaf
MAAS_API int32_t maas_grad_enabled();
MAAS_API void maas_set_grad_enabled(int32_t value);
MAAS_API int32_t maas_inference_mode_enabled();
MAAS_API void* maas_inference_mode_enter(int32_t value);
MAAS_API void maas_inference_mode_exit(void* guard);

// Makes an existing tensor, computed without recording, the output of a function of inputs whose backward pass is the
// caller's. backward gets the output's gradient and the saved tensors as handles that it deletes, and writes one handle
// (or null) for each input that the library deletes; it returns a negative number, with a message set by
// maas_set_last_error, to fail the pass. release(context) runs exactly once, when the graph lets go of the function.
typedef int32_t (*maas_function_backward)(void* context, void* gradient, void* const* saved, int32_t saved_count,
                                          void** results, int32_t count);
MAAS_API int32_t maas_function(const char* name, void* const* inputs, int32_t input_count, void* output,
                               void* const* saved, int32_t saved_count, maas_function_backward backward,
                               void (*release)(void*), void* context);
MAAS_API void maas_set_last_error(const char* message);

// Autocast on one device type ("cpu" or "cuda" by c10::DeviceType).
MAAS_API int32_t maas_autocast_enabled(int32_t device_type);
MAAS_API int32_t maas_set_autocast(int32_t device_type, int32_t enabled, int32_t dtype);

// Random numbers, threads, devices.
MAAS_API void* maas_generator(uint64_t seed, int32_t device_type, int32_t device_index);
MAAS_API void* maas_default_generator(int32_t device_type, int32_t device_index);
MAAS_API void maas_generator_delete(void* generator);
MAAS_API int32_t maas_generator_set_seed(void* generator, uint64_t seed);
MAAS_API uint64_t maas_generator_seed(void* generator);
MAAS_API void* maas_generator_state(void* generator);
MAAS_API int32_t maas_generator_set_state(void* generator, const void* state);
MAAS_API int32_t maas_manual_seed(uint64_t seed);
MAAS_API int32_t maas_num_threads();
MAAS_API int32_t maas_set_num_threads(int32_t count);
MAAS_API int32_t maas_num_interop_threads();
MAAS_API int32_t maas_set_num_interop_threads(int32_t count);
MAAS_API int32_t maas_cuda_device_count();
MAAS_API int32_t maas_set_flush_denormal(int32_t value);

// Tracer. forward runs once under libtorch's tracer and the graph of ATen operators that it executed comes back as
// JSON (schema in docs/tracing.md); constants of type tensor are referred to by index into maas_trace_constant, which
// gives it contiguous and on the CPU, as maas_trace_output gives what forward returned. The inputs are example inputs, then parameters and buffers, so that each keeps its name. forward gets the traced
// handles, owns none of them, and writes its outputs (new handles, which the tracer deletes); it returns their number, or a negative
// number to abandon the trace.
typedef int32_t (*maas_forward)(void* context, void* const* inputs, int32_t count, void** outputs, int32_t capacity);

MAAS_API void* maas_trace(void* const* inputs, const char* const* names, int32_t count, maas_forward forward,
                          void* context);
MAAS_API const char* maas_trace_json(const void* trace);
MAAS_API int32_t maas_trace_constant_count(const void* trace);
MAAS_API void* maas_trace_constant(const void* trace, int32_t index);
MAAS_API int32_t maas_trace_output_count(const void* trace);
MAAS_API void* maas_trace_output(const void* trace, int32_t index);
MAAS_API void maas_trace_delete(void* trace);
// Names the module whose operators follow, while a trace runs; without one they do nothing.
MAAS_API void maas_trace_push_scope(const char* name);
MAAS_API void maas_trace_pop_scope();
