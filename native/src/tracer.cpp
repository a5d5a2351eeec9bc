// Traces a forward function and writes libtorch's graph as JSON.
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/torch.h>

#include <cmath>
#include <sstream>

#include "error.h"
#include "maas_torch.h"

namespace jit = torch::jit;

namespace {

struct Trace {
    std::string json;
    std::vector<at::Tensor> constants;
    std::vector<at::Tensor> outputs;
};

at::Tensor* on_cpu(const at::Tensor& tensor) { return new at::Tensor(tensor.detach().cpu().contiguous()); }

class GraphWriter {
public:
    explicit GraphWriter(std::vector<at::Tensor>& constants) : constants_(constants) { out_.precision(17); }

    std::string write(const jit::Graph& graph) {
        out_ << "{\"inputs\":";
        values(graph.inputs());
        out_ << ",\"nodes\":[";
        bool first = true;
        for (auto node : graph.nodes()) {
            if (!first) out_ << ',';
            first = false;
            write(*node);
        }
        out_ << "],\"outputs\":";
        ids(graph.outputs());
        out_ << '}';
        return out_.str();
    }

private:
    void write(const jit::Node& node) {
        out_ << "{\"op\":";
        text(node.kind().toQualString());
        if (auto schema = node.maybeSchema()) {
            out_ << ",\"overload\":";
            text(schema->overload_name());
            out_ << ",\"arguments\":";
            list_of(schema->arguments(), [&](const c10::Argument& argument) { text(argument.name()); });
        }
        out_ << ",\"scope\":";
        text(node.scopeName());
        out_ << ",\"inputs\":";
        ids(node.inputs());
        out_ << ",\"outputs\":";
        values(node.outputs());
        if (node.kind() == c10::prim::Constant) {
            out_ << ",\"value\":";
            auto value = jit::toIValue(node.output());
            value ? constant(*value) : void(out_ << "null");
        }
        TORCH_CHECK(node.blocks().empty(), "trace: ", node.kind().toQualString(), " has nested blocks");
        out_ << '}';
    }

    template <typename Values>
    void ids(const Values& list) {
        list_of(list, [&](const jit::Value* v) { out_ << v->unique(); });
    }

    template <typename Values>
    void values(const Values& list) {
        list_of(list, [&](const jit::Value* v) {
            out_ << "{\"id\":" << v->unique();
            if (v->hasDebugName()) {
                out_ << ",\"name\":";
                text(v->debugName());
            }
            out_ << ",\"type\":";
            text(v->type()->kind() == c10::TypeKind::TensorType ? "Tensor" : v->type()->annotation_str());
            if (auto tensor = v->type()->cast<c10::TensorType>()) {
                if (auto dtype = tensor->scalarType()) out_ << ",\"dtype\":" << static_cast<int>(*dtype);
                if (auto sizes = tensor->sizes().concrete_sizes()) {
                    out_ << ",\"sizes\":";
                    list_of(*sizes, [&](int64_t size) { out_ << size; });
                }
                if (auto strides = tensor->strides().concrete_sizes()) {
                    out_ << ",\"strides\":";
                    list_of(*strides, [&](int64_t stride) { out_ << stride; });
                }
            }
            out_ << '}';
        });
    }

    // {"tensor":index}, {"string":"…"}, {"device":"…"}, {"real":"nan"}, a number, true, null or a list of these.
    void constant(const c10::IValue& value) {
        if (value.isNone()) {
            out_ << "null";
        } else if (value.isTensor()) {
            out_ << "{\"tensor\":" << constants_.size() << '}';
            constants_.push_back(value.toTensor());
        } else if (value.isInt()) {
            out_ << value.toInt();
        } else if (value.isBool()) {
            out_ << (value.toBool() ? "true" : "false");
        } else if (value.isDouble()) {
            real(value.toDouble());
        } else if (value.isString()) {
            out_ << "{\"string\":";
            text(value.toStringRef());
            out_ << '}';
        } else if (value.isDevice()) {
            out_ << "{\"device\":";
            text(value.toDevice().str());
            out_ << '}';
        } else if (value.isList()) {
            list_of(value.toListRef(), [&](const c10::IValue& item) { constant(item); });
        } else if (value.isTuple()) {
            list_of(value.toTupleRef().elements(), [&](const c10::IValue& item) { constant(item); });
        } else {
            TORCH_CHECK(false, "trace: a constant of type ", value.tagKind(), " has no JSON form");
        }
    }

