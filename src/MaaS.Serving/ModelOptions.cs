namespace MaaS.Serving;

/// <summary>How one model is run. Null takes the value of <see cref="MaaSServingOptions.Defaults"/>, and then the one named here.</summary>
public sealed record ModelOptions
{
    /// <summary>Threads inside one operator; 0 lets the server choose. Default 0.</summary>
    public int? IntraOpThreads { get; set; }

    /// <summary>These options, those of <paramref name="defaults"/> where they are null.</summary>
    internal ModelOptions Over(ModelOptions defaults) => new()
    {
        IntraOpThreads = IntraOpThreads ?? defaults.IntraOpThreads,
    };

    /// <summary>Every fault, as <c>Models:digits:IntraOpThreads: expected …</c>.</summary>
    internal IEnumerable<string> Faults(string path)
    {
        if (IntraOpThreads is < 0 or > 1024)
        {
            yield return $"{path}:{nameof(IntraOpThreads)}: expected 0 to 1024, got {IntraOpThreads}";
        }
    }
}
