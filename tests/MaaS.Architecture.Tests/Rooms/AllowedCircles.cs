using System.Collections.Frozen;

namespace MaaS.Architecture.Tests.Rooms;

/// <summary>Pairs of rooms that may use each other, each with its reason. None enters without one.</summary>
internal static class AllowedCircles
{
    private static readonly FrozenDictionary<string, FrozenDictionary<string, string>> Pairs =
        new Dictionary<string, FrozenDictionary<string, string>>
        {
            ["MaaS.Client"] = new Dictionary<string, string>
            {
                ["(front) ↔ Grpc"] = "The client makes its transports; they speak in its requests and answers.",
                ["(front) ↔ Resilience"] = "The client makes its callers; they read its options and throw its exceptions.",
                ["(front) ↔ Rest"] = "The client makes its transports; they speak in its requests and answers.",
            }.ToFrozenDictionary(),
            ["MaaS.Serving"] = new Dictionary<string, string>
            {
                ["(front) ↔ Hosting"] = "AddMaaS and MapMaaS stand at the front and hand over to Hosting, which reads their options.",
                ["(front) ↔ Models"] = "The host shows its repository of models, which reads the options.",
                ["Endpoints ↔ Grpc"] = "The guard refuses before an endpoint runs, so it writes gRPC's form of a refusal itself.",
                ["Grpc ↔ Protocols"] = "Open Inference over gRPC shares its reading of requests with REST; protocols register services.",
            }.ToFrozenDictionary(),
        }.ToFrozenDictionary();

    /// <summary>The allowed pairs of a project, as <c>A ↔ B</c>, and why.</summary>
    public static FrozenDictionary<string, string> Of(string project)
        => Pairs.GetValueOrDefault(project, FrozenDictionary<string, string>.Empty);
}
