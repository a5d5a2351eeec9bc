using MaaS.Core.Packages;

namespace MaaS.Serving;

/// <summary>What is served and within which limits. Checked when the host starts; every fault is named at once.</summary>
public sealed class MaaSServingOptions
{
    /// <summary>
    /// A folder of models (<c>.onnx</c> files, <c>.maas</c> files, package folders, registry folders), or one of these.
    /// </summary>
    public string ModelsPath { get; set; } = "models";

    /// <summary>The model that <c>/predict</c> uses when the request names none; null when there is only one.</summary>
    public string? DefaultModel { get; set; }

    /// <summary>Whether every version of a registered model is loaded. Default false: the latest and the labelled ones.</summary>
    public bool LoadAllVersions { get; set; }

    /// <summary>Largest request body, in bytes. Default 64 MiB.</summary>
    public long MaxRequestBytes { get; set; } = 64L << 20;

    /// <summary>Longest time from a request's arrival to its answer; null for no limit. Default 60 s.</summary>
    public TimeSpan? RequestTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How models are run unless <see cref="Models"/> says otherwise.</summary>
    public ModelOptions Defaults { get; set; } = new();

    /// <summary>How single models are run, by their names.</summary>
    public IDictionary<string, ModelOptions> Models { get; } = new Dictionary<string, ModelOptions>(StringComparer.Ordinal);

    /// <summary>Whether each model runs once on zeros before it is ready; a failure is only logged. Default true.</summary>
    public bool WarmUp { get; set; } = true;

    /// <summary>Limits and trusted signing keys for packages.</summary>
    public PackageReadOptions Packages { get; set; } = new();

    /// <summary>How the model of that name is run.</summary>
    internal ModelOptions For(string name) => Models.TryGetValue(name, out var own) ? own.Over(Defaults) : Defaults;
}
