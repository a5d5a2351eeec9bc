namespace MaaS.Serving.Execution;

/// <summary>
/// A concern around every run: statistics, shadow traffic, sampling. Register as a service, any number of them.
/// </summary>
/// <param name="Order">Layers of lower order are further out.</param>
/// <param name="Wrap">Puts the layer around the next executor.</param>
/// <remarks>Orders in use: see <see cref="ExecutorOrder"/>.</remarks>
public sealed record ExecutorLayer(int Order, Func<IServiceProvider, IInferenceExecutor, IInferenceExecutor> Wrap)
{
    /// <summary>The innermost executor with every layer around it.</summary>
    internal static IInferenceExecutor Chain(IServiceProvider services, IEnumerable<ExecutorLayer> layers)
        => layers.OrderByDescending(l => l.Order)
            .Aggregate((IInferenceExecutor)new RunnerExecutor(), (next, layer) => layer.Wrap(services, next));
}
