using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing;

/// <summary>Calls a module with a list of tensors, whatever its signature, and flattens what it returns.</summary>
internal static class ModuleInvoker
{
    /// <summary>A function that runs the module and gives its tensors, with names where it returns a
    /// dictionary.</summary>
    /// <exception cref="ArgumentException">The module has no call or forward that takes so many tensors.</exception>
    public static Func<IReadOnlyList<Tensor>, IReadOnlyList<(string? Name, Tensor Tensor)>> For(
        nn.Module module, int inputs) =>
        module switch
        {
            nn.Module<Tensor, Tensor> one when inputs == 1 => x => [(null, one.call(x[0]))],
            nn.Module<Tensor, Tensor, Tensor> two when inputs == 2 => x => [(null, two.call(x[0], x[1]))],
            _ => ByReflection(module, inputs),
        };

    private static Func<IReadOnlyList<Tensor>, IReadOnlyList<(string? Name, Tensor Tensor)>> ByReflection(
        nn.Module module, int inputs)
    {
        // call runs the hooks; forward is the fallback of classes that are no Module<…>.
        var method = module.GetType().GetMethods()
            .Where(m => m.Name is "call" or "forward" && Takes(m, inputs))
            .OrderBy(static m => m.Name, StringComparer.Ordinal)
            .ThenBy(static m => m.GetParameters().Length).FirstOrDefault()
            ?? throw new ArgumentException(
                $"{module.GetType().Name} has no call or forward that takes {inputs} tensors; "
                + "pass a function that calls the module", nameof(inputs));
        return x =>
        {
            object?[] arguments = [.. method.GetParameters()
                .Select(
                    (parameter, i)
                        => i < inputs ? x[i] : parameter.DefaultValue is DBNull ? null : parameter.DefaultValue)];
            try
            {
                return [.. Flatten(null, method.Invoke(module, arguments))];
            }
            catch (TargetInvocationException error) when (error.InnerException is { } inner)
            {
                ExceptionDispatchInfo.Throw(inner);
                throw;
            }
        };
    }

    private static bool Takes(MethodInfo method, int inputs)
    {
        var parameters = method.GetParameters();
        return parameters.Length >= inputs && parameters.Take(inputs).All(static p => p.ParameterType == typeof(Tensor))
            && parameters.Skip(inputs)
                .All(static p => p.IsOptional || Nullable.GetUnderlyingType(p.ParameterType) is not null);
    }

    /// <summary>The tensors in tuples, lists and dictionaries, in order; null and other values are left out.</summary>
    internal static IEnumerable<(string? Name, Tensor Tensor)> Flatten(string? name, object? result)
    {
        switch (result)
        {
            case Tensor tensor:
                return [(name, tensor)];
            case IDictionary dictionary:
                return dictionary.Keys.Cast<object>().SelectMany(key => Flatten(key.ToString(), dictionary[key]));
            case ITuple tuple:
                return Enumerable.Range(0, tuple.Length).SelectMany(i => Flatten(null, tuple[i]));
            case string or null:
                return [];
            case IEnumerable items:
                return items.Cast<object?>().SelectMany(static item => Flatten(null, item));
            default:
                return [];
        }
    }
}
