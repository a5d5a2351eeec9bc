namespace MaaS.Onnx.Passes;

/// <summary>Runs passes until none of them changes anything.</summary>
public static class GraphOptimizer
{
    // A pass that undoes another one would run for ever; real graphs settle in two or three rounds.
    private const int MaxRounds = 10;

    /// <summary>The passes that a finished export goes through, in order.</summary>
    public static IReadOnlyList<IGraphPass> DefaultPasses { get; } =
    [
        new IdentityElimination(), new ConstantFolding(), new CommonSubexpressionElimination(),
        new ConvBatchNormFolding(), new DeadNodeElimination(),
    ];

    /// <summary>Optimizes a model in place.</summary>
    /// <param name="model">The model.</param>
    /// <param name="passes">The passes; <see cref="DefaultPasses"/> where left out.</param>
    /// <exception cref="Inference.InferenceException">A node that depends on constants only cannot be
    /// computed.</exception>
    public static void Optimize(OnnxModel model, IReadOnlyList<IGraphPass>? passes = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        bool changed = true;
        for (int round = 0; changed && round < MaxRounds; round++)
        {
            changed = false;
            foreach (var pass in passes ?? DefaultPasses)
            {
                changed |= pass.Run(model);
            }
        }
    }
}
