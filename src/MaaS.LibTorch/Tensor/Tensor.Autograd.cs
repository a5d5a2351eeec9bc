using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Gradients.
    public partial class Tensor
    {
        public bool requires_grad
        {
            get => Info.RequiresGrad != 0;
            set
            {
                Native.Check(Native.maas_set_requires_grad(Handle, value ? 1 : 0));
                GC.KeepAlive(this);
            }
        }

        public bool is_leaf => Info.IsLeaf != 0;

        /// <summary>The gradient that backward left, a new handle at each read; null when there is none.</summary>
        public Tensor? grad
        {
            get
            {
                var gradient = Native.maas_grad(Handle);
                GC.KeepAlive(this);
                if (gradient != 0) return new Tensor(gradient);
                return Native.LastError is { Length: > 0 } ? throw Native.Error() : null;
            }
            set
            {
                Native.Check(Native.maas_set_grad(Handle, value?.Handle ?? 0));
                GC.KeepAlive(value);
                GC.KeepAlive(this);
            }
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public void retain_grad() => Dispatcher.CallVoid("retain_grad", this);

        public Tensor detach() => Dispatcher.Call("detach", this);

        public Tensor detach_() => Dispatcher.CallInPlace("detach_", this);

        public void backward() => autograd.backward([this]);

        public void backward(
            IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false,
            IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);
    }
}
