// Any operator by schema name, with boxed arguments.
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/torch.h>

#include <cstring>

#include "error.h"
#include "maas_torch.h"

using maas::Tag;
using maas::Value;

namespace {

c10::Scalar to_scalar(const Value& v) {
    if (v.tag == Tag::Double) return c10::Scalar(v.real);
    if (v.tag == Tag::Bool) return c10::Scalar(v.integer != 0);
    return c10::Scalar(v.integer);
}

c10::IValue to_ivalue(const Value& v) {
    switch (v.tag) {
        case Tag::None: return {};
        case Tag::Tensor: return v.pointer ? c10::IValue(*static_cast<at::Tensor*>(v.pointer)) : c10::IValue();
        case Tag::Int: return v.integer;
        case Tag::Double: return v.real;
        case Tag::Bool: return v.integer != 0;
        case Tag::String: return std::string(static_cast<const char*>(v.pointer), v.size);
        case Tag::IntList: {
            auto data = static_cast<const int64_t*>(v.pointer);
            return c10::List<int64_t>(at::IntArrayRef(data, v.size));
        }
        case Tag::DoubleList: {
            auto data = static_cast<const double*>(v.pointer);
            return c10::List<double>(at::ArrayRef<double>(data, v.size));
        }
        case Tag::BoolList: {
            auto data = static_cast<const uint8_t*>(v.pointer);
            c10::List<bool> list;
            list.reserve(v.size);
            for (int32_t i = 0; i < v.size; i++) list.push_back(data[i] != 0);
            return list;
        }
        case Tag::TensorList: {
            auto data = static_cast<at::Tensor* const*>(v.pointer);
            c10::List<at::Tensor> list;
            list.reserve(v.size);
            for (int32_t i = 0; i < v.size; i++) list.push_back(*data[i]);
            return list;
        }
        case Tag::OptionalTensorList: {
            auto data = static_cast<at::Tensor* const*>(v.pointer);
            c10::List<c10::optional<at::Tensor>> list;
            list.reserve(v.size);
            for (int32_t i = 0; i < v.size; i++)
                list.push_back(data[i] ? c10::optional<at::Tensor>(*data[i]) : c10::nullopt);
            return list;
        }
        case Tag::Device: {
            auto type = static_cast<c10::DeviceType>(v.integer >> 32);
            auto index = static_cast<c10::DeviceIndex>(static_cast<int32_t>(v.integer & 0xffffffff));
            return c10::Device(type, index);
        }
        case Tag::Generator: return v.pointer ? c10::IValue(*static_cast<at::Generator*>(v.pointer)) : c10::IValue();
        case Tag::ScalarList: {
            auto data = static_cast<const Value*>(v.pointer);
            c10::impl::GenericList list(c10::NumberType::get());
            list.reserve(v.size);
            for (int32_t i = 0; i < v.size; i++) list.push_back(c10::IValue(to_scalar(data[i])));
            return list;
        }
    }
    throw std::invalid_argument("argument tag " + std::to_string(v.tag) + " is unknown");
}

template <typename T>
T* allocate(size_t count) {
    auto memory = static_cast<T*>(std::malloc(std::max<size_t>(1, count) * sizeof(T)));
    if (!memory) throw std::bad_alloc();
    return memory;
}

Value to_value(c10::IValue&& v) {
    Value r{};
    if (v.isNone()) {
        r.tag = Tag::None;
    } else if (v.isTensor()) {
        auto t = std::move(v).toTensor();
        r.tag = Tag::Tensor;
        r.pointer = t.defined() ? new at::Tensor(std::move(t)) : nullptr;
    } else if (v.isTensorList()) {
        auto list = v.toTensorVector();
        auto data = allocate<at::Tensor*>(list.size());
        for (size_t i = 0; i < list.size(); i++) data[i] = new at::Tensor(std::move(list[i]));
        r.tag = Tag::TensorList;
        r.size = static_cast<int32_t>(list.size());
        r.pointer = data;
    } else if (v.isInt()) {
        r.tag = Tag::Int;
        r.integer = v.toInt();
    } else if (v.isDouble()) {
        r.tag = Tag::Double;
        r.real = v.toDouble();
    } else if (v.isBool()) {
        r.tag = Tag::Bool;
        r.integer = v.toBool();
    } else if (v.isIntList()) {
        auto list = v.toIntVector();
        auto data = allocate<int64_t>(list.size());
        std::copy(list.begin(), list.end(), data);
        r.tag = Tag::IntList;
        r.size = static_cast<int32_t>(list.size());
        r.pointer = data;
    } else {
        throw std::invalid_argument("result type " + v.tagKind() + " has no C form");
    }
    return r;
}

struct Operator {
    c10::OperatorHandle handle;
    c10::optional<c10::OperatorHandle> with_tensor;  // of arithmetic with a number: the same with a tensor
};

bool is_arithmetic(std::string name) {
    if (name.back() == '_') name.pop_back();
    return name == "aten::add" || name == "aten::sub" || name == "aten::mul" || name == "aten::div";
}

// Libtorch makes a float64 tensor of a number and casts it to self's type by another operator, which takes longer than
// the arithmetic. A float32 of the same value gives the same result: 1.1 instead of 2.0 us for add_ on 8 elements.
bool takes_float(const Value* arguments, int32_t count) {
    if (count < 2 || arguments[0].tag != Tag::Tensor || !arguments[0].pointer) return false;
    if (arguments[1].tag != Tag::Double && arguments[1].tag != Tag::Int) return false;
    const auto& self = *static_cast<at::Tensor*>(arguments[0].pointer);
    return self.scalar_type() == at::kFloat && self.device().is_cpu() && self.layout() == at::kStrided &&
           !(at::GradMode::is_enabled() && self.requires_grad()) && !torch::jit::tracer::isTracing();
}

at::Tensor wrapped_float(const Value& number) {
    auto result = at::detail::scalar_tensor_static(0, at::kFloat, at::kCPU);
    *static_cast<float*>(result.data_ptr()) = number.tag == Tag::Int ? static_cast<float>(number.integer) : static_cast<float>(number.real);
    result.unsafeGetTensorImpl()->set_wrapped_number(true);
    return result;
}

}  // namespace

