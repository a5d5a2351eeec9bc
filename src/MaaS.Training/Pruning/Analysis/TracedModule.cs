using MaaS.Training.Interop;
using MaaS.Training.Tracing;
using static TorchSharp.torch;

namespace MaaS.Training.Pruning.Analysis;

/// <summary>A module with example inputs, to be traced again and again while its channels change.</summary>
internal sealed class TracedModule
{
    private readonly IReadOnlyList<Tensor> _examples;
    private readonly Func<IReadOnlyList<Tensor>, IReadOnlyList<(string? Name, Tensor Tensor)>> _invoke;

    public TracedModule(nn.Module module, IReadOnlyList<Tensor> examples)
    {
        (Module, _examples) = (module, examples);
        _invoke = ModuleInvoker.For(module, examples.Count);
    }

    public nn.Module Module { get; }

    /// <summary>Parameters and buffers by their first name: the module's own tensors, which training may
    /// replace.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> State => ModuleState.Of(Module);

    public int InputCount => _examples.Count;

    /// <summary>Names and present shapes of <see cref="State"/>.</summary>
    public IReadOnlyList<(string Name, long[] Shape)> Shapes => [.. State.Select(static s => (s.Name, s.Tensor.shape))];

    /// <summary>One run in evaluation mode, as recorded.</summary>
    /// <exception cref="PruningException">The module cannot be traced.</exception>
    public TracedProgram Trace()
    {
        try
        {
            return Record();
        }
        catch (TracingException error)
        {
            throw new PruningException(
                $"pruning: {Module.GetName()} cannot be traced: {TorchError.Reason(error)}", error);
        }
    }

    private TracedProgram Record()
    {
        ModuleState.RefuseFreeWeights(Module);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var mode = new EvaluationMode(Module);
        using var scopes = new ModuleScopes(Module);
        var examples = Examples();
        Tensor[] inputs = [.. examples, .. State.Select(static s => s.Tensor)];
        return TraceMerger.Merge(
            [ModuleTracer.Trace(inputs, () => [.. _invoke(examples).Select(static r => r.Tensor)]).Trace]);
    }

    /// <summary>One run in evaluation mode, for timing.</summary>
    public void Run()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        _invoke(Examples());
    }

    // Training may have moved the module.
    private IReadOnlyList<Tensor> Examples()
        => Module.parameters().FirstOrDefault() is { } parameter
            ? [.. _examples.Select(example => example.to(parameter.device))]
            : _examples;
}
