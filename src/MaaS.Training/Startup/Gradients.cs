using static TorchSharp.torch;

namespace MaaS.Training.Startup;

/// <summary>Differentiates an output for a fixed gradient of its values.</summary>
internal static class Gradients
{
    private static readonly float[] Pattern = [1f, -0.5f, 0.25f, -1f, 0.75f, 0.5f, -0.25f];

    /// <summary>The output and the gradients of some tensors.</summary>
    /// <param name="output">What was computed from <paramref name="leaves"/>.</param>
    /// <param name="leaves">Tensors that require a gradient.</param>
    public static Tensor[] Of(Tensor output, params Tensor[] leaves)
    {
        var values = new float[output.numel()];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Pattern[i % Pattern.Length];   // Exact in every number type.
        }

        var upstream = tensor(values, output.shape, ScalarType.Float32, CPU).to(output.dtype);
        return [output, .. autograd.grad([output], leaves, [upstream])];
    }
}
