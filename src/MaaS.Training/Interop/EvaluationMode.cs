using static TorchSharp.torch;

namespace MaaS.Training.Interop;

/// <summary>Puts a module in evaluation mode; disposing it gives every submodule the mode it had.</summary>
internal sealed class EvaluationMode : IDisposable
{
    private readonly List<(nn.Module Module, bool Training)> _modes;

    public EvaluationMode(nn.Module module)
    {
        _modes = [
            (module, module.training),
            .. module.named_modules().Select(static pair => (pair.module, pair.module.training))];
        module.eval();
    }

    // Parents stand before their children, so the children's own mode is set last.
    public void Dispose()
    {
        foreach (var (module, training) in _modes)
        {
            module.train(training);
        }
    }
}
