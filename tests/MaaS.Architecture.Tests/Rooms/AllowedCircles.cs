using System.Collections.Frozen;

namespace MaaS.Architecture.Tests.Rooms;

/// <summary>Pairs of rooms that may use each other, each with its reason. None enters without one.</summary>
internal static class AllowedCircles
{
    private const string Grown = "Grew before rooms were held apart.";

    private static readonly FrozenDictionary<string, FrozenDictionary<string, string>> Pairs =
        new Dictionary<string, FrozenDictionary<string, string>>
        {
            ["MaaS.Client"] = Because(
                "The client makes its transports, and they speak in its requests and answers.",
                "(front) ↔ Grpc", "(front) ↔ Resilience", "(front) ↔ Rest"),
            ["MaaS.Serving"] = Because(
                Grown,
                "(front) ↔ Execution", "(front) ↔ Http", "(front) ↔ Json", "(front) ↔ Models", "(front) ↔ Page", "(front) ↔ Protocols",
                "(front) ↔ Security", "(front) ↔ Telemetry", "Audit ↔ Http", "Audit ↔ Security", "Drift ↔ Telemetry", "Ensembles ↔ Models",
                "Execution ↔ Generation", "Execution ↔ Models", "Generation ↔ Models", "Generation ↔ Protocols", "Grpc ↔ Protocols",
                "Grpc ↔ Security", "Http ↔ Json", "Http ↔ Models", "Http ↔ Security", "Http ↔ Telemetry", "Models ↔ Protocols",
                "Models ↔ Quiet", "Models ↔ Routing", "OpenApi ↔ Protocols"),
        }.ToFrozenDictionary();

    /// <summary>The allowed pairs of a project, as <c>A ↔ B</c>, and why.</summary>
    public static FrozenDictionary<string, string> Of(string project) => Pairs.GetValueOrDefault(project, FrozenDictionary<string, string>.Empty);

    private static FrozenDictionary<string, string> Because(string reason, params string[] pairs)
        => pairs.ToFrozenDictionary(static p => p, _ => reason);
}
