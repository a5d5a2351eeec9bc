using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Reads tensors of one element back.</summary>
internal static class Scalars
{
    /// <summary>The number, exactly where it has at most 53 bits.</summary>
    public static double Read(Tensor tensor)
    {
        switch (tensor.dtype)
        {
            case ScalarType.Float32:
                return tensor.item<float>();
            case ScalarType.Float64:
                return tensor.item<double>();
            case ScalarType.Int64:
                return tensor.item<long>();
            default:
                using (var wide = tensor.detach().to(ScalarType.Float64))
                {
                    return wide.item<double>();
                }
        }
    }
}
