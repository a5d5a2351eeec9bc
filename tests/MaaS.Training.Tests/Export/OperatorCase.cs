using static TorchSharp.torch;

namespace MaaS.Training.Tests.Export;

/// <summary>One row of the operator table: a forward over one input whose axis 0 is dynamic.</summary>
public sealed record OperatorCase(string Name, Func<Tensor> Input, Func<Tensor, object> Forward)
{
    /// <summary>A case on normal random numbers of a shape.</summary>
    public static OperatorCase Of(string name, long[] shape, Func<Tensor, object> forward) =>
        new(name, () => randn(shape), forward);

    /// <summary>A case on random integers below a limit.</summary>
    public static OperatorCase OfInts(string name, long limit, long[] shape, Func<Tensor, object> forward) =>
        new(name, () => randint(0, limit, shape, dtype: ScalarType.Int64), forward);

    public override string ToString() => Name;
}
