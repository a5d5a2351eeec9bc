using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using MaaS.Training.Tracing.LibTorch;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing;

/// <summary>The tensors that a module holds.</summary>
internal static class ModuleState
{
    /// <summary>Parameters and buffers by name. Tied ones appear once, under their first name.</summary>
    public static IReadOnlyList<(string Name, Tensor Tensor)> Of(nn.Module module) =>
    [
        .. module.named_parameters().Select(static pair => (pair.name, (Tensor)pair.parameter))
            .Concat(module.named_buffers().Select(static pair => (pair.name, pair.buffer)))
            .DistinctBy(static pair => TensorHandles.Implementation(pair.Item2)),
    ];

    /// <summary>Refuses a module whose fields hold weights that are not among its parameters: a trace would freeze
    /// them, and TorchSharp's matmul ends the process when it meets one in a trace.</summary>
    /// <exception cref="TracingException">There are such weights; the message names them.</exception>
    public static void RefuseFreeWeights(nn.Module module)
    {
        HashSet<nint> registered = [.. Of(module).Select(static pair => TensorHandles.Implementation(pair.Tensor))];
        var free = new List<string>();
        new TensorSearch(intoTorchSharp: false, (tensor, path) =>
        {
            if (!tensor.IsInvalid && tensor.requires_grad && registered.Add(TensorHandles.Implementation(tensor)))
            {
                free.Add(path);
            }
        }).Visit(module, "");
        if (free.Count > 0)
        {
            throw new TracingException(
                $"{module.GetName()} holds weights that require a gradient and are not among its parameters: "
                + $"{string.Join(", ", free)}. Register them: call RegisterComponents() after the fields are "
                + "set, use ModuleList for lists of modules, or register_parameter and register_module; freeze those "
                + "that are meant as constants (requires_grad = false)");
        }
    }

    /// <summary>Every object of a tensor that the module and its submodules hold: parameters, buffers, and what stands
    /// in fields, TorchSharp's own included.</summary>
    public static IReadOnlyList<Tensor> Tensors(nn.Module module)
    {
        var found = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
        var search = new TensorSearch(intoTorchSharp: true, (tensor, _) => found.Add(tensor));
        search.Visit(module, "");
        foreach (var (_, buffer) in module.named_buffers())
        {
            search.Visit(buffer, "");
        }

        return [.. found.Where(static tensor => !tensor.IsInvalid && !tensor.is_sparse)];
    }

    private sealed class TensorSearch(bool intoTorchSharp, Action<Tensor, string> found)
    {
        private readonly HashSet<object> _visited = new(ReferenceEqualityComparer.Instance);

        public void Visit(object? value, string path)
        {
            switch (value)
            {
                case Tensor tensor:
                    found(tensor, path);
                    break;
                case nn.Module module when _visited.Add(module):
                    VisitModule(module, path);
                    break;
                case IDictionary dictionary when _visited.Add(dictionary):
                    foreach (DictionaryEntry entry in dictionary)
                    {
                        Visit(entry.Value, $"{path}[{entry.Key}]");
                    }

                    break;
                case IList list when _visited.Add(list):
                    for (var i = 0; i < list.Count; i++)
                    {
                        Visit(list[i], $"{path}[{i}]");
                    }

                    break;
                case Delegate { Target: { } closure } when IsClosure(closure) && _visited.Add(closure):
                    VisitFields(closure, closure.GetType(), path);
                    break;
                case ITuple tuple:
                    for (var i = 0; i < tuple.Length; i++)
                    {
                        Visit(tuple[i], $"{path}.Item{i + 1}");
                    }

                    break;
            }
        }

        private void VisitModule(nn.Module module, string path)
        {
            foreach (var (name, child) in module.named_children())
            {
                Visit(child, Join(path, name));
            }

            // A module in a list that was not registered brings parameters of its own.
            foreach (var (name, parameter) in module.named_parameters(recurse: false))
            {
                Visit(parameter, Join(path, name));
            }

            // The base classes of TorchSharp itself hold what is registered.
            var torchSharp = typeof(nn.Module).Assembly;
            for (var type = module.GetType();
                type is not null && (intoTorchSharp || type.Assembly != torchSharp); type = type.BaseType)
            {
                VisitFields(module, type, path);
            }
        }

        private void VisitFields(object holder, Type type, string path)
        {
            foreach (var field in type.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (!field.FieldType.IsValueType || typeof(ITuple).IsAssignableFrom(field.FieldType))
                {
                    Visit(field.GetValue(holder), Join(path, field.Name));
                }
            }
        }

        // What a lambda captured.
        private static bool IsClosure(object target) =>
            target.GetType().IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);

        private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
    }
}
