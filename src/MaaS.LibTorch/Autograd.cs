using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>The gradients of outputs with respect to inputs; null for an input that was not used.</summary>
        public static unsafe IList<Tensor> grad(
            IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false,
            bool create_graph = false, bool allow_unused = false)
        {
            CheckCount(outputs, grad_outputs, nameof(grad_outputs));
            var results = new nint[inputs.Count];
            var gradients = grad_outputs is null ? null : Handles(grad_outputs);
            fixed (nint* outs = Handles(outputs), ins = Handles(inputs), grads = gradients, res = results)
            {
                Native.Check(Native.maas_autograd_grad(
                    outs, grads, outputs.Count, ins, inputs.Count, retain_graph || create_graph ? 1 : 0,
                    create_graph ? 1 : 0, allow_unused ? 1 : 0, res));
            }
            GC.KeepAlive(outputs);
            GC.KeepAlive(inputs);
            GC.KeepAlive(grad_outputs);
            return [.. results.Select(r => r != 0 ? new Tensor(r) : null!)];
        }

        /// <summary>Adds the gradients of the tensors to the leaves that they depend on.</summary>
        public static unsafe void backward(
            IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null,
            bool create_graph = false, IList<Tensor>? inputs = null)
        {
            CheckCount(tensors, grad_tensors, nameof(grad_tensors));
            var gradients = grad_tensors is null ? null : Handles(grad_tensors);
            var leaves = inputs is null ? null : Handles(inputs);
            fixed (nint* outs = Handles(tensors), grads = gradients, ins = leaves)
            {
                Native.Check(Native.maas_backward(
                    outs, grads, tensors.Count, retain_graph ?? create_graph ? 1 : 0, create_graph ? 1 : 0, ins,
                    inputs?.Count ?? 0));
            }
            GC.KeepAlive(tensors);
            GC.KeepAlive(grad_tensors);
            GC.KeepAlive(inputs);
        }

        public static void backward(
            Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false,
            IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(
            Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false,
            IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        private static nint[] Handles(IList<Tensor> tensors) => [.. tensors.Select(t => t.Handle)];

        private static void CheckCount(IList<Tensor> tensors, IList<Tensor>? gradients, string name)
        {
            if (gradients is not null && gradients.Count != tensors.Count)
                throw new ArgumentException(
                    $"expected one gradient for each of {tensors.Count} tensors, got {gradients.Count}", name);
        }
    }
}
