using System.Globalization;
using MaaS.Serving.Faults;
using MaaS.Serving.Security;

namespace MaaS.Serving.Models;

/// <summary>
/// What clients are told of models that they cannot have. Errors name only models that the caller may use.
/// </summary>
internal sealed class RepositoryFaults(ModelLifecycle lifecycle)
{
    public RequestException NoSuchModel(string name, Caller caller)
    {
        var visible = lifecycle.Views.Keys.Order(StringComparer.Ordinal).Where(caller.MayUse);
        return RequestException.NotFound($"expected one of the models [{string.Join(", ", visible)}], got '{name}'");
    }

    public static RequestException NoSuchVersion(string name, IEnumerable<ModelVersionStatus> all, string got)
        => got.Length > 0 && got.All(char.IsAsciiDigit)
        && !long.TryParse(got, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? RequestException.BadRequest($"model '{name}': expected a version of at most 63 bits, got '{got}'")
            : RequestException.NotFound(
                $"model '{name}': expected one of the versions [{string.Join(", ", all.Select(s => s.Version))}], "
                    + $"got '{got}'");

    /// <summary>Why a model, version or label that was asked for cannot answer.</summary>
    public RequestException Unavailable(string name, ModelReference reference, Caller caller)
    {
        var all = lifecycle.Status(name);
        if (all.Count == 0)
        {
            return NoSuchModel(name, caller);
        }

        if (reference.Label is { } label)
        {
            var labels = lifecycle.Read(name, static f => f.WantedLabels) ?? new Dictionary<string, long>();
            return labels.TryGetValue(label, out var target)
                ? Unready(name, all.Where(s => s.Version == target))
                : RequestException.NotFound(
                    $"model '{name}': expected one of the labels [{string.Join(", ", labels.Keys)}], got '{label}'");
        }

        var asked = reference.Version is { } version
            ? all.Where(s => s.Version.ToString(CultureInfo.InvariantCulture) == version).ToArray() : all;
        return asked.Count == 0 ? NoSuchVersion(name, all, reference.Version!) : Unready(name, asked);
    }

    /// <summary>A version's state, with its error where it has one.</summary>
    public static string Describe(ModelVersionStatus status)
    {
        var error = status.ErrorMessage.Length > 0 ? $" ({status.ErrorMessage})" : "";
        return $"version {status.Version} in state {status.State.ToString().ToUpperInvariant()}{error}";
    }

    private static RequestException Unready(string name, IEnumerable<ModelVersionStatus> versions) => new(
        FaultKind.Unavailable,
        $"model '{name}': expected a version that is loaded, got {string.Join("; ", versions.Select(Describe))}");
}
