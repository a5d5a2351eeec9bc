// Metadata, memory, autograd, modes, random numbers and threads.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <dlfcn.h>
#include <torch/torch.h>

#include <cstring>

#include "error.h"
#include "maas_torch.h"

using maas::guard;
using maas::TensorInfo;

namespace {

at::Tensor& tensor(const void* handle) { return *static_cast<at::Tensor*>(const_cast<void*>(handle)); }

at::Generator& generator(void* handle) { return *static_cast<at::Generator*>(handle); }

std::vector<at::Tensor> tensors(void* const* handles, int32_t count) {
    std::vector<at::Tensor> result;
    result.reserve(count);
    for (int32_t i = 0; i < count; i++) result.push_back(handles && handles[i] ? tensor(handles[i]) : at::Tensor());
    return result;
}

void* handle(at::Tensor t) { return t.defined() ? new at::Tensor(std::move(t)) : nullptr; }

}  // namespace

int32_t maas_tensor_info(const void* handle, TensorInfo* info) {
    return guard<int32_t>(-1, [&]() -> int32_t {
        auto& t = tensor(handle);
        const bool strided = t.layout() == at::kStrided;
        info->dtype = static_cast<int32_t>(t.scalar_type());
        info->device_type = static_cast<int32_t>(t.device().type());
        info->device_index = t.device().index();
        info->dimensions = static_cast<int32_t>(t.dim());
        info->elements = t.numel();
        info->sizes = t.sizes().data();
        info->strides = strided ? t.strides().data() : nullptr;
        info->data = strided && t.device().is_cpu() ? t.data_ptr() : nullptr;
        info->element_size = static_cast<int64_t>(t.element_size());
        info->storage_offset = strided ? t.storage_offset() : 0;
        info->requires_grad = t.requires_grad();
        info->is_leaf = t.is_leaf();
        info->is_sparse = t.is_sparse();
        info->is_contiguous = strided && t.is_contiguous();
        return 0;
    });
}

void maas_tensor_delete(void* handle) { delete static_cast<at::Tensor*>(handle); }

void* maas_tensor_alias(const void* handle) {
    return guard<void*>(nullptr, [&] { return new at::Tensor(tensor(handle)); });
}

int32_t maas_tensor_same(const void* a, const void* b) { return tensor(a).is_same(tensor(b)); }

void* maas_tensor_from_blob(void* data, const int64_t* sizes, int32_t dimensions, int32_t dtype,
                            void (*release)(void*), void* context) {
    return guard<void*>(nullptr, [&] {
        auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
        auto deleter = [release, context](void*) {
            if (release) release(context);
        };
        return handle(torch::from_blob(data, at::IntArrayRef(sizes, dimensions), deleter, options));
    });
}

int32_t maas_tensor_save(const void* handle, const char* path) {
    return guard<int32_t>(-1, [&] { return torch::save(tensor(handle), std::string(path)), 0; });
}

void* maas_tensor_load(const char* path) {
    return guard<void*>(nullptr, [&] {
        at::Tensor loaded;
        torch::load(loaded, std::string(path));
        return handle(std::move(loaded));
    });
}

int32_t maas_default_dtype() { return static_cast<int32_t>(c10::get_default_dtype_as_scalartype()); }

int32_t maas_set_default_dtype(int32_t dtype) {
    return guard<int32_t>(-1, [&] {
        return c10::set_default_dtype(c10::scalarTypeToTypeMeta(static_cast<at::ScalarType>(dtype))), 0;
    });
}

int32_t maas_set_requires_grad(void* handle, int32_t value) {
    return guard<int32_t>(-1, [&] { return tensor(handle).set_requires_grad(value != 0), 0; });
}

void* maas_grad(const void* t) {
    return guard<void*>(nullptr, [&] { return maas::set_error(""), handle(tensor(t).grad()); });
}

int32_t maas_set_grad(void* handle, const void* grad) {
    return guard<int32_t>(-1, [&] { return tensor(handle).mutable_grad() = grad ? tensor(grad) : at::Tensor(), 0; });
}

int32_t maas_backward(void* const* handles, void* const* gradients, int32_t count, int32_t retain_graph,
                      int32_t create_graph, void* const* inputs, int32_t input_count) {
    return guard<int32_t>(-1, [&]() -> int32_t {
        auto seeds = gradients ? tensors(gradients, count) : std::vector<at::Tensor>();
        torch::autograd::backward(tensors(handles, count), seeds, retain_graph != 0, create_graph != 0,
                                  tensors(inputs, input_count));
        return 0;
    });
}

