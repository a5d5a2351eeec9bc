using MaaS.Training.Export;
using MaaS.Training.Export.Tracing;
using TorchSharp;
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
        State = [.. module.named_parameters().Select(static p => (p.name, (Tensor)p.parameter))
            .Concat(module.named_buffers().Select(static b => (b.name, b.buffer))).DistinctBy(static s => s.Item2.Handle)];
    }

    public nn.Module Module { get; }

    /// <summary>Parameters and buffers by their first name; the module's own tensors.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> State { get; }

    public int InputCount => _examples.Count;

    /// <summary>Names and present shapes of <see cref="State"/>.</summary>
    public IReadOnlyList<(string Name, long[] Shape)> Shapes => [.. State.Select(static s => (s.Name, s.Tensor.shape))];

    /// <summary>One run in evaluation mode, as recorded.</summary>
    public TracedProgram Trace()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var mode = new EvaluationMode(Module);
        using var scopes = new ModuleScopes(Module);
        (string, Tensor)[] inputs = [.. _examples.Select(static (example, i) => ($"input.{i}", example)), .. State];
        return TraceMerger.Merge([ModuleTracer.Trace(inputs, () => [.. _invoke(_examples).Select(static r => r.Tensor)]).Trace]);
    }

    /// <summary>One run in evaluation mode, for timing.</summary>
    public void Run()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        _invoke(_examples);
    }
}
