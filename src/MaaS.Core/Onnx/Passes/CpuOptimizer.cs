namespace MaaS.Core.Onnx.Passes;

/// <summary>
/// Rewrites a float graph into the operators for which ONNX Runtime has its fastest kernels on processors. What the graph
/// computes stays the same; some operators become ONNX Runtime's own (<c>com.microsoft</c>), so other runtimes may refuse
/// the result. <see cref="Quantization.Quantizer"/> holds quantized models against this form where it is the faster one.
/// </summary>
public static class CpuOptimizer
{
    /// <summary>The passes that follow <see cref="GraphOptimizer.DefaultPasses"/>, in order.</summary>
    public static IReadOnlyList<IGraphPass> Passes { get; } = [new SkipLayerNormFusion(), new GeluBiasSeparation()];

    /// <summary>An optimized copy of a model, or the model itself where no pass finds anything.</summary>
    /// <param name="model">The model; not changed.</param>
    public static OnnxModel Optimize(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var copy = model.Clone();
        GraphOptimizer.Optimize(copy);
        bool changed = false;
        foreach (var pass in Passes) changed |= pass.Run(copy);
        if (!changed) return model;
        new DeadNodeElimination().Run(copy);
        return copy;
    }
}
