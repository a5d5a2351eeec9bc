using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            /// <summary>Scales all gradients down together so that their joint norm is at most max_norm, in place.</summary>
            /// <returns>The norm before.</returns>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                using var _ = no_grad();
                using var scope = NewDisposeScope();
                var grads = Gradients(tensors);
                if (grads.Length == 0) return 0;
                var norms = grads.Select(g => Dispatcher.Call("linalg_vector_norm", g, norm_type)).ToArray();
                var total = Dispatcher.Call("linalg_vector_norm", Dispatcher.Call("stack", norms), norm_type);
                var factor = total.add(1e-6).reciprocal().mul(max_norm).clamp_max(1.0);
                foreach (var grad in grads) grad.mul_(factor);
                return total.ToDouble();
            }

            /// <summary>Clamps every element of all gradients to [-clip_value, clip_value], in place.</summary>
            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using var _ = no_grad();
                using var scope = NewDisposeScope();
                foreach (var grad in Gradients(tensors)) grad.clamp_(-clip_value, clip_value);
            }

            /// <summary>All parameters, flat, one after the other.</summary>
            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors)
            {
                using var scope = NewDisposeScope();
                return Dispatcher.Call("cat", tensors.Select(t => t.reshape(-1)).ToArray(), 0L).MoveToOuterDisposeScope();
            }

            /// <summary>Copies consecutive stretches of a vector into the parameters.</summary>
            /// <exception cref="ArgumentException">The vector's length is not the parameters' count of elements.</exception>
            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors)
            {
                using var _ = no_grad();
                using var scope = NewDisposeScope();
                var parameters = tensors.ToList();
                var length = parameters.Sum(p => p.numel());
                if (vec.dim() != 1 || vec.numel() != length)
                    throw new ArgumentException($"vector_to_parameters: expected ({length}), got ({string.Join(", ", vec.shape)}).", nameof(vec));
                var start = 0L;
                foreach (var parameter in parameters)
                {
                    var stretch = Dispatcher.Call("slice.Tensor", vec, 0L, start, start += parameter.numel());
                    parameter.copy_(stretch.reshape(parameter.shape));
                }
            }

            private static Tensor[] Gradients(IEnumerable<Parameter> parameters) => [.. parameters.Select(p => p.grad).OfType<Tensor>()];
        }
    }
}
