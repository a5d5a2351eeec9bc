namespace MaaS.Benchmarks.Training;

/// <summary>One way to train.</summary>
/// <param name="Key">Short name for the command line.</param>
/// <param name="Name">Name in the table.</param>
/// <param name="Environment">Environment variables that its process gets; what is not here is not set at all.</param>
/// <param name="OneDnn">As in <see cref="RunRequest.OneDnn"/>.</param>
internal sealed record Side(
    string Key, string Name, IReadOnlyDictionary<string, string> Environment, string OneDnn = Side.DefaultOneDnn)
{
    public const string MaaSKey = "maas", TunedKey = "torchsharp-tuned", DefaultOneDnn = "default";

    private const string Bytes = "1073741824";

    // glibc keeps freed tensors: without it the tuned PyTorch loop took 31 s an epoch of ConvNet instead of 7 to 8.
    // OpenMP's threads give way to other work, as MaaS has them do.
    private static readonly KeyValuePair<string, string>[] KeepMemory =
        [new("MALLOC_TRIM_THRESHOLD_", Bytes), new("MALLOC_MMAP_THRESHOLD_", Bytes), new("GOMP_SPINCOUNT", "1000")];

    // The module class comes from MaaS.Training, whose own settings must not help TorchSharp's loops.
    private static readonly KeyValuePair<string, string> NoMaasSettings = new("MAAS_TORCH_DEFAULTS", "0");

    /// <summary>All sides in the table's order.</summary>
    public static IReadOnlyList<Side> All { get; } =
    [
        new(MaaSKey, "MaaS", Dictionary()),
        new("torchsharp", "TorchSharp idiomatic", Dictionary(NoMaasSettings)),
        new(TunedKey, "TorchSharp tuned", Dictionary([NoMaasSettings, .. KeepMemory])),
        new("pytorch", "PyTorch idiomatic", Dictionary()),
        new("pytorch-tuned", "PyTorch tuned", Dictionary(KeepMemory)),
    ];

    /// <summary>Whether it runs in this program, not in Python.</summary>
    public bool IsDotNet => !Key.StartsWith("pytorch", StringComparison.Ordinal);

    /// <summary>The same side with the oneDNN setting that MaaS chose for itself.</summary>
    public Side With(string oneDnn) => this with
    {
        Name = $"{Name}, oneDNN {oneDnn} as MaaS",
        OneDnn = oneDnn,
        Environment = oneDnn == MaaS.Benchmarks.Training.OneDnn.SwitchedOff
            ? Environment
            : Dictionary([.. Environment, new(MaaS.Benchmarks.Training.OneDnn.Variable, oneDnn)]),
    };

    private static Dictionary<string, string> Dictionary(
        params KeyValuePair<string, string>[] variables) => new(variables);
}