int32_t maas_autograd_grad(void* const* outputs, void* const* gradients, int32_t output_count, void* const* inputs,
                           int32_t input_count, int32_t retain_graph, int32_t create_graph, int32_t allow_unused,
                           void** results) {
    return guard<int32_t>(-1, [&]() -> int32_t {
        auto seeds = gradients ? tensors(gradients, output_count) : std::vector<at::Tensor>();
        auto grads = torch::autograd::grad(tensors(outputs, output_count), tensors(inputs, input_count), seeds,
                                           retain_graph != 0, create_graph != 0, allow_unused != 0);
        for (size_t i = 0; i < grads.size(); i++) results[i] = handle(std::move(grads[i]));
        return 0;
    });
}

const char* maas_grad_fn_name(const void* handle) {
    return guard<const char*>(nullptr, [&]() -> const char* {
        const auto& fn = tensor(handle).grad_fn();
        return fn ? strdup(fn->name().c_str()) : nullptr;
    });
}

int32_t maas_grad_enabled() { return at::GradMode::is_enabled(); }

void maas_set_grad_enabled(int32_t value) { at::GradMode::set_enabled(value != 0); }

int32_t maas_inference_mode_enabled() { return c10::InferenceMode::is_enabled(); }

void* maas_inference_mode_enter(int32_t value) { return new c10::InferenceMode(value != 0); }

void maas_inference_mode_exit(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }

int32_t maas_autocast_enabled(int32_t device_type) {
    return static_cast<at::DeviceType>(device_type) == at::kCPU ? at::autocast::is_cpu_enabled()
                                                                : at::autocast::is_enabled();
}

int32_t maas_set_autocast(int32_t device_type, int32_t enabled, int32_t dtype) {
    return guard<int32_t>(-1, [&]() -> int32_t {
        auto type = static_cast<at::ScalarType>(dtype);
        if (static_cast<at::DeviceType>(device_type) == at::kCPU) {
            at::autocast::set_cpu_enabled(enabled != 0);
            at::autocast::set_autocast_cpu_dtype(type);
        } else {
            at::autocast::set_enabled(enabled != 0);
            at::autocast::set_autocast_gpu_dtype(type);
        }
        if (!enabled) at::autocast::clear_cache();
        return 0;
    });
}

void* maas_generator(uint64_t seed, int32_t device_type, int32_t device_index) {
    return guard<void*>(nullptr, [&]() -> void* {
        if (static_cast<at::DeviceType>(device_type) == at::kCPU)
            return new at::Generator(at::detail::createCPUGenerator(seed));
        at::Device device(static_cast<at::DeviceType>(device_type), static_cast<c10::DeviceIndex>(device_index));
        auto created = at::globalContext().defaultGenerator(device).clone();
        created.set_current_seed(seed);
        return new at::Generator(created);
    });
}

void* maas_default_generator(int32_t device_type, int32_t device_index) {
    return guard<void*>(nullptr, [&]() -> void* {
        at::Device device(static_cast<at::DeviceType>(device_type), static_cast<c10::DeviceIndex>(device_index));
        return new at::Generator(at::globalContext().defaultGenerator(device));
    });
}

void maas_generator_delete(void* handle) { delete static_cast<at::Generator*>(handle); }

int32_t maas_generator_set_seed(void* handle, uint64_t seed) {
    return guard<int32_t>(-1, [&]() -> int32_t {
        std::lock_guard<std::mutex> lock(generator(handle).mutex());
        generator(handle).set_current_seed(seed);
        return 0;
    });
}

uint64_t maas_generator_seed(void* handle) { return generator(handle).current_seed(); }

void* maas_generator_state(void* g) {
    return guard<void*>(nullptr, [&] { return handle(generator(g).get_state()); });
}

int32_t maas_generator_set_state(void* handle, const void* state) {
    return guard<int32_t>(-1, [&] { return generator(handle).set_state(tensor(state)), 0; });
}

int32_t maas_manual_seed(uint64_t seed) {
    return guard<int32_t>(-1, [&] { return torch::manual_seed(seed), 0; });
}

int32_t maas_num_threads() { return at::get_num_threads(); }

// OpenBLAS on POSIX threads keeps a pool of its own that libtorch does not size, and whose callers wait for each other.
int32_t maas_set_num_threads(int32_t count) {
    return guard<int32_t>(-1, [&]() -> int32_t {
        at::set_num_threads(count);
        static const auto set_blas = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
        if (set_blas) set_blas(count);
        return 0;
    });
}

int32_t maas_num_interop_threads() { return at::get_num_interop_threads(); }

int32_t maas_set_num_interop_threads(int32_t count) {
    return guard<int32_t>(-1, [&] { return at::set_num_interop_threads(count), 0; });
}

int32_t maas_cuda_device_count() { return static_cast<int32_t>(torch::cuda::device_count()); }

int32_t maas_set_flush_denormal(int32_t value) { return at::globalContext().setFlushDenormal(value != 0); }
