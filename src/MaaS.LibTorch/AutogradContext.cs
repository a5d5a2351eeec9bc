namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>What a <see cref="Function{T}"/>'s forward pass keeps for its backward pass.</summary>
        public class AutogradContext
        {
            private readonly Dictionary<string, object?> _data = new(StringComparer.Ordinal);
            private readonly Func<AutogradContext, Tensor, List<Tensor?>> _backward;
            private List<Tensor> _saved = [];

            internal AutogradContext(bool[] tensorArguments, Func<AutogradContext, Tensor, List<Tensor?>> backward) =>
                (TensorArguments, _backward) = (tensorArguments, backward);

            /// <summary>Which arguments of apply are tensors.</summary>
            internal bool[] TensorArguments { get; }

            /// <summary>The tensors that the graph is to keep.</summary>
            internal List<Tensor> ToSave { get; set; } = [];

            public void save_for_backward(List<Tensor> tensors) => ToSave = tensors;

            public void save_data(string key, object? value) => _data[key] = value;

            /// <summary>The tensors of <see cref="save_for_backward"/>, checked to be unmodified; in backward only.</summary>
            public List<Tensor> get_saved_variables() => _saved;

            public object? get_data(string key) => _data.GetValueOrDefault(key);

            internal List<Tensor?> Backward(List<Tensor> saved, Tensor gradient)
            {
                _saved = saved;
                var gradients = _backward(this, gradient);
                _saved = [];
                return gradients.Count == TensorArguments.Length
                    ? gradients
                    : throw new InvalidOperationException(
                        $"backward: expected {TensorArguments.Length} gradients, one for each argument, got {gradients.Count}");
            }
        }
    }
}
