using System.Linq.Expressions;
using System.Reflection;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing;

/// <summary>Tells <see cref="ModulePath"/> which submodule is running, through forward hooks, for node names and
/// errors. A module whose class has no such hooks counts as part of its parent.</summary>
internal sealed class ModuleScopes : IDisposable
{
    private readonly List<Action> _removals = [];

    public ModuleScopes(nn.Module module)
    {
        foreach (var (path, submodule) in module.named_modules())
        {
            if (path.Length > 0)
            {
                Register(submodule, "register_forward_pre_hook", () => ModulePath.Enter(path));
                Register(submodule, "register_forward_hook", () => ModulePath.Leave(path));
            }
        }
    }

    public void Dispose()
    {
        foreach (var remove in _removals)
        {
            remove();
        }
    }

    // TorchSharp types a hook by the module's signature: Func<Module<T…, TResult>, T…, T…> before,
    // Func<Module<T…, TResult>, T…, TResult, TResult> after. What it returns takes the place of the inputs or the
    // result; null leaves them as they are.
    private void Register(nn.Module module, string method, Action notify)
    {
        var register = module.GetType().GetMethods(BindingFlags.Public | BindingFlags.Instance)
            .FirstOrDefault(candidate => candidate.Name == method && candidate.GetParameters().Length == 1);
        if (register?.GetParameters()[0].ParameterType is not { } type || type.GetMethod("Invoke") is not { } invoke)
        {
            return;
        }

        ParameterExpression[] parameters =
            [.. invoke.GetParameters().Select(static p => Expression.Parameter(p.ParameterType))];
        Expression body = Expression.Invoke(Expression.Constant(notify));
        if (invoke.ReturnType != typeof(void))
        {
            var unchanged = parameters[^1].Type == invoke.ReturnType ? (Expression)parameters[^1]
                : Expression.Default(invoke.ReturnType);
            body = Expression.Block(invoke.ReturnType, body, unchanged);
        }

        var hook = register.Invoke(module, [Expression.Lambda(type, body, parameters).Compile()]);
        if (hook?.GetType().GetMethod("remove", BindingFlags.Public | BindingFlags.Instance, []) is { } remove)
        {
            _removals.Add(() => remove.Invoke(hook, []));
        }
    }
}
