using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>Makes a parameter of a tensor, which is used up: its handle becomes the parameter's.</summary>
            public static Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>A tensor that a module learns.</summary>
    public class Parameter : Tensor
    {
        /// <param name="data">A leaf of the graph; it is used up, its handle becomes the parameter's.</param>
        /// <param name="requires_grad">Whether backward computes its gradient.</param>
        public Parameter(Tensor data, bool requires_grad = true) : base(data.with_requires_grad(requires_grad).DecoupleFromNativeHandle(), false) =>
            DisposeScope.ReplaceWith(data, this);
    }
}
