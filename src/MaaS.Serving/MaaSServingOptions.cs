using MaaS.Core.Packages;

namespace MaaS.Serving;

/// <summary>What is served and within which limits. Checked when the host starts; every fault is named at
/// once.</summary>
public sealed class MaaSServingOptions
{
    /// <summary>
    /// A folder of models (<c>.onnx</c> files, <c>.maas</c> files, package folders, registry folders), or one of these.
    /// Default: <c>models</c>, and <c>registry-models</c> with a <see cref="Registry"/>.
    /// </summary>
    public string ModelsPath
    {
        get => field ?? (Registry is null ? "models" : "registry-models");
        set;
    }

    /// <summary>
    /// A registry (<c>sqlite:FILE</c> or <c>postgres:…;Contents=FOLDER</c>) whose versions in production or with an
    /// alias are served; <see cref="ModelsPath"/> is then a folder for their copies, and requests that name no version
    /// are answered by the one in production. Null for the folder alone.
    /// </summary>
    public string? Registry { get; set; }

    /// <summary>Where a gateway and others reach this server, as <c>http://10.0.0.7:8080</c>: it is then announced in
    /// the
    /// <see cref="Registry"/> while it runs. Port 0 stands for the one that the server got. Null to stay
    /// unannounced.</summary>
    public string? AnnounceUrl { get; set; }

    /// <summary>Likewise for gRPC; null for the announced host with the port of <see cref="GrpcUrl"/>, where that is
    /// known.</summary>
    public string? AnnounceGrpcUrl { get; set; }

    /// <summary>Label that answers requests which name no version, where a model has it and no route: no other version
    /// stands in for it. Null for the latest version. Default: <c>production</c> with a <see cref="Registry"/>, else
    /// null.</summary>
    public string? DefaultLabel
    {
        get => field ?? (Registry is null ? null : "production");
        set;
    }

    /// <summary>The model that <c>/predict</c> uses when the request names none; null when there is only one.</summary>
    public string? DefaultModel { get; set; }

    /// <summary>Whether changes in the folder are followed while the server runs. Default true.</summary>
    public bool Watch { get; set; } = true;

    /// <summary>Time between two looks into the folder, for file systems that report no changes. Default 5 s.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a changed file must stay as it is before it is loaded: it may still be copied. Default 0.5
    /// s.</summary>
    public TimeSpan SettleTime { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// Estimated memory that loaded models may take, in bytes; the one that was not asked for the longest is unloaded
    /// to make room, and loaded again by its next request. Null for no limit. A model counts as the larger of its
    /// network's size and the growth of the process that its load was measured to bring.
    /// </summary>
    public long? MemoryLimitBytes { get; set; }

    /// <summary>Models that are loaded at the same time. Default: half of the cores, at least 1.</summary>
    public int MaxConcurrentLoads { get; set; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>
    /// File that keeps what was asked for at run time (models loaded and unloaded, routes), so that a restart finds it;
    /// null keeps it in memory only.
    /// </summary>
    public string? StateFile { get; set; }

    /// <summary>How long a stopping server goes on to listen after it has said that it is not ready. Default
    /// 0.</summary>
    public TimeSpan DrainDelay { get; set; }

    /// <summary>How long a stopping server lets requests finish before it cuts them off. Default 30 s.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Largest request body, in bytes. Default 64 MiB.</summary>
    public long MaxRequestBytes { get; set; } = 64L << 20;

    /// <summary>
    /// Where a host of its own listens for gRPC without TLS, as <c>http://0.0.0.0:8081</c>: HTTP/2 in clear text needs
    /// a port of its own. Null for none; an <c>https</c> port of the host, and of an application that embeds MaaS,
    /// takes gRPC anyway.
    /// </summary>
    public string? GrpcUrl { get; set; }

    /// <summary>
    /// Whether gRPC clients may ask for the services and their messages (server reflection). Default true; an
    /// application that maps reflection itself sets false.
    /// </summary>
    public bool GrpcReflection { get; set; } = true;

    /// <summary>
    /// How long no large request must have come before memory is given back to the system; null keeps it. Default 30 s.
    /// </summary>
    public TimeSpan? ReleaseMemoryAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time from a request's arrival to its answer; null for no limit. Default 60 s.</summary>
    public TimeSpan? RequestTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How models are run unless <see cref="Models"/> says otherwise.</summary>
    public ModelOptions Defaults { get; set; } = new();

    /// <summary>How single models are run, by their names.</summary>
    public IDictionary<string, ModelOptions> Models { get; } = new Dictionary<string, ModelOptions>(
        StringComparer.Ordinal);

    /// <summary>Whether each model runs once on zeros before it is ready; a failure is only logged. Default
    /// true.</summary>
    public bool WarmUp { get; set; } = true;

    /// <summary>
    /// Whether the server is ready only while every model that was found at the start can answer. Default false: it is
    /// ready as soon as all loads of the start have ended and something answers; what is broken stands in the index and
    /// the log.
    /// </summary>
    public bool StrictReadiness { get; set; }

    /// <summary>How numbers that are not finite stand in JSON answers. Default: as the tokens NaN, Infinity and
    /// -Infinity.</summary>
    public NonFiniteNumbers NonFiniteNumbers { get; set; }

    /// <summary>How strings that are no UTF-8 stand in JSON answers. Default: the answer is an error, 422.</summary>
    public NonTextBytes NonTextBytes { get; set; }

    /// <summary>Whether the page for people is served at the root of the endpoints. Default true.</summary>
    public bool Page { get; set; } = true;

    /// <summary>Tensors in shared memory of this machine.</summary>
    public SharedMemoryOptions SharedMemory { get; } = new();

    /// <summary>Packages that accounts publish in the catalogue, where there is a <see cref="Registry"/>.</summary>
    public PublishingOptions Publishing { get; } = new();

    /// <summary>Who may do what, and how often.</summary>
    public SecurityOptions Security { get; } = new();

    /// <summary>Metrics, traces, logs and samples.</summary>
    public TelemetryOptions Telemetry { get; } = new();

    /// <summary>Limits of packages, and keys that an application has at hand; <see cref="SecurityOptions.Trust"/> adds
    /// keys out of files and rules by model.</summary>
    public PackageReadOptions Packages { get; set; } = new();

    /// <summary>What the configuration has that is no option, or has no value of an option's type.</summary>
    internal IReadOnlyList<string> ConfigurationFaults { get; set; } = [];

    /// <summary>How the model of that name is run.</summary>
    /// <param name="name">The model.</param>
    /// <param name="folder">What its folder says, under what is configured for the model itself; null for
    /// nothing.</param>
    internal ModelOptions For(string name, ModelOptions? folder = null)
    {
        var defaults = folder?.Over(Defaults) ?? Defaults;
        return Models.TryGetValue(name, out var own) ? own.Over(defaults) : defaults;
    }
}
