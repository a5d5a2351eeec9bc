// Autograd functions whose backward pass is the caller's.
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/torch.h>

#include "error.h"
#include "maas_torch.h"

namespace {

at::Tensor& tensor(const void* handle) { return *static_cast<at::Tensor*>(const_cast<void*>(handle)); }

class CallerFunction : public torch::autograd::Node {
public:
    CallerFunction(maas_function_backward backward, void (*release)(void*), void* context, const char* name)
        : backward_(backward), release_(release), context_(context), name_(name) {}

    ~CallerFunction() override { release_(context_); }

    std::string name() const override { return name_; }

    void save(std::vector<torch::autograd::SavedVariable> saved) { saved_ = std::move(saved); }

    void release_variables() override {
        saved_.clear();
        released_ = true;
    }

    torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
        TORCH_CHECK(!released_, name_, ": expected one backward pass, got a second; pass retain_graph");
        auto gradient = gradients[0].defined() ? std::move(gradients[0]) : input_metadata(0).zeros_like();
        // Unpacking throws for what was modified since: handles are made only after it.
        std::vector<at::Tensor> unpacked;
        for (auto& variable : saved_) unpacked.push_back(variable.unpack(shared_from_this()));
        std::vector<void*> saved;
        for (auto& value : unpacked) saved.push_back(new at::Tensor(std::move(value)));
        std::vector<void*> results(num_outputs());
        const auto status = backward_(context_, new at::Tensor(std::move(gradient)), saved.data(),
                                      static_cast<int32_t>(saved.size()), results.data(),
                                      static_cast<int32_t>(results.size()));
        torch::autograd::variable_list list(results.size());
        for (size_t i = 0; i < results.size(); i++) {
            std::unique_ptr<at::Tensor> result(static_cast<at::Tensor*>(results[i]));
            if (result) list[i] = std::move(*result);
        }
        TORCH_CHECK(status >= 0, name_, ": ", maas_last_error());
        return list;
    }

private:
    maas_function_backward backward_;
    void (*release_)(void*);
    void* context_;
    std::string name_;
    std::vector<torch::autograd::SavedVariable> saved_;
    bool released_ = false;
};

}  // namespace

int32_t maas_function(const char* name, void* const* inputs, int32_t input_count, void* output, void* const* saved,
                      int32_t saved_count, maas_function_backward backward, void (*release)(void*), void* context) {
    return maas::guard<int32_t>(-1, [&]() -> int32_t {
        auto node = std::shared_ptr<CallerFunction>(new CallerFunction(backward, release, context, name),
                                                    torch::autograd::deleteNode);
        auto& result = tensor(output);
        TORCH_CHECK(result.is_leaf() && !result.requires_grad() && !result.is_view(), name,
                    ": expected forward to return a new tensor, got an input or a view");
        torch::autograd::edge_list edges;
        for (int32_t i = 0; i < input_count; i++) edges.push_back(torch::autograd::impl::gradient_edge(tensor(inputs[i])));
        node->set_next_edges(std::move(edges));
        torch::autograd::set_history(result, node);
        std::vector<torch::autograd::SavedVariable> variables;
        for (int32_t i = 0; i < saved_count; i++)
            variables.emplace_back(tensor(saved[i]), tensor(saved[i]).is_same(result));
        node->save(std::move(variables));
        return 0;
    });
}

void maas_set_last_error(const char* message) { maas::set_error(message); }
