using MaaS.Serving.Security;

namespace MaaS.Serving.Models;

/// <summary>Decides at the start whether the server has what it needs.</summary>
internal static class StartCheck
{
    /// <summary>Stops the start where the folder has a version twice.</summary>
    /// <exception cref="InvalidOperationException">It has.</exception>
    public static void ThrowIfTwice(ModelScan scan, MaaSServingOptions options)
    {
        if (scan.Sources.GroupBy(s => (s.Name, s.Version)).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new InvalidOperationException(
                $"expected each model once in '{options.ModelsPath}', got '{twice.Key.Name}' in the same version "
                    + "twice: "
                + $"{string.Join(" and ", twice.Select(s => Path.GetFileName(s.Location)))}.");
        }
    }

    /// <summary>Stops the start where nothing can answer, or the options name what is not there.</summary>
    /// <returns>False where there is no model yet, and what is put into the folder will be served.</returns>
    /// <exception cref="InvalidOperationException">
    /// There is no model, none could be loaded, or an option is wrong.
    /// </exception>
    public static bool HasModels(ModelScan scan, LifecycleMachine machine, MaaSServingOptions options)
    {
        if (scan is { Sources.Count: 0, Unreadable.Count: 0 })
        {
            return options.Watch && Directory.Exists(options.ModelsPath) ? false : throw new InvalidOperationException(
                $"expected .onnx files, .maas files, package folders or registry folders in '{options.ModelsPath}', "
                    + "found none.");
        }

        var families = machine.Families;
        var causes = families.Unreadable.Select(u => u.Cause)
            .Concat(families.Slots.Select(s => s.Fault?.Cause).OfType<Exception>()).ToArray();
        if (machine.View.Models.Count == 0 && causes.Length > 0)
        {
            throw new InvalidOperationException(
                $"no model could be loaded: {string.Join("; ", causes.Select(c => c.Message))}", causes[0]);
        }

        if (options.DefaultModel is { } name && families.Find(name) is null)
        {
            throw new InvalidOperationException(
                "DefaultModel: expected one of the models "
                    + $"[{string.Join(", ", families.Names.Order(StringComparer.Ordinal))}], got '{name}'.");
        }

        var faults = families.Names
            .SelectMany(
                n
                    => options.For(n).Route is { } route
                    ? RouteCheck.Faults(machine.View.Models, n, route, Caller.Server) : [])
            .Concat(options.Models.Keys.Where(n => families.Find(n) is null)
                .Select(n => $"Models: expected names among [{string.Join(", ", families.Names)}], got '{n}'"))
            .ToArray();
        return faults.Length == 0 ? true : throw new InvalidOperationException(string.Join("; ", faults));
    }
}
