using System.Reflection;
using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Export;

/// <summary>Tells the tracer which submodule is running, through forward hooks, for node names and errors. A module
/// whose class has no such hooks counts as part of its parent.</summary>
internal sealed class ModuleScopes : IDisposable
{
    private readonly List<Action> _removals = [];

    public ModuleScopes(nn.Module module)
    {
        foreach (var (path, submodule) in module.named_modules())
        {
            if (path.Length == 0) continue;
            Register(submodule, "register_forward_pre_hook", _ => NativeTracer.PushScope(path));
            Register(submodule, "register_forward_hook", static _ => NativeTracer.PopScope());
        }
    }

    public void Dispose()
    {
        foreach (var remove in _removals) remove();
    }

    private void Register(nn.Module module, string method, Action<nn.Module> hook)
    {
        var register = module.GetType().GetMethod(method, [typeof(Action<nn.Module>)]);
        if (register?.Invoke(module, [hook]) is { } remover
            && remover.GetType().GetMethod("remove", BindingFlags.Public | BindingFlags.Instance, []) is { } remove)
        {
            _removals.Add(() => remove.Invoke(remover, []));
        }
    }
}