    void real(double value) {
        if (std::isfinite(value)) {
            std::ostringstream digits;
            digits.precision(17);
            digits << value;
            auto s = digits.str();
            // A real stays a real to the reader: 1 becomes 1.0.
            out_ << s << (s.find_first_of(".e") == std::string::npos ? ".0" : "");
        } else {
            out_ << "{\"real\":\"" << (std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf") << "\"}";
        }
    }

    template <typename List, typename Each>
    void list_of(const List& list, Each each) {
        out_ << '[';
        bool first = true;
        for (const auto& item : list) {
            if (!first) out_ << ',';
            first = false;
            each(item);
        }
        out_ << ']';
    }

    void text(const std::string& s) {
        static const char hex[] = "0123456789abcdef";
        out_ << '"';
        for (unsigned char c : s) {
            if (c == '"' || c == '\\')
                out_ << '\\' << c;
            else if (c < 0x20)
                out_ << "\\u00" << hex[c >> 4] << hex[c & 15];
            else
                out_ << c;
        }
        out_ << '"';
    }

    std::ostringstream out_;
    std::vector<at::Tensor>& constants_;
};

constexpr int32_t max_outputs = 256;

}  // namespace

void* maas_trace(void* const* inputs, const char* const* names, int32_t count, maas_forward forward, void* context) {
    return maas::guard<void*>(nullptr, [&]() -> void* {
        jit::Stack stack;
        for (int32_t i = 0; i < count; i++) stack.push_back(*static_cast<at::Tensor*>(inputs[i]));

        auto trace = std::make_unique<Trace>();
        auto run = [&](jit::Stack traced) -> jit::Stack {
            // The tracer hands out aliases of its own: they carry the graph's values.
            std::vector<at::Tensor> own;
            for (auto& value : traced) own.push_back(value.toTensor());
            std::vector<void*> handles;
            for (auto& t : own) handles.push_back(&t);
            void* outputs[max_outputs];
            auto produced = forward(context, handles.data(), count, outputs, max_outputs);
            TORCH_CHECK(produced >= 0, "trace: forward failed");
            jit::Stack results;
            for (int32_t i = 0; i < produced; i++) {
                std::unique_ptr<at::Tensor> output(static_cast<at::Tensor*>(outputs[i]));
                trace->outputs.push_back(*output);
                results.push_back(*output);
            }
            return results;
        };
        auto name_of = [](const at::Tensor&) { return std::string(); };
        auto state = jit::tracer::trace(std::move(stack), run, name_of, /*strict=*/false, /*force_outplace=*/false).first;

        for (int32_t i = 0; i < count; i++) {
            auto value = state->graph->inputs()[i];
            value->setDebugName(std::string("maas.") + names[i]);
        }
        trace->json = GraphWriter(trace->constants).write(*state->graph);
        return trace.release();
    });
}

const char* maas_trace_json(const void* trace) { return static_cast<const Trace*>(trace)->json.c_str(); }

int32_t maas_trace_constant_count(const void* trace) {
    return static_cast<int32_t>(static_cast<const Trace*>(trace)->constants.size());
}

void* maas_trace_constant(const void* trace, int32_t index) {
    return maas::guard<void*>(nullptr, [&]() -> void* {
        return on_cpu(static_cast<const Trace*>(trace)->constants.at(index));
    });
}

int32_t maas_trace_output_count(const void* trace) {
    return static_cast<int32_t>(static_cast<const Trace*>(trace)->outputs.size());
}

void* maas_trace_output(const void* trace, int32_t index) {
    return maas::guard<void*>(nullptr, [&]() -> void* {
        return on_cpu(static_cast<const Trace*>(trace)->outputs.at(index));
    });
}

void maas_trace_delete(void* trace) { delete static_cast<Trace*>(trace); }

void maas_trace_push_scope(const char* name) {
    maas::guard<int32_t>(-1, [&] {
        if (auto& state = jit::tracer::getTracingState()) state->graph->push_scope(name);
        return 0;
    });
}

void maas_trace_pop_scope() {
    maas::guard<int32_t>(-1, [&] {
        if (auto& state = jit::tracer::getTracingState()) state->graph->pop_scope();
        return 0;
    });
}
