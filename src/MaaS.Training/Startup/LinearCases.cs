using static TorchSharp.torch;

namespace MaaS.Training.Startup;

/// <summary>Linear layers in float32 and bfloat16.</summary>
internal static class LinearCases
{
    private static readonly string[] Results = ["output", "input gradient", "weight gradient", "bias gradient"];

    /// <summary>Outputs and all gradients.</summary>
    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        Case(2, 3, 2, ScalarType.Float32),
        Case(7, 13, 5, ScalarType.Float32),
        Case(16, 64, 32, ScalarType.Float32),
        Case(8, 16, 10, ScalarType.BFloat16),
        Case(16, 64, 32, ScalarType.BFloat16),
    ];

    private static OperatorCase Case(long batch, long inputs, long outputs, ScalarType type) => new(
        type == ScalarType.BFloat16 ? "linear bfloat16" : "linear", $"{inputs}→{outputs} features, batch {batch}",
        [[batch, inputs], [outputs, inputs], [outputs]], Run, Results, type);

    private static Tensor[] Run(Tensor[] t)
    {
        foreach (var leaf in t)
        {
            leaf.requires_grad = true;
        }

        return Gradients.Of(nn.functional.linear(t[0], t[1], t[2]), t);
    }
}