void* maas_operator(const char* name, const char* overload) {
    return maas::guard<void*>(nullptr, [&]() -> void* {
        auto& dispatcher = c10::Dispatcher::singleton();
        auto found = std::make_unique<Operator>(Operator{dispatcher.findSchemaOrThrow(name, overload), c10::nullopt});
        if (std::strcmp(overload, "Scalar") == 0 && is_arithmetic(name))
            found->with_tensor = dispatcher.findSchemaOrThrow(name, "Tensor");
        return found.release();
    });
}

int32_t maas_call(void* op, const Value* arguments, int32_t count, Value* results, int32_t capacity) {
    return maas::guard<int32_t>(-1, [&]() -> int32_t {
        const auto& found = *static_cast<Operator*>(op);
        const bool as_tensor = found.with_tensor && takes_float(arguments, count);
        const auto& handle = as_tensor ? *found.with_tensor : found.handle;
        const auto& schema = handle.schema();
        const auto& expected = schema.arguments();
        TORCH_CHECK(static_cast<size_t>(count) <= expected.size(), schema.name(), ": expected at most ",
                    expected.size(), " arguments, got ", count);
        torch::jit::Stack stack;
        stack.reserve(expected.size());
        for (int32_t i = 0; i < count; i++)
            stack.push_back(as_tensor && i == 1 ? c10::IValue(wrapped_float(arguments[i])) : to_ivalue(arguments[i]));
        for (size_t i = count; i < expected.size(); i++) {
            const auto& fallback = expected[i].default_value();
            TORCH_CHECK(fallback.has_value(), schema.name(), ": argument ", expected[i].name(), " is missing");
            stack.push_back(*fallback);
        }
        handle.callBoxed(&stack);
        if (capacity == 0) return 0;
        TORCH_CHECK(stack.size() <= static_cast<size_t>(capacity), schema.name(), ": ", stack.size(),
                    " results do not fit into ", capacity);
        for (size_t i = 0; i < stack.size(); i++) results[i] = to_value(std::move(stack[i]));
        return static_cast<int32_t>(stack.size());
    });
}
