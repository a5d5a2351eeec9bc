using System.Runtime.InteropServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>A differentiable operation whose forward and backward pass are the user's.</summary>
        public abstract class Function<T> where T : Function<T>, new()
        {
            internal static T Instance { get; } = new();

            public abstract string Name { get; }

            internal abstract Tensor Forward(AutogradContext ctx, object?[] vars);

            internal abstract List<Tensor?> Backward(AutogradContext ctx, Tensor gradient);

            internal static Tensor Apply(object?[] vars)
            {
                var context = new AutogradContext(Array.ConvertAll(vars, static v => v is Tensor), Instance.Backward);
                Tensor output;
                using (no_grad()) output = Instance.Forward(context, vars);
                Tensor[] inputs = [.. vars.OfType<Tensor>()];
                if (is_grad_enabled() && inputs.Any(static i => i.requires_grad))
                    AutogradNode.Attach(Instance.Name, inputs, output, context);
                return output;
            }
        }

        /// <summary>A <see cref="Function{T}"/> with one result.</summary>
        public abstract class SingleTensorFunction<T> : Function<T> where T : SingleTensorFunction<T>, new()
        {
            public static Tensor apply(params object?[] vars) => Apply(vars);

            /// <summary>Computes the result, a new tensor, without recording.</summary>
            public abstract Tensor forward(AutogradContext ctx, params object?[] vars);

            /// <summary>One gradient for each argument of forward, null for those that are no tensor.</summary>
            public abstract List<Tensor?> backward(AutogradContext ctx, Tensor grad_output);

            internal sealed override Tensor Forward(AutogradContext ctx, object?[] vars) => forward(ctx, vars);

            internal sealed override List<Tensor?> Backward(AutogradContext ctx, Tensor gradient) => backward(ctx, gradient);
        }

        /// <summary>The graph's node of one application, which calls back when a gradient arrives.</summary>
        private static unsafe class AutogradNode
        {
            public static void Attach(string name, Tensor[] inputs, Tensor output, AutogradContext context)
            {
                nint[] saved = [.. context.ToSave.Select(static t => t.Handle)];
                fixed (nint* ins = Handles(inputs), keep = saved)
                {
                    // The node owns the handle to the context from here on, also when the call fails.
                    Native.Check(Native.maas_function(
                        name, ins, inputs.Length, output.Handle, keep, saved.Length, &Run, &Release,
                        GCHandle.ToIntPtr(GCHandle.Alloc(context))));
                }
                GC.KeepAlive(inputs);
                GC.KeepAlive(context.ToSave);
                context.ToSave = [];
            }

            [UnmanagedCallersOnly]
            private static int Run(nint handle, nint gradient, nint* saved, int savedCount, nint* results, int count)
            {
                try
                {
                    using var scope = NewDisposeScope();
                    var context = (AutogradContext)GCHandle.FromIntPtr(handle).Target!;
                    var output = new Tensor(gradient);
                    var tensors = new List<Tensor>();
                    for (var i = 0; i < savedCount; i++) tensors.Add(new Tensor(saved[i]));
                    var gradients = context.Backward(tensors, output);
                    for (int i = 0, next = 0; i < gradients.Count; i++)
                    {
                        if (!context.TensorArguments[i]) continue;
                        results[next++] = gradients[i] is { } result ? Native.Check(Native.maas_tensor_alias(result.Handle)) : 0;
                    }
                    return 0;
                }
                catch (Exception e)
                {
                    // No exception may cross the native frames of the backward pass; the message goes along instead.
                    Native.maas_set_last_error(e.Message);
                    return -1;
                }
            }

            [UnmanagedCallersOnly]
            private static void Release(nint context) => GCHandle.FromIntPtr(context).Free();
        }
    }
}
